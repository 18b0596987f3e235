"""Notices of what the store has lost: which results carry them, and in which form."""

from __future__ import annotations

from ctxbudget_protocol.common import Notice
from ctxbudget_server.store.interface import Store

TOLD_WITH = frozenset({"session/open", "session/list", "budget/status", "budget/report"})
"""Methods whose results carry unacknowledged losses."""


def notices(store: Store) -> list[Notice]:
    """The unacknowledged losses, oldest first."""
    return [
        Notice(id=loss.id, found_at=loss.found_at, kind=loss.kind, message=loss.message, detail=loss.detail)
        for loss in store.losses()
    ]
