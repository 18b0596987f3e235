"""The lock beside a store: many processes may commit at once, but only one may replace the file, and alone.

SQLite's own locks belong to the open file. This one belongs to the path, so that no commit can happen between the
moment a file is found damaged and the moment it is moved.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS, busy
from ctxbudget_server.store.file.paths import LOCK_SUFFIX, PRIVATE_FILE, Identity, beside, identity

if sys.platform != "win32":  # Windows does not allow moving an open file
    import fcntl

RETRY_SECONDS = 0.01


class ReplacementLock:
    """One process's handle on the lock file of a store; the kernel releases the lock when the process ends."""

    def __init__(self, store: Path) -> None:
        self._path = beside(store, LOCK_SUFFIX)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
        self._descriptor = os.open(self._path, flags, PRIVATE_FILE)
        status = os.fstat(self._descriptor)
        self.identity: Identity = (status.st_dev, status.st_ino)

    @property
    def in_place(self) -> bool:
        """Whether the locked file is the one at the path."""
        return identity(self._path) == self.identity

    @contextmanager
    def committing(self) -> Iterator[None]:
        """A block during which no process replaces the file. Raises `storeBusy` if a replacement takes too long."""
        with self._locked(exclusive=False):
            yield

    @contextmanager
    def replacing(self) -> Iterator[None]:
        """A block during which no other process commits or replaces. Raises `storeBusy` if the lock cannot be taken."""
        with self._locked(exclusive=True):
            yield

    @contextmanager
    def _locked(self, *, exclusive: bool) -> Iterator[None]:
        if sys.platform == "win32":
            yield
            return
        deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
        while not _take(self._descriptor, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH):
            if time.monotonic() > deadline:
                raise busy(BUSY_TIMEOUT_MS)
            time.sleep(RETRY_SECONDS)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


if sys.platform != "win32":

    def _take(descriptor: int, kind: int) -> bool:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
