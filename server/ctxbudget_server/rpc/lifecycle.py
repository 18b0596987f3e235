"""From `initialize` to the exit code: what the server accepts when, and why it ends."""

from __future__ import annotations

import asyncio
import enum
import logging
import os
import sys

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rpc.lsp_names import INITIALIZE, SHUTDOWN
from ctxbudget_server.runtime.processes import is_alive
from ctxbudget_server.runtime.watchdog import Watchdog

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 0.5


class ConnectionPhase(enum.Enum):
    """The phase of the connection."""

    NEW = enum.auto()
    INITIALIZING = enum.auto()
    RUNNING = enum.auto()
    SHUT_DOWN = enum.auto()


class End(enum.Enum):
    """Why the server ends."""

    EXIT = "the exit notification"
    END_OF_INPUT = "the end of stdin"
    OUTPUT_CLOSED = "the client closed stdout"
    PARENT_GONE = "the client's process is gone"
    SIGNAL = "a signal"
    STREAM_BROKEN = "no next message can be found on stdin"
    FAULT = "an internal error"


_ORDERLY = {End.EXIT, End.END_OF_INPUT, End.OUTPUT_CLOSED, End.PARENT_GONE}
"""Ends caused by the client, which are orderly after `shutdown`."""


class Lifecycle:
    """The state of one connection."""

    def __init__(self) -> None:
        self.phase = ConnectionPhase.NEW
        self._end: asyncio.Future[End] | None = None

    def refusal(self, method: str) -> ProtocolError | None:
        """The error if a request cannot be accepted now, or None."""
        if self.phase is ConnectionPhase.SHUT_DOWN:
            return ProtocolError("invalidRequest", "the server is shutting down: only exit is allowed")
        if self.phase is ConnectionPhase.RUNNING and method == INITIALIZE:
            return ProtocolError("invalidRequest", "initialize has already been answered")
        if self.phase is ConnectionPhase.INITIALIZING and method == INITIALIZE:
            return ProtocolError("invalidRequest", "initialize is being answered")
        if self.phase is not ConnectionPhase.RUNNING and method != INITIALIZE:
            return ProtocolError("serverNotInitialized", f"{method} came before initialize")
        return None

    def takes_notifications(self) -> bool:
        """Whether notifications other than `exit` are accepted now."""
        return self.phase is ConnectionPhase.RUNNING

    def received(self, method: str) -> None:
        """A request was accepted."""
        if method == INITIALIZE:
            self.phase = ConnectionPhase.INITIALIZING
        elif method == SHUTDOWN:
            self.phase = ConnectionPhase.SHUT_DOWN

    def initialized(self, ok: bool) -> None:
        """`initialize` was answered: with a result if `ok`; after an error the client may try again."""
        if self.phase is ConnectionPhase.INITIALIZING:
            self.phase = ConnectionPhase.RUNNING if ok else ConnectionPhase.NEW

    def end(self, reason: End) -> None:
        """End the server; the first reason counts."""
        ending = self.ending()
        if not ending.done():
            log.info("ending: %s", reason.value)
            ending.set_result(reason)

    def ending(self) -> asyncio.Future[End]:
        """A future that is done when the server must end."""
        if self._end is None:
            self._end = asyncio.get_running_loop().create_future()
        return self._end

    def exit_code(self, reason: End) -> int:
        """0 if the client ended the server after `shutdown`; else 1."""
        return 0 if self.phase is ConnectionPhase.SHUT_DOWN and reason in _ORDERLY else 1


class ParentWatch:
    """Ends the server when the process that started it, or the one named by the client, has gone.

    It also shows the watchdog that the event loop is alive.
    """

    def __init__(self, lifecycle: Lifecycle, watchdog: Watchdog | None = None) -> None:
        self._lifecycle = lifecycle
        self._watchdog = watchdog
        self._named: set[int] = set()
        self._parent = os.getppid()

    def name(self, pid: int | None) -> None:
        """Watch the client's process too, if there is one.

        It is ignored if it is this process or cannot be seen from here, e.g. because it is in another container.
        """
        if pid is not None and pid != os.getpid() and is_alive(pid):
            self._named.add(pid)
            if self._watchdog is not None:
                self._watchdog.name(pid)

    async def run(self) -> None:
        """Watch until cancelled, including while the server is ending."""
        while True:
            if self._watchdog is not None:
                self._watchdog.beat()
            if self._is_gone():
                self._lifecycle.end(End.PARENT_GONE)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)

    def ending(self) -> None:
        """Tell the watchdog that the server has begun to end."""
        if self._watchdog is not None:
            self._watchdog.ending()

    def _is_gone(self) -> bool:
        if sys.platform == "win32":  # Windows never gives a process a new parent
            return False
        return os.getppid() != self._parent or not all(map(is_alive, self._named))
