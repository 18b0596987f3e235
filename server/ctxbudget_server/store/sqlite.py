"""The SQLite store: one file in WAL mode, one connection for each thread."""

from __future__ import annotations

import os
import sqlite3
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.cancellation import Check, interruptible, never_cancelled
from ctxbudget_server.store.damage.checked_transactions import CheckedReader, CheckedWriter
from ctxbudget_server.store.damage.high_water_marks import HighWaterMarks, Mark
from ctxbudget_server.store.damage.losses import Loss, open_losses
from ctxbudget_server.store.errors import StoreReplacedError, as_protocol_error, unavailable
from ctxbudget_server.store.file.connection import StoreConnection
from ctxbudget_server.store.file.header import is_damage
from ctxbudget_server.store.file.migration import roll_back
from ctxbudget_server.store.file.paths import Identity, identity
from ctxbudget_server.store.gathering import GatheringWriter
from ctxbudget_server.store.opening import open_store
from ctxbudget_server.store.schema import ON_EACH_CONNECTION, VERSION
from ctxbudget_server.store.shared_commit import NotSharedError, SharedCommit
from ctxbudget_server.store.space import reserve
from ctxbudget_server.store.space.compaction import empty_wal, give_back, rewrite, shrink
from ctxbudget_server.store.transaction import SqliteReader
from ctxbudget_server.store.write_queue import WriteQueue

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import StoreFinding

Durability = Literal["full", "fast"]


