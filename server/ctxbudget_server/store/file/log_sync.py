"""Waiting until the disk has a store's log, without holding SQLite's write lock.

With `synchronous=FULL` SQLite syncs its log within the commit, while every other writer waits. With NORMAL it does not,
so a writer that syncs the log itself before it acknowledges keeps the lock for half the time, and several writers wait
for the disk at once. What another process has read of a commit before it was synced is synced, too, by that process's
own commit: both are in one log. SQLite syncs the log itself before it copies pages to the database and begins a
new log (https://www.sqlite.org/pragma.html#pragma_synchronous), so what a sync of the log misses is in the database.
"""

from __future__ import annotations

import os
from pathlib import Path

from ctxbudget_server.store.file.paths import Identity

_sync = getattr(os, "fdatasync", os.fsync)


class LogSync:
    """An open log file. Raises OSError where the file cannot be opened or synced."""

    def __init__(self, log: Path) -> None:
        self._descriptor = os.open(log, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
        status = os.fstat(self._descriptor)
        self.identity: Identity = (status.st_dev, status.st_ino)

    def wait(self) -> None:
        """Return once the disk has everything that was written to the log."""
        _sync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
