"""Builds the text for the next agent within a limit: which items, in which order, and in which detail.

Pure: what it needs of contents, counting and extraction comes in as functions (`Tools`).
"""

from __future__ import annotations

from ctxbudget_server.render.model import OverLimitError, Piece, Rendered, Request, Shown, Tools
from ctxbudget_server.render.renderer import render

__all__ = ["OverLimitError", "Piece", "Rendered", "Request", "Shown", "Tools", "render"]
