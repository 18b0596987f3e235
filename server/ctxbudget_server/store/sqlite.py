"""The SQLite store: one file in WAL mode, one connection for each thread."""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Literal

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store import reserve
from ctxbudget_server.store.checkup import check_store, repair_store
from ctxbudget_server.store.faults import StoreReplacedError, as_protocol_error, unavailable
from ctxbudget_server.store.files import Identity, identity
from ctxbudget_server.store.handle import Handle
from ctxbudget_server.store.losses import Finding, Loss, open_losses
from ctxbudget_server.store.migrating import roll_back
from ctxbudget_server.store.opening import is_damage, open_store, replace_damaged
from ctxbudget_server.store.schema import ON_EACH_CONNECTION, VERSION
from ctxbudget_server.store.stopping import Check, go_on, stopping
from ctxbudget_server.store.upkeep import empty_wal, give_back, rewrite, shrink
from ctxbudget_server.store.watched import WatchedReader, WatchedWriter
from ctxbudget_server.store.witness import Witness
from ctxbudget_server.store.write_queue import WriteQueue

Durability = Literal["full", "fast"]


class SqliteStore:
    """Sessions in one SQLite file. `durability` full: an acknowledged write survives a power cut; fast: a crash.

    What is open is always the file at the path: where it was moved, deleted or replaced, reads go on in the file that
    lies there now, and a write raises `StoreReplacedError` instead of being acknowledged.
    """

    def __init__(self, path: Path, durability: Durability = "full") -> None:
        self.path = path.resolve()
        self._synchronous = "FULL" if durability == "full" else "NORMAL"
        self._witness = Witness(self.path)
        self._queue = WriteQueue(self.path)
        self._local = threading.local()
        self._opening = threading.Lock()
        self._watching = threading.Lock()
        self._handles: weakref.WeakSet[Handle] = weakref.WeakSet()
        self._file: Identity | None = None
        self._watcher: Handle | None = None
        self._lives = 0
        self._owing = False
        """Whether deleted content may still be in the files."""

    @contextmanager
    def read(self, check: Check = go_on) -> Iterator[WatchedReader]:
        """A snapshot: everything in the block sees one state."""
        with self._faults(), self._handle() as handle:
            reader = WatchedReader(handle.sql, self._witness, check)
            handle.sql.execute("BEGIN")
            try:
                self._check_version(handle)
                with stopping(handle.sql, check):
                    yield reader
            finally:
                roll_back(handle.sql)
                if reader.suspicious:
                    self._note_losses()

    @contextmanager
    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = go_on
    ) -> Iterator[WatchedWriter]:
        """A transaction; the lock is taken at once, so that what is read in it is still true when it commits.

        It is acknowledged only if the file that took it still lies at the path: the place is locked against a
        replacement from the last look at it until after the commit, and looked at again for what knows no locks.
        """
        with self._faults(), self._handle() as handle:
            self._queue.begin(handle.sql, until)
            writer = WatchedWriter(handle.sql, self._witness, check)
            try:
                self._check_version(handle)
                with stopping(handle.sql, check):
                    yield writer
                before_commit()
                self._commit(handle)
                for seen in writer.changed.values():
                    self._witness.record(seen)
            except BaseException:
                roll_back(handle.sql)
                if writer.noticed:
                    self._note_losses()
                raise
            if writer.freed:
                self._owing = not give_back(handle.sql)
            elif self._owing:
                self._owing = not empty_wal(handle.sql)

    def _note_losses(self) -> None:
        with suppress(ProtocolError), self.write(lambda: None) as writer:
            writer.note_losses()

    def _commit(self, handle: Handle) -> None:
        with handle.guard.committing():
            if not handle.in_place():
                raise StoreReplacedError(self.path, "it was replaced before the commit")
            handle.sql.execute("COMMIT")
            handle.check_kept()
        self._local.commits = self.commits + 1

    @property
    def commits(self) -> int:
        """How many writes of this thread have been acknowledged."""
        made: int = getattr(self._local, "commits", 0)
        return made

    def change_mark(self) -> int:
        """SQLite's data_version on a connection that never writes: it moves with every commit of anybody else.

        A file that was replaced moves it too.
        """
        with self._faults(), self._watching:
            if self._watcher is None or not self._watcher.in_place():
                self._watcher = self._opened()
                self._lives += 1
            with self._watcher.use:
                mark: int = self._watcher.sql.execute("PRAGMA data_version").fetchone()[0]
                self._watcher.note_companions()
            return (self._lives << 32) + mark

    def in_place(self) -> bool:
        """Whether the file that is open still lies at its path: who opens the path now sees the same sessions."""
        return self._file is None or self._file == identity(self.path)

    def give_back(self) -> bool:
        """Give free pages back to the disk and empty the WAL; False if other processes do not let it now."""
        with self._faults(), self._handle() as handle:
            return give_back(handle.sql)

    def rewrite(self) -> bool:
        """Write the file afresh, without a trace of what was deleted; False if a reader still needs the WAL."""
        with self._faults(), self._handle() as handle:
            return rewrite(handle.sql)

    @contextmanager
    def relief(self) -> Iterator[None]:
        """Room for a deletion on a full disk: the reserve beside the store is given up, and taken again afterwards.

        Meanwhile this thread does not overwrite what it deletes, which would take as much room as the content itself.
        """
        reserve.give_up(self.path)
        with self._faults(), self._handle() as handle:
            empty_wal(handle.sql)
            handle.sql.execute("PRAGMA secure_delete=OFF")
        try:
            yield
        finally:
            self._after_relief()

    def _after_relief(self) -> None:
        with suppress(ProtocolError), self._faults(), self._handle() as handle:
            for pragma in ON_EACH_CONNECTION:
                handle.sql.execute(pragma)
            shrink(handle.sql)
            self._owing = not empty_wal(handle.sql)
        reserve.keep(self.path)

    def losses(self) -> list[Loss]:
        """What the store has lost and nobody has acknowledged yet, the oldest first."""
        with self._faults(), self._handle() as handle:
            return open_losses(handle.sql)

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Tell no more of these losses, or of all; how many that were."""
        with self.write(lambda: None) as writer:
            return writer.acknowledge_losses(ids)

    def check(self) -> list[Finding]:
        """What is wrong with the store's files and content now; reads all of it and changes nothing."""
        return check_store(self.path)

    def repair(self) -> list[Finding]:
        """Mend what `check` finds, as far as it can be: a damaged file is replaced by what can be read of it, and
        accounts are summed up again. The findings that are left; what was lost is in `losses`.
        """
        with self._faults():
            repair_store(self.path, self._synchronous)
            return check_store(self.path)

    def close(self) -> None:
        """Close all connections; the next request opens them again."""
        for handle in list(self._handles):
            handle.close()
        self._local = threading.local()
        self._watcher = None
        self._witness.forget()

    @contextmanager
    def _faults(self) -> Iterator[None]:
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
        """Replace the file that was found damaged, unless another process has done so."""
        handle: Handle | None = getattr(self._local, "handle", None)
        replace_damaged(self.path, handle.file if handle else identity(self.path), self._synchronous)
        raise StoreReplacedError(self.path, f"it was damaged ({fault})") from fault

    @contextmanager
    def _handle(self) -> Iterator[Handle]:
        """This thread's connection, for this thread alone, to the file that lies at the path now."""
        handle: Handle | None = getattr(self._local, "handle", None)
        while True:
            if handle is None:
                handle = self._local.handle = self._opened()
            with handle.use:
                if handle.in_place():
                    yield handle
                    return
            handle = None

    def _opened(self) -> Handle:
        with self._opening:
            self._let_go()
            handle = open_store(self.path, self._synchronous)
        self._file = handle.file
        self._handles.add(handle)
        return handle

    def _let_go(self) -> None:
        """Close what is open of a file that was replaced, so that nobody goes on in a log that others do not see."""
        with ExitStack() as held:
            replaced = [handle for handle in list(self._handles) if not handle.in_place()]
            idle = [handle for handle in replaced if handle.use.acquire(blocking=False)]
            for handle in idle:
                held.callback(handle.use.release)
            for handle in idle:
                handle.rescue_log()
            for handle in idle:
                handle.close()

    def _check_version(self, handle: Handle) -> None:
        """Refuse tables of another version, which another process may have made of these meanwhile."""
        found: int = handle.sql.execute("PRAGMA user_version").fetchone()[0]
        handle.note_companions()
        if found == VERSION:
            return
        handle.close()
        raise StoreReplacedError(self.path, f"its tables are of version {found}")
