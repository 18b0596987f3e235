"""Repairs, which the doctor makes only when told to."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.errors import not_a_store
from ctxbudget_server.store.file.classification import is_another_programs
from ctxbudget_server.store.file.permissions import refuse_unsafe, restrict
from ctxbudget_server.store.location import is_url
from ctxbudget_server.store.sqlite import SqliteStore


def repair(place: str | Path) -> bool:
    """Repair the store at the path as far as possible; False if there is none. Losses are findings from then on.

    A damaged file is kept beside the new one. Raises `ProtocolError`, also for a store in a database.
    """
    if is_url(str(place)):
        raise ProtocolError(
            "storeUnavailable",
            "a store in PostgreSQL is not repaired from here: restore the database from its backup",
            path=str(place),
            reason="not a file",
        )
    path = Path(place)
    if not path.exists():
        return False
    if is_another_programs(path):
        raise not_a_store(path, "it is another program's file")
    refuse_unsafe(path)
    restrict(path)
    store = SqliteStore(path)
    try:
        store.repair()
    finally:
        store.close()
    return True


def acknowledge(place: str | Path) -> int:
    """Stop reporting the losses of the store at the path; returns how many there were. Raises `ProtocolError`."""
    path = Path(place)
    if is_url(str(place)) or not path.exists():
        return 0
    store = SqliteStore(path)
    try:
        return store.acknowledge_losses()
    finally:
        store.close()
