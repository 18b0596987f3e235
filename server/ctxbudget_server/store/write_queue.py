"""A fair queue for a store's write lock: first come, first served, among the threads of a process and among processes.

With SQLite alone, a writer that finds the lock taken sleeps, longer each time, while later ones get in. Here writers
queue before they ask SQLite: threads behind each other, and one thread of each process at a locked file beside the
store, where the kernel keeps the queue and drops processes that die. Only the first in the queue checks whether
SQLite's lock is free, and lets the next one up as soon as it has begun.

The queue only decides the order; SQLite decides who writes. So it does no harm if there are no such locks, or if a
process was suspended in the queue: after `LINE_SECONDS` a writer goes on without it.
"""

from __future__ import annotations

import _thread
import os
import sqlite3
import threading
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Final

from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS, busy, primary_code
from ctxbudget_server.store.file.locks import try_lock, wait_for_lock
from ctxbudget_server.store.file.paths import QUEUE_SUFFIX, beside

LINE_SECONDS: Final = 1.0
"""A queue without a sign of life for this long has a suspended process at its head."""
TELLING_SECONDS: Final = LINE_SECONDS / 4
SIGNS_BYTES: Final = 8
FIRST_PAUSE_SECONDS: Final = 0.0002
MAX_PAUSE_SECONDS: Final = 0.01
"""Maximum pause between two attempts to get SQLite's lock; the first are much shorter than a transaction."""
PAUSE_GROWTH: Final = 1.1


class WriteQueue:
    """The queue for one store's write lock. Thread-safe."""

    def __init__(self, store: Path) -> None:
        self._threads = _ThreadLine()
        self._processes = _ProcessLine(beside(store, QUEUE_SUFFIX))

    def begin(self, connection: sqlite3.Connection, until: float | None = None) -> None:
        """Begin a transaction that may write; it is tried at least once.

        Raises `storeBusy` at `until` (`time.monotonic`; absent: after `BUSY_TIMEOUT_MS`).
        """
        begun = time.monotonic()
        until = begun + BUSY_TIMEOUT_MS / 1000 if until is None else until
        try:
            self._begin_in_turn(connection, until)
        except sqlite3.OperationalError as fault:
            if not _is_busy(fault):
                raise
            raise busy(round((time.monotonic() - begun) * 1000)) from fault

    def _begin_in_turn(self, connection: sqlite3.Connection, until: float) -> None:
        if not self._threads.wait(until):
            _begin(connection, until, None)
            return
        try:
            place = self._processes.wait(until)
            try:
                _begin(connection, until, place)
            finally:
                if place is not None:
                    place.leave()
        finally:
            self._threads.leave()


def _begin(connection: sqlite3.Connection, until: float, place: _Place | None) -> None:
    """Begin as soon as SQLite's lock is free, and let those behind `place` see that this process is still trying."""
    connection.execute("PRAGMA busy_timeout=0")
    try:
        pause, told = FIRST_PAUSE_SECONDS, time.monotonic()
        while not _begun(connection, until):
            time.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, MAX_PAUSE_SECONDS)
            if place is not None and time.monotonic() - told > TELLING_SECONDS:
                place.tell()
                told = time.monotonic()
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _begun(connection: sqlite3.Connection, until: float) -> bool:
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as fault:
        if not _is_busy(fault) or time.monotonic() >= until:
            raise
        return False
    return True


def _is_busy(fault: sqlite3.Error) -> bool:
    return primary_code(fault) == sqlite3.SQLITE_BUSY


class _ThreadLine:
    """A queue of threads: each calls up the next one when it leaves."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def wait(self, until: float) -> bool:
        """Wait for this thread's turn, after which it must `leave`; False if `until` comes first."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            call = threading.Lock()
            call.acquire()
            self._waiting.append(call)
        if call.acquire(timeout=max(0.0, until - time.monotonic())):
            return True
        with self._guard:
            if call not in self._waiting:  # called up at the last moment
                return True
            self._waiting.remove(call)
            return False

    def leave(self) -> None:
        """Call the next thread up."""
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class _ProcessLine:
    """One thread of each process waits for the lock on a file; the kernel wakes them in order of arrival.

    Waiting for such a lock cannot be aborted, so a separate thread does it. If that thread is still waiting when the
    process has gone on without the lock, the queue is not used again until the thread has finished.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._errand: _Errand | None = None

    def wait(self, until: float) -> _Place | None:
        """The head of the queue, to be left when the turn is over; None if there is no queue."""
        if self._errand is not None and not self._errand.over:
            return None
        self._errand = None
        try:
            place = _Place(os.open(self._path, os.O_RDWR | os.O_CREAT | _SAFELY, 0o600))
        except OSError:
            return None
        return place if place.is_first() else self._waited(place, until)

    def _waited(self, place: _Place, until: float) -> _Place | None:
        errand = _Errand(place)
        try:
            _thread.start_new_thread(errand.run, ())
        except RuntimeError:  # the system cannot start another thread
            place.leave()
            return None
        self._errand = errand
        signs = place.signs()
        while not errand.done_by(min(until, time.monotonic() + LINE_SECONDS)):
            before, signs = signs, place.signs()
            if signs == before or time.monotonic() >= until:
                return place if errand.is_done_or_given_up() else None
        return place


class _Place:
    """A place in the queue: an open file whose lock makes it the first one. The file counts signs of life."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def is_first(self) -> bool:
        """Whether it is first in the queue."""
        return try_lock(self._descriptor)

    def become_first(self) -> None:
        """Wait until it is first in the queue, possibly forever."""
        wait_for_lock(self._descriptor)
        self.tell()

    def tell(self) -> None:
        """Show those behind that the one ahead of them is alive."""
        with suppress(OSError):
            os.pwrite(self._descriptor, (self.signs() + 1).to_bytes(SIGNS_BYTES, "little"), 0)

    def signs(self) -> int:
        """How many signs of life there have been."""
        with suppress(OSError):
            return int.from_bytes(os.pread(self._descriptor, SIGNS_BYTES, 0), "little")
        return 0

    def leave(self) -> None:
        """Let the next one be the first."""
        os.close(self._descriptor)


class _Errand:
    """Another thread's wait for the head of the queue."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._guard = threading.Lock()
        self._done = threading.Lock()
        self._done.acquire()
        self._given_up = False
        self.over = False
        """Whether the other thread has finished."""

    def run(self) -> None:
        """Wait for the head of the queue; runs in the other thread."""
        self._place.become_first()
        with self._guard:
            self.over = True
            if self._given_up:
                self._place.leave()
        self._done.release()

    def done_by(self, until: float) -> bool:
        """Wait until it has got there or until `until`; whether it has."""
        return self._done.acquire(timeout=max(0.0, until - time.monotonic()))

    def is_done_or_given_up(self) -> bool:
        """Whether it has got there after all; if not, the other thread leaves the place as soon as it gets there."""
        with self._guard:
            self._given_up = not self.over
            return self.over


_SAFELY: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
