"""Builds the text for the next agent within a limit: which items, in which order, and in which detail.

Pure: what it needs from contents, counting and extraction comes in as functions (`RenderTools`).
"""

from __future__ import annotations

from ctxbudget_server.render.model import OverLimitError, Rendered, RenderedPiece, RenderRequest, RenderTools, Shown
from ctxbudget_server.render.renderer import render

__all__ = ["OverLimitError", "RenderRequest", "RenderTools", "Rendered", "RenderedPiece", "Shown", "render"]
