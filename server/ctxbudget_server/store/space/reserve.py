"""Room beside the store that is kept for deleting: on a full disk it is given up, so that deleting can make room.

To delete takes space too: the log must hold what changes until it is folded into the database.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from ctxbudget_server.store.file.paths import PRIVATE_FILE, beside

SUFFIX = ".reserve"
RESERVE_BYTES = 512 * 1024


def keep(store: Path) -> bool:
    """Take the room if it is not taken yet; False if the disk has none to spare."""
    path = beside(store, SUFFIX)
    flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        if path.exists() and path.stat().st_size >= RESERVE_BYTES:
            return True
        descriptor = os.open(path, flags, PRIVATE_FILE)
        try:
            os.write(descriptor, bytes(RESERVE_BYTES))  # zeros that are written take room; a hole would not
        finally:
            os.close(descriptor)
        if path.stat().st_size >= RESERVE_BYTES:
            return True
    except OSError:
        pass
    give_up(store)
    return False


def give_up(store: Path) -> None:
    """Let the disk have the room."""
    with suppress(OSError):
        beside(store, SUFFIX).unlink()
