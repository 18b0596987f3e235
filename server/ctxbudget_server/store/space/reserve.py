"""Disk space reserved beside the store: on a full disk it is given up, so that deleting can make room.

Deleting takes space too, since the log holds the changes until they are folded into the database.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ctxbudget_server.store.file.paths import PRIVATE_FILE, RESERVE_SUFFIX, beside

RESERVE_BYTES = 512 * 1024


def keep(store: Path) -> bool:
    """Reserve the space if that is not done yet; False if the disk has none to spare."""
    path = beside(store, RESERVE_SUFFIX)
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        if path.exists() and path.stat().st_size >= RESERVE_BYTES:
            return True
        descriptor = os.open(path, flags, PRIVATE_FILE)
        try:
            os.write(descriptor, bytes(RESERVE_BYTES))  # written zeros take up space; a hole would not
        finally:
            os.close(descriptor)
        if path.stat().st_size >= RESERVE_BYTES:
            return True
    except OSError:
        pass
    give_up(store)
    return False


def give_up(store: Path) -> None:
    """Free the reserved space."""
    with suppress(OSError):
        beside(store, RESERVE_SUFFIX).unlink()
