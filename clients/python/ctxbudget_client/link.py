"""The conversation with a server that may crash: it is restarted, and its unanswered requests are repeated.

Nothing is doubled: a request that writes carries a `requestKey`, under which the server answers a repetition with the
first result. What is not in the method table is not asked again.
"""

from __future__ import annotations

import contextlib
import os
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ctxbudget_client.connection import Connection
from ctxbudget_client.errors import ClientError, ConnectionLostError, ServerError
from ctxbudget_client.framing import encode
from ctxbudget_client.pending import Pending
from ctxbudget_client.process import ServerProcess
from ctxbudget_client.restarts import RENEWAL_SECONDS, Allowance
from ctxbudget_client.trace import Trace
from ctxbudget_client.versions import check_version
from ctxbudget_protocol.limits import DEFAULT_SESSION
from ctxbudget_protocol.methods import METHODS

PAUSE_SECONDS = 0.1
"""Before the first restart; twice as long before each further one, up to `MAX_PAUSE_SECONDS`."""
MAX_PAUSE_SECONDS = 10.0

MAX_ASKED = 3
"""How often a request is asked: one that was in flight at so many crashes may well be their cause."""

RECONNECTED = "ctxbudget/reconnected"
"""What the client tells its own callbacks after a restart: notifications in between may have been missed."""


@dataclass(frozen=True, slots=True)
class Start:
    """How to start a server, and what to say first."""

    process: Callable[[], ServerProcess]
    initialize: dict[str, Any]


