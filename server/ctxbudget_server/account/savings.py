"""What pruning really saved."""

from __future__ import annotations

from ctxbudget_server.store.records import Session


def net_savings(session: Session, read_again: int) -> int:
    """Tokens saved, less `read_again`: those of items that had left the context and came back, of which pruning saved
    nothing.
    """
    return session.processed - session.retained - read_again
