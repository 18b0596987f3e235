"""The page of one session."""

from __future__ import annotations

from ctxbudget_server.pages.session.page import session_page

__all__ = ["session_page"]
