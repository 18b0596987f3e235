"""One connection to the server, on which no wait is without a bound, and the pool that a process keeps of them."""

from __future__ import annotations

import logging
import select
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.waiting import Ready, Wait

from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.errors import busy
from ctxbudget_server.store.postgres.errors import TooSlowError, reason_of, unavailable
from ctxbudget_server.store.postgres.texts import take_any_text

ANSWER_SECONDS: Final = 15.0
"""How long a server may take to answer, waiting for a lock included, before the connection is given up."""

LOOK_SECONDS: Final = 0.05
"""How often a wait looks whether its request was cancelled."""

REACH_SECONDS: Final = 5.0
"""How long a request waits for a server that cannot be reached, which may be starting again."""

CONNECTIONS: Final = 8
"""Connections that a process works with at the same time, at most. Further requests wait for one of them."""

IDLE_SECONDS: Final = 60.0
"""A connection that was unused for this long is closed instead of used."""

_OPTIONS: Final[dict[str, Any]] = {
    "autocommit": True,
    "connect_timeout": 3,
    "application_name": "ctxbudget",
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    # A pooler gives each transaction another connection of the server, so nothing is prepared on one.
    "prepare_threshold": None,
}

logging.getLogger("psycopg").setLevel(logging.ERROR)
"""It warns of every transaction that a lost connection has ended, which the request's own error says already."""

_REFUSALS: Final = ("password authentication failed", "no password supplied", "does not exist", "no pg_hba.conf entry")
"""What libpq says of connections that no waiting brings about; in other languages it is tried again in vain."""


class Connection(psycopg.Connection[tuple[Any, ...]]):
    """A connection whose waits end when the request is cancelled, or when the server takes too long."""

    check: Check = staticmethod(never_cancelled)
    patience: float = ANSWER_SECONDS
    """How many seconds an answer may take before the server is given up."""
    used_at: float = 0.0

    def wait(self, gen: Any, interval: float = LOOK_SECONDS, timeout: float | None = None) -> Any:
        """Drive a protocol exchange to its end; one with a `timeout` of its own is not bounded otherwise."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + self.patience
        try:
            state = next(gen)
            while True:
                ready = _ready(self.pgconn.socket, state, LOOK_SECONDS)
                if ready is Ready.NONE:
                    self._look(until)
                state = gen.send(ready)
        except StopIteration as end:
            return end.value
        except BaseException:
            with suppress(psycopg.Error):
                gen.close()
            raise

    def _look(self, until: float) -> None:
        try:
            self.check()
        except BaseException:
            with suppress(psycopg.Error):
                self.cancel_safe(timeout=1.0)
            self.close()
            raise
        if time.monotonic() > until:
            self.close()
            raise TooSlowError("the server does not answer")

    def __del__(self, *_: object) -> None:
        """A store that is dropped drops its connections, as one in a file does, and without a warning."""

    def is_alive(self) -> bool:
        """Whether an idle connection is as the last request left it: the server has said nothing since."""
        if self.closed or time.monotonic() - self.used_at > IDLE_SECONDS:
            return False
        return _ready(self.pgconn.socket, Wait.R, 0.0) is Ready.NONE


def _ready(descriptor: int, state: Wait, seconds: float) -> Ready:
    if hasattr(select, "poll"):
        poller = select.poll()
        events = (select.POLLIN if state & Wait.R else 0) | (select.POLLOUT if state & Wait.W else 0)
        poller.register(descriptor, events)
        found = poller.poll(seconds * 1_000)
        if not found:
            return Ready.NONE
        seen = found[0][1]
        can_read = bool(seen & ~select.POLLOUT) and bool(state & Wait.R)
        can_write = bool(seen & ~select.POLLIN) and bool(state & Wait.W)
    else:
        wanted = [descriptor]
        reading, writing, _ = select.select(
            wanted if state & Wait.R else [], wanted if state & Wait.W else [], [], seconds
        )
        can_read, can_write = bool(reading), bool(writing)
    return Ready((Ready.R if can_read else 0) | (Ready.W if can_write else 0))


def connected(url: str, shown: str, until: float, check: Check = never_cancelled) -> Connection:
    """A new connection; tries again until `until` (`time.monotonic`) while the server cannot be reached.

    Raises `storeUnavailable`.
    """
    pause = 0.05
    while True:
        check()
        try:
            connection = Connection.connect(url, **_OPTIONS)
            take_any_text(connection)
            return connection
        except psycopg.Error as fault:
            if _is_refused(fault) or time.monotonic() + pause >= until:
                message = f"the store cannot be reached: {reason_of(fault)}"
                raise unavailable(shown, message, reason_of(fault)) from fault
        time.sleep(pause)
        pause = min(pause * 2, 0.5)


def _is_refused(fault: psycopg.Error) -> bool:
    said = str(fault)
    return any(words in said for words in _REFUSALS)


class Pool:
    """The connections of a process to one server. Thread-safe; the one used last is taken first."""

    def __init__(self, url: str, shown: str, prepare: Callable[[Connection], None]) -> None:
        self._url = url
        self._shown = shown
        self._prepare = prepare
        self._lock = threading.Lock()
        self._idle: list[Connection] = []
        self._free = threading.Semaphore(CONNECTIONS)

    @contextmanager
    def connection(self, check: Check, until: float) -> Iterator[Connection]:
        """A connection of the caller's own. Raises `storeBusy` if none is free by `until`, and `storeUnavailable`."""
        started = time.monotonic()
        while not self._free.acquire(timeout=LOOK_SECONDS):
            check()
            if time.monotonic() > until:
                raise busy(round((time.monotonic() - started) * 1_000))
        try:
            connection = self._taken() or self._opened(min(until, time.monotonic() + REACH_SECONDS), check)
            try:
                yield connection
            finally:
                self._given_back(connection)
        finally:
            self._free.release()

    def _taken(self) -> Connection | None:
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if connection.is_alive():
                return connection
            _close(connection)

    def _opened(self, until: float, check: Check) -> Connection:
        connection = connected(self._url, self._shown, until, check)
        try:
            self._prepare(connection)
        except BaseException:
            _close(connection)
            raise
        return connection

    def _given_back(self, connection: Connection) -> None:
        connection.check = never_cancelled
        connection.patience = ANSWER_SECONDS
        if connection.closed or connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
            _close(connection)
            return
        connection.used_at = time.monotonic()
        with self._lock:
            self._idle.append(connection)

    def close(self) -> None:
        """Close what is idle; connections in use are closed by the next call."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            _close(connection)


def _close(connection: Connection) -> None:
    with suppress(psycopg.Error, OSError):
        connection.close()