class Link:
    """One server after the other, behind one `send`. For any number of threads."""

    def __init__(
        self, start: Start, trace: Trace, notified: Callable[[str, Any], None], restarts: int, timeout: float
    ) -> None:
        """Start the server and say `initialize`. `restarts` is as in `Allowance`.

        `notified` receives notifications and must not raise. `timeout` is how many seconds `initialize` may take.
        Raises `ClientError`, and then leaves no process behind.
        """
        self.initialize_result: dict[str, Any] = {}
        self._allowance = Allowance(restarts)
        self.process: ServerProcess
        """The server that was started last."""
        self._start = start
        self._trace = trace
        self._notified = notified
        self._timeout = timeout
        self._owner = os.getpid()
        # Guards what follows. Whoever holds it may take a connection's own lock, never the other way round.
        self._lock = threading.RLock()
        self._connection: Connection | None = None  # None while a server is being started
        self._waiting: list[Pending] = []  # asked meanwhile
        self._gone: ConnectionLostError | None = None  # for ever once `_ended`, else until a restart is allowed again
        self._reviving: threading.Thread | None = None
        self._ended = threading.Event()
        self._watched: dict[str, dict[str, Any]] = {}
        while not self._install(self._begin(), []):
            self._count_restart(ConnectionLostError("the server ended at once"))

    @property
    def restarts_left(self) -> int:
        """How often the server may be restarted now."""
        with self._lock:
            return self._allowance.left

    # ------------------------------------------------------------------ asking

    def send(self, method: str, params: Any, timeout: float) -> Pending:
        """Ask without waiting; during a restart the request goes out after it.

        A server that was given up is started again as soon as a restart is allowed again.
        Raises `ConnectionLostError`, and `TypeError` or `ValueError` for what is not JSON.
        """
        self._check_owner()
        row = METHODS.get(method)
        if self._allowance.restarts and row is not None and row.needs_key:
            given = {name: value for name, value in (params or {}).items() if value is not None or name != "requestKey"}
            params = {"requestKey": uuid.uuid4().hex, **given}
        pending = Pending(method, params, timeout)
        if method in ("session/open", "session/delete"):
            pending.answer.add_done_callback(lambda answer: self._follow(method, params, answer.exception()))
        with self._lock:
            if self._gone is not None:
                self._revive(self._gone)
            if self._connection is not None:
                with contextlib.suppress(ConnectionLostError):  # its reading thread is about to start another
                    self._connection.send(pending)
                    return pending
            encode({"params": params})  # what cannot be sent is the caller's to hear, not the restart's
            self._waiting.append(pending)
        return pending

    def notify(self, method: str, params: Any) -> None:
        """Send a notification to the server; it is lost during a restart. Raises `ConnectionLostError`."""
        self._check_owner()
        with self._lock:
            if self._gone is not None:
                raise self._gone
            connection = self._connection
        if connection is not None:
            connection.notify(method, params)

    def _check_owner(self) -> None:
        if os.getpid() != self._owner:  # its threads stayed behind: an answer would never come
            raise ConnectionLostError("the client belongs to the process that this one was forked from")

    def _follow(self, method: str, params: Any, fault: BaseException | None) -> None:
        """Remember which sessions are watched: a new server has to be told."""
        if fault is not None:
            return
        session_id = (params or {}).get("sessionId") or DEFAULT_SESSION
        watch = (params or {}).get("watch")
        if method == "session/delete" or watch is False:
            self._watched.pop(session_id, None)
        elif watch:
            self._watched[session_id] = {"sessionId": session_id, "watch": True}

    # ------------------------------------------------------------------ ending

    def close(self, grace: float) -> int:
        """End the server in order, by force if it does not; its exit code."""
        # It may be gone, or hang: what follows ends it.
        with contextlib.suppress(ClientError):
            if self._connection is not None:
                self.send("shutdown", None, grace).result()
        return self._end("exit", grace)

    def kill(self, grace: float) -> int:
        """End the server by force."""
        return self._end(None, grace)

    def _end(self, last: str | None, grace: float) -> int:
        """End the server, in order if `last` asks it to."""
        if os.getpid() != self._owner:
            return 0  # the server is the parent's
        with self._lock:
            self._gone = self._gone or ConnectionLostError("the client is closed")
            process, connection, reviving = self.process, self._connection, self._reviving
            self._ended.set()
        if connection is not None:
            connection.lose("the client is closed", last=last)
        if last is None or connection is None:
            process.kill()
        code = process.end(grace)
        if connection is not None:
            connection.join(grace)
        if reviving is not None and reviving is not threading.current_thread():
            reviving.join(grace)
        return code

    # ------------------------------------------------------------------ starting and restarting

    def _begin(self) -> Connection:
        """A server that has answered `initialize`, and watches what the last one watched."""
        with self._lock:
            if self._gone is not None:
                raise self._gone
            process = self.process = self._start.process()
        connection = Connection(process, self._trace, self._notified, self._lost)
        try:
            hello = Pending("initialize", {**self._start.initialize, "processId": os.getpid()}, self._timeout)
            connection.send(hello)
            self.initialize_result = hello.result()
            check_version(self.initialize_result)
            connection.notify("initialized", {})
            for params in list(self._watched.values()):
                watch = Pending("session/open", params, self._timeout)
                connection.send(watch)
                with contextlib.suppress(ServerError):  # a session that cannot be opened any more
                    watch.result()
        except BaseException:
            connection.lose("the server could not be initialized")
            process.kill()
            connection.join(1.0)
            raise
        return connection

    def _install(self, connection: Connection, again: list[Pending]) -> bool:
        """Hand over to a new connection: first what is asked again, then what waited, in their order.

        False if that connection is lost already, or the client was closed meanwhile: `_lost` leaves it alone then.
        """
        with self._lock:
            if connection.is_lost or self._gone is not None:
                return False
            self._connection = connection
            asked = [one for one in (*again, *self._waiting) if not one.done and not one.cancelled]
            dropped = [one for one in (*again, *self._waiting) if one.cancelled]
            self._waiting = []
            for at, one in enumerate(asked):
                try:
                    connection.send(one)
                except ConnectionLostError:  # lost again: its own recovery asks for what was sent
                    self._waiting = asked[at:]
                    break
        _fail(dropped, ConnectionLostError("cancelled when the server was lost"))
        return True

    def _lost(self, connection: Connection, unanswered: list[Pending], reason: ConnectionLostError) -> None:
        """A connection is lost, on its reading thread, or by `_end`."""
        with self._lock:
            was_installed = self._connection is connection
            if was_installed:
                self._connection = None
        if was_installed:
            self._recover(unanswered, reason)
        else:
            _fail(unanswered, reason)  # whoever began it, or closed the client, goes on from there

    def _revive(self, gone: ConnectionLostError) -> None:
        """Start a server in place of one that was given up. Raises `gone` if that is not allowed, or not yet."""
        if self._ended.is_set() or not self._allowance.left:
            raise gone
        self._gone = None
        self._reviving = threading.Thread(target=self._recover, args=([], gone), name="ctxbudget-restart", daemon=True)
        self._reviving.start()

    def _recover(self, unanswered: list[Pending], reason: ConnectionLostError) -> None:
        """Restart the server and repeat what is unanswered, or give up."""
        again = [one for one in unanswered if one.method in METHODS and not one.cancelled and one.asked < MAX_ASKED]
        _fail([one for one in unanswered if one not in again], reason)
        pause = PAUSE_SECONDS
        try:
            while True:
                self._count_restart(reason)
                self.process.kill()
                self._ended.wait(pause)
                pause = min(pause * 2, MAX_PAUSE_SECONDS)
                try:
                    if self._install(self._begin(), again):
                        break
                except ClientError as fault:
                    reason = fault if isinstance(fault, ConnectionLostError) else ConnectionLostError(str(fault))
        except ConnectionLostError as end:
            with self._lock:
                gone = self._gone = self._gone or end
                waiting, self._waiting = self._waiting, []
            _fail([*again, *waiting], gone)
        else:
            self._notified(RECONNECTED, {"restartsLeft": self.restarts_left})

    def _count_restart(self, reason: ConnectionLostError) -> None:
        """Raises `reason` when no restart is left, and why the client is gone if it is."""
        with self._lock:
            if self._gone is not None:
                raise self._gone
            if self._allowance.take():
                return
            if not self._allowance.restarts:
                raise reason
            limit = f"no more than {self._allowance.restarts} within {RENEWAL_SECONDS:.0f} s; later requests try again"
            raise ConnectionLostError(
                f"{reason.reason} (restarts: {limit})", reason.exit_code, reason.stderr_tail
            ) from reason


def _fail(pending: list[Pending], reason: Exception) -> None:
    for one in pending:
        one.fail(reason)
