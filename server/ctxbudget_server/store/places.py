"""A store by its place: a path, or the URL of a database. What the latter needs is imported only for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.location import is_url
from ctxbudget_server.store.sqlite import Durability, SqliteStore

if TYPE_CHECKING:
    from ctxbudget_server.store.postgres.store import PostgresStore


def store_at(place: str, durability: Durability) -> SqliteStore | PostgresStore:
    """The store at a place, which is neither created nor connected to yet.

    Raises `storeUnavailable` for a URL that cannot be used, or that needs the extra `postgres`.
    """
    if not is_url(place):
        return SqliteStore(Path(place), durability)
    try:
        from ctxbudget_server.store.postgres.store import PostgresStore
    except ImportError as fault:
        message = f"a store in PostgreSQL needs the extra `postgres`: install `ctxbudget[postgres]` ({fault})"
        raise ProtocolError("storeUnavailable", message, path="postgresql:", reason="not installed") from fault
    return PostgresStore(place, durability)


def clock_of(store: SqliteStore | PostgresStore, otherwise: Callable[[], datetime]) -> Callable[[], datetime]:
    """The clock by which times in the store are set: the server's, where one serves several machines."""
    return otherwise if isinstance(store, SqliteStore) else store.now
