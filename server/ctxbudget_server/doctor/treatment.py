"""What the doctor does, and only when it is told to."""

from __future__ import annotations

from pathlib import Path

from ctxbudget_server.store.file.permissions import refuse_unsafe, restrict
from ctxbudget_server.store.sqlite import SqliteStore


def repair(path: Path) -> bool:
    """Mend the store at the path as far as it can be; False if there is none. What was lost is a finding from then on.

    A damaged file is kept beside the new one. Raises `ProtocolError`.
    """
    if not path.exists():
        return False
    refuse_unsafe(path)
    restrict(path)
    store = SqliteStore(path)
    try:
        store.repair()
    finally:
        store.close()
    return True


def acknowledge(path: Path) -> int:
    """Tell no more of what the store at the path has lost; how many losses that were. Raises `ProtocolError`."""
    if not path.exists():
        return 0
    store = SqliteStore(path)
    try:
        return store.acknowledge_losses()
    finally:
        store.close()
