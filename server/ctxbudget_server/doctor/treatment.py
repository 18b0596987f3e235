"""Repairs, which the doctor makes only when told to."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.store.errors import not_a_store
from ctxbudget_server.store.file.classification import is_another_programs
from ctxbudget_server.store.file.permissions import refuse_unsafe, restrict
from ctxbudget_server.store.sqlite import SqliteStore


def repair(path: Path) -> bool:
    """Repair the store at the path as far as possible; False if there is none. Losses are findings from then on.

    A damaged file is kept beside the new one. Raises `ProtocolError`.
    """
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


def acknowledge(path: Path) -> int:
    """Stop reporting the losses of the store at the path; returns how many there were. Raises `ProtocolError`."""
    if not path.exists():
        return 0
    store = SqliteStore(path)
    try:
        return store.acknowledge_losses()
    finally:
        store.close()
