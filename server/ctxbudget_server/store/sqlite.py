"""The SQLite store: one file in WAL mode, one connection for each thread."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.faults import BUSY_TIMEOUT_MS, as_protocol_error, is_corrupt
from ctxbudget_server.store.schema import AT_BIRTH, MIGRATIONS, ON_EACH_CONNECTION, VERSION
from ctxbudget_server.store.transaction import SqliteReader, SqliteWriter
from ctxbudget_server.store.upkeep import empty_wal, give_back, rewrite
from ctxbudget_server.store.write_queue import WriteQueue

Durability = Literal["full", "fast"]

SQLITE_MAGIC = b"SQLite format 3\0"
DATABASE_SUFFIXES = (".db", ".sqlite", ".sqlite3")


class SqliteStore:
    """Sessions in one SQLite file. `durability` full: an acknowledged write survives a power cut; fast: a crash."""

    def __init__(self, path: Path, durability: Durability = "full") -> None:
        self.path = path
        self._synchronous = "FULL" if durability == "full" else "NORMAL"
        self._queue = WriteQueue(path)
        self._local = threading.local()
        self._opening = threading.Lock()
        self._watching = threading.Lock()
        self._checked = False
        self._file: tuple[int, int] | None = None
        self._watcher: sqlite3.Connection | None = None
        self._owing = False
        """Whether deleted content may still be in the files."""

    @contextmanager
    def read(self) -> Iterator[SqliteReader]:
        """A snapshot: everything in the block sees one state."""
        with self._faults():
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                yield SqliteReader(connection)
            finally:
                _roll_back(connection)

    @contextmanager
    def write(self, before_commit: Callable[[], None], until: float | None = None) -> Iterator[SqliteWriter]:
        """A transaction; the lock is taken at once, so that what is read in it is still true when it commits."""
        with self._faults():
            connection = self._connection()
            self._queue.begin(connection, until)
            writer = SqliteWriter(connection)
            try:
                yield writer
                before_commit()
                connection.execute("COMMIT")
            finally:
                _roll_back(connection)
            if writer.freed:
                self._owing = not give_back(connection)
            elif self._owing:
                self._owing = not empty_wal(connection)

    def change_mark(self) -> int:
        """SQLite's data_version on a connection that never writes: it moves with every commit of anybody else."""
        with self._faults(), self._watching:
            if self._watcher is None:
                self._watcher = self._connect()
            mark: int = self._watcher.execute("PRAGMA data_version").fetchone()[0]
            return mark

    def in_place(self) -> bool:
        """Whether the file that is open still lies at its path: who opens the path now sees the same sessions."""
        return not self._checked or self._file == _file_at(self.path)

    def give_back(self) -> bool:
        """Give free pages back to the disk and empty the WAL; False if other processes do not let it now."""
        with self._faults():
            return give_back(self._connection())

    def rewrite(self) -> bool:
        """Write the file afresh, without a trace of what was deleted; False if a reader still needs the WAL."""
        with self._faults():
            return rewrite(self._connection())

    def close(self) -> None:
        """Close this thread's connection; the others end with their threads."""
        if connection := getattr(self._local, "connection", None):
            connection.close()
            self._local.connection = None

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            if is_corrupt(fault):
                aside = self._set_aside()
                raise ProtocolError(
                    "storeUnavailable",
                    f"the store was damaged; it is kept as {aside.name} and the next request begins a new one",
                    path=str(self.path),
                    reason=str(fault),
                ) from fault
            raise as_protocol_error(fault, self.path) from fault
        except OSError as fault:
            raise ProtocolError(
                "storeUnavailable",
                f"the store cannot be used: {fault.strerror}",
                path=str(self.path),
                reason=str(fault.strerror),
            ) from fault

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            with self._opening:
                if not self._checked:
                    self._prepare()
            connection = self._local.connection = self._connect()
        return connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None, check_same_thread=False
        )
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        for pragma in ON_EACH_CONNECTION:
            connection.execute(pragma)
        return connection

    def _prepare(self) -> None:
        """Create or migrate the file; a damaged one is set aside, a newer one refused."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            self._migrate()
        except sqlite3.Error as fault:
            if not is_corrupt(fault):
                raise
            self._refuse_foreign_file()
            self._set_aside()
            self._migrate()
        self._file = _file_at(self.path)
        self._checked = True

    def _migrate(self) -> None:
        connection = self._connect()
        try:
            if self._version(connection) != VERSION:
                for pragma in AT_BIRTH:
                    connection.execute(pragma)
                _set_wal(connection)
                connection.execute("BEGIN IMMEDIATE")
                for script in MIGRATIONS[self._version(connection) :]:
                    for statement in script.split(";"):
                        connection.execute(statement)
                connection.execute(f"PRAGMA user_version={VERSION}")
                connection.execute("COMMIT")
        finally:
            _roll_back(connection)
            connection.close()

    def _version(self, connection: sqlite3.Connection) -> int:
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            raise ProtocolError(
                "storeTooNew",
                f"a newer ctxbudget wrote this store (version {found}; this one knows {VERSION}); use that one, "
                "or name another file with --store",
                path=str(self.path),
                found=found,
                supported=VERSION,
            )
        return found

    def _refuse_foreign_file(self) -> None:
        """A damaged store is set aside; a file that was never one, named by mistake, is left alone."""
        with self.path.open("rb") as file:
            is_database = file.read(len(SQLITE_MAGIC)) == SQLITE_MAGIC
        if not is_database and self.path.suffix.lower() not in DATABASE_SUFFIXES:
            raise ProtocolError(
                "storeUnavailable",
                f"{self.path} is no store, and does not look as if it had been one; name another file with --store",
                path=str(self.path),
                reason="not a store",
            )

    def _set_aside(self) -> Path:
        """Move a damaged file, with its log, out of the way: it is never overwritten."""
        aside = self.path.with_name(f"{self.path.name}.damaged-{time.time_ns()}")
        for suffix in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{self.path}{suffix}").rename(f"{aside}{suffix}")
        self._checked = False
        self._local = threading.local()
        self._watcher = None
        import logging  # hooks do without it

        logging.getLogger(__name__).warning("%s was damaged and is kept as %s", self.path, aside.name)
        return aside


def _file_at(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _set_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL, which needs the file to itself for a moment: several processes may start at once."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
