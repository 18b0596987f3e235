"""What pruning really saved."""

from __future__ import annotations

from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session


def net_savings(reader: Reader, session: Session) -> int:
    """Tokens saved, less those of items that had left the context and were read again: pruning them saved nothing."""
    return session.processed - session.retained - reader.read_again(session.id)