class SqliteStore:
    """Sessions in one SQLite file. An acknowledged write survives a power cut (`durability` full) or a crash (fast).

    The open file is always the one at the path: if that was moved, deleted or replaced, reads continue in the file that
    is there now, and a write raises `StoreReplacedError` instead of being acknowledged.
    """

    def __init__(self, path: Path, durability: Durability = "full") -> None:
        self.path = Path(os.path.realpath(path))
        self._synchronous = "FULL" if durability == "full" else "NORMAL"
        self._marks = HighWaterMarks(self.path)
        self._queue = WriteQueue(self.path)
        self._local = threading.local()
        self._opening = threading.Lock()
        self._watch_lock = threading.Lock()
        self._connections: weakref.WeakSet[StoreConnection] = weakref.WeakSet()
        self._file: Identity | None = None
        self._watcher: StoreConnection | None = None
        self._reopened = 0
        self._has_deleted_content = False
        """Whether deleted content may still be in the files."""

    @contextmanager
    def read(self, check: Check = never_cancelled, until: float | None = None) -> Iterator[SqliteReader]:
        """A snapshot: everything in the block sees the same state, with what this thread has shared so far.

        It waits for nobody, so `until` does not matter.
        """
        if self._shared is not None:
            with self._working_shared(self._shared, None, check) as shared:
                yield shared
            return
        with self._translated_errors(), self._connection() as connection:
            reader = CheckedReader(connection.sql, self._marks, check)
            connection.sql.execute("BEGIN")
            try:
                self._check_version(connection)
                with interruptible(connection.sql, check):
                    yield reader
            finally:
                roll_back(connection.sql)
                if reader.suspicious:
                    self._note_losses()

    @contextmanager
    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> Iterator[CheckedWriter]:
        """A transaction. The lock is taken at the start, so what is read in it is still true when it commits.

        It is acknowledged only if the file it was written to is still the one at the path: the path is locked against
        replacement from the last check until after the commit, and checked again in case a program ignores the lock.
        """
        if self._shared is not None:
            with self._writing_shared(self._shared, before_commit, until, check) as writer:
                yield writer
            return
        with self._translated_errors(), self._connection() as connection:
            if self._synchronous == "FULL":
                connection.sync_after_commits()
            self._queue.begin(connection.sql, until)
            writer = CheckedWriter(connection.sql, self._marks, check)
            try:
                self._check_version(connection)
                with interruptible(connection.sql, check):
                    yield writer
                before_commit()
                self._commit(connection, writer.changed)
            except BaseException:
                roll_back(connection.sql)
                if writer.noticed:
                    self._note_losses()
                raise
            if writer.freed:
                self._has_deleted_content = not give_back(connection.sql)
            elif self._has_deleted_content:
                self._has_deleted_content = not empty_wal(connection.sql)

    @contextmanager
    def together(self) -> Iterator[SharedCommit]:
        """Let the writes of this thread in the block share a commit, made at its end.

        If the sharing is `broken` after the block, nothing was written. Raises what a commit raises.
        """
        acknowledged = self.commits
        shared = self._local.shared = SharedCommit()
        try:
            with shared.held:
                yield shared
                self._local.shared = None
                if not shared.broken and shared.connection is not None and shared.writer is not None:
                    with shared.undisturbed():
                        shared.writer.settle()
                    self._commit_shared(shared.connection, shared.writer.marks)
        except NotSharedError:
            if not shared.broken:
                raise
        except StoreReplacedError:
            if self.commits != acknowledged:
                raise
            shared.broken = True
        finally:
            self._local.shared = None

    @property
    def _shared(self) -> SharedCommit | None:
        return getattr(self._local, "shared", None)

    def _commit_shared(self, connection: StoreConnection, changed: dict[str, Mark]) -> None:
        with self._translated_errors():
            self._commit(connection, changed)
            if self._has_deleted_content:
                self._has_deleted_content = not empty_wal(connection.sql)

    @contextmanager
    def _writing_shared(
        self, shared: SharedCommit, before_commit: Callable[[], None], until: float | None, check: Check
    ) -> Iterator[CheckedWriter]:
        """A part of the shared transaction, which is taken back alone if it is refused or cancelled."""
        with self._working_shared(shared, until, check) as writer:
            yield writer
            before_commit()
        shared.written()

    @contextmanager
    def _working_shared(self, shared: SharedCommit, until: float | None, check: Check) -> Iterator[GatheringWriter]:
        """Work on the shared transaction, which is forgotten alone if the block raises."""
        shared.refuse_after_write()
        writer = shared.writer or self._begin_shared(shared, until)
        with shared.undisturbed():
            writer.begin(check)
            try:
                with interruptible(writer.connection, check):
                    yield writer
            except BaseException:
                if not writer.is_out_of_the_ordinary:
                    writer.refuse()
                    raise
            else:
                writer.accept()
        if writer.is_out_of_the_ordinary:
            raise shared.refusal()

    def _begin_shared(self, shared: SharedCommit, until: float | None) -> GatheringWriter:
        with self._translated_errors():
            connection = shared.held.enter_context(self._connection())
            if self._synchronous == "FULL":
                connection.sync_after_commits()
            self._queue.begin(connection.sql, until)
            shared.held.callback(roll_back, connection.sql)
            self._check_version(connection)
        writer = GatheringWriter(connection.sql, self._marks)
        shared.begun(connection, writer)
        return writer

    def before_waiting(self) -> None:
        """Say that the request is going to wait or do slow work, which must not hold up those it shares with."""
        if self._shared is not None:
            raise self._shared.refusal()

    def _note_losses(self) -> None:
        with suppress(ProtocolError), self.write(lambda: None) as writer:
            writer.note_losses()

    def _commit(self, connection: StoreConnection, changed: dict[str, Mark]) -> None:
        with connection.replacement_lock.committing():
            if not connection.in_place():
                raise StoreReplacedError(self.path, "it was replaced before the commit")
            connection.sql.execute("COMMIT")
            connection.check_kept()
            connection.sync()
        self._local.commits = self.commits + 1
        for seen in changed.values():
            self._marks.record(seen)

    @property
    def commits(self) -> int:
        """How many of this thread's writes have been acknowledged."""
        made: int = getattr(self._local, "commits", 0)
        return made

    def change_mark(self) -> int:
        """SQLite's data_version on a connection that never writes: it changes with every commit made elsewhere.

        Replacing the file changes it too.
        """
        with self._translated_errors(), self._watch_lock:
            if self._watcher is None or not self._watcher.in_place():
                self._watcher = self._opened()
                self._reopened += 1
            with self._watcher.use:
                mark: int = self._watcher.sql.execute("PRAGMA data_version").fetchone()[0]
                self._watcher.note_companions()
            return (self._reopened << 32) + mark

    def in_place(self) -> bool:
        """Whether the open file is still the one at its path, which others find when they open it."""
        return self._file is None or self._file == identity(self.path)

    def give_back(self) -> bool:
        """Return free pages to the disk and empty the WAL; False if other processes prevent it for now."""
        with self._translated_errors(), self._connection() as connection:
            return give_back(connection.sql)

    def rewrite(self) -> bool:
        """Rewrite the file without a trace of what was deleted; False if a reader still needs the WAL."""
        with self._translated_errors(), self._connection() as connection:
            return rewrite(connection.sql)

    @contextmanager
    def relief(self) -> Iterator[None]:
        """Make room for a deletion on a full disk: the reserve beside the store is given up, then taken again.

        Meanwhile this thread does not overwrite what it deletes, as that would take as much room as the content.
        """
        reserve.give_up(self.path)
        with self._translated_errors(), self._connection() as connection:
            empty_wal(connection.sql)
            connection.sql.execute("PRAGMA secure_delete=OFF")
        try:
            yield
        finally:
            self._after_relief()

    def _after_relief(self) -> None:
        with suppress(ProtocolError), self._translated_errors(), self._connection() as connection:
            for pragma in ON_EACH_CONNECTION:
                connection.sql.execute(pragma)
            shrink(connection.sql)
            self._has_deleted_content = not empty_wal(connection.sql)
        reserve.keep(self.path)

    def losses(self) -> list[Loss]:
        """Losses not yet acknowledged, oldest first."""
        with self._translated_errors(), self._connection() as connection:
            return open_losses(connection.sql)

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Stop reporting these losses, or all of them; returns how many."""
        with self.write(lambda: None) as writer:
            return writer.acknowledge_losses(ids)

    def check(self) -> list[StoreFinding]:
        """What is wrong with the store's files and content; reads everything and changes nothing."""
        from ctxbudget_server.store.damage.check import check_store

        return check_store(self.path)

    def repair(self) -> list[StoreFinding]:
        """Repair what `check` finds as far as possible: a damaged file is replaced by what can be read of it, and
        figures are summed up again. Returns the findings that remain; `losses` has what was lost.
        """
        from ctxbudget_server.store.damage.check import check_store
        from ctxbudget_server.store.preparation import repair_store

        with self._translated_errors():
            repair_store(self.path, self._synchronous)
            return check_store(self.path)

    def close(self) -> None:
        """Close all connections, each once its thread has finished with it; the next request reopens them.

        SQLite crashes the process if a connection is closed while another thread is using it.
        """
        for connection in list(self._connections):
            with connection.use:
                connection.close()
        self._local = threading.local()
        self._watcher = None
        self._marks.forget()

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as fault:
            if is_damage(fault, self.path):
                self._recover(fault)
            raise as_protocol_error(fault, self.path) from fault
        except OSError as fault:
            reason = str(fault.strerror)
            raise unavailable(self.path, f"the store {self.path} cannot be used: {reason}", reason) from fault

    def _recover(self, fault: sqlite3.Error) -> None:
        """Replace the file that was found damaged, unless another process has already done so."""
        from ctxbudget_server.store.preparation import replace_damaged

        connection: StoreConnection | None = getattr(self._local, "connection", None)
        replace_damaged(self.path, connection.file if connection else identity(self.path), self._synchronous)
        raise StoreReplacedError(self.path, f"it was damaged ({fault})") from fault

    @contextmanager
    def _connection(self) -> Iterator[StoreConnection]:
        """This thread's own connection to the file that is at the path now."""
        connection: StoreConnection | None = getattr(self._local, "connection", None)
        while True:
            if connection is None:
                connection = self._local.connection = self._opened()
            with connection.use:
                if connection.in_place():
                    yield connection
                    return
            connection = None

    def _opened(self) -> StoreConnection:
        with self._opening:
            self._close_replaced()
            connection = open_store(self.path, self._synchronous)
        self._file = connection.file
        self._connections.add(connection)
        return connection

    def _close_replaced(self) -> None:
        """Close all connections to a file that was replaced: no thread may continue in a log that others do not see."""
        with ExitStack() as held:
            replaced = [connection for connection in list(self._connections) if not connection.in_place()]
            idle = [connection for connection in replaced if connection.use.acquire(blocking=False)]
            for connection in idle:
                held.callback(connection.use.release)
            for connection in idle:
                connection.rescue_log()
            for connection in idle:
                connection.close()

    def _check_version(self, connection: StoreConnection) -> None:
        """Refuse tables of another version, to which another process may have migrated these meanwhile."""
        found: int = connection.sql.execute("PRAGMA user_version").fetchone()[0]
        connection.note_companions()
        if found == VERSION:
            return
        connection.close()
        raise StoreReplacedError(self.path, f"its tables are of version {found}")
