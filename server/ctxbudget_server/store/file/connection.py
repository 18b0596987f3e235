"""One open connection to a store, which knows whether its files are still the ones at the store's path."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from pathlib import Path

from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS, StoreReplacedError, unavailable
from ctxbudget_server.store.file.log_sync import LogSync
from ctxbudget_server.store.file.paths import COMPANIONS, Identity, beside, identity
from ctxbudget_server.store.file.permissions import make_private
from ctxbudget_server.store.file.replacement_lock import ReplacementLock
from ctxbudget_server.store.schema import ON_EACH_CONNECTION

_opening = threading.Lock()


class StoreConnection:
    """A connection and the identities of the files that it has open. Used by one thread at a time."""

    def __init__(self, path: Path, synchronous: str) -> None:
        self._path = path
        self.use = threading.RLock()
        """Held by the thread that works with the connection, and by whoever closes it."""
        self.is_open = True
        self.file: Identity | None
        self._companions: tuple[Identity | None, ...] | None = None
        self._replacement_lock: ReplacementLock | None = None
        self._log_sync: LogSync | None = None
        self.sql = self._connect(synchronous)

    @property
    def replacement_lock(self) -> ReplacementLock:
        """The lock beside the store."""
        if self._replacement_lock is None:
            self._replacement_lock = ReplacementLock(self._path)
        return self._replacement_lock

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        """SQLite opens the file at once: if the path has the same file before and after, that is the one."""
        with _opening:
            self.file = identity(self._path)
            connection = sqlite3.connect(
                self._path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
            )
        try:
            connection.execute(f"PRAGMA synchronous={synchronous}")
            for pragma in ON_EACH_CONNECTION:
                connection.execute(pragma)
            if self.file is None or identity(self._path) != self.file:
                raise StoreReplacedError(self._path, "it was replaced while being opened")
        except BaseException:
            connection.close()
            raise
        return connection

    def note_companions(self) -> None:
        """Remember which log and index SQLite has open; it opens them in the first transaction."""
        if self._companions is None:
            for suffix in COMPANIONS:
                make_private(beside(self._path, suffix))
            self._companions = self._companions_now()

    def sync_after_commits(self) -> None:
        """From now on `sync` makes commits durable, outside the write lock; not to be called in a transaction.

        If the log cannot be opened here, SQLite goes on syncing it within each commit.
        """
        if self._log_sync is not None:
            return
        self.sql.execute("PRAGMA user_version").fetchone()  # SQLite opens the log
        self.note_companions()
        with suppress(OSError):
            log = LogSync(beside(self._path, COMPANIONS[0]))
            if self._companions is None or log.identity != self._companions[0]:
                log.close()
                return
            self._log_sync = log
            self.sql.execute("PRAGMA synchronous=NORMAL")

    def sync(self) -> None:
        """Return once the disk has what was committed. Raises `storeUnavailable` if it may not have it."""
        if self._log_sync is None:
            return
        try:
            self._log_sync.wait()
        except OSError as fault:
            raise unavailable(
                self._path,
                f"the disk did not confirm that it has what was written to the store {self._path} ({fault.strerror}): "
                "check the session's revision to see whether this request was carried out",
                "the disk did not confirm a write",
            ) from fault

    def in_place(self) -> bool:
        """Whether others find the same files as are open here: database, log, index, and the lock beside them."""
        return (
            self.is_open
            and identity(self._path) == self.file
            and (self._companions is None or self._companions_now() == self._companions)
            and (self._replacement_lock is None or self._replacement_lock.in_place)
        )

    def check_kept(self) -> None:
        """After a commit: raise unless others can see what was committed.

        `StoreReplacedError`: the file is gone, and the request can be retried. If only the log was deleted, its content
        is put into the database; if another process has begun a new log already, it is unknown what will remain.
        """
        if self.in_place():
            return
        if identity(self._path) != self.file:
            raise StoreReplacedError(self._path, "it was replaced while being written to")
        log_is_there = self._companions is None or self._companions_now()[0] == self._companions[0]
        if not log_is_there and not self.rescue_log():
            raise unavailable(
                self._path,
                f"the log of the store {self._path} was deleted while being written to: "
                "check the session's revision to see whether this request was carried out",
                "its log was deleted",
            )

    def rescue_log(self) -> bool:
        """Put a deleted log's content into the database; returns whether all of it is there now."""
        log_is_there = identity(beside(self._path, COMPANIONS[0])) is not None
        if not self.is_open or self._companions is None or log_is_there or identity(self._path) != self.file:
            return False
        with suppress(sqlite3.Error):
            busy, pages, done = self.sql.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            return not busy and pages == done
        return False

    def _companions_now(self) -> tuple[Identity | None, ...]:
        return tuple(identity(f"{self._path}{suffix}") for suffix in COMPANIONS)

    def close(self) -> None:
        """Close the files."""
        self.is_open = False
        with suppress(sqlite3.Error):
            self.sql.close()
        if self._replacement_lock is not None:
            self._replacement_lock.close()
        if self._log_sync is not None:
            self._log_sync.close()
            self._log_sync = None

    def __del__(self) -> None:
        """Closes the connection of a thread that has ended, to which nothing else has a reference."""
        if hasattr(self, "sql"):
            self.close()
