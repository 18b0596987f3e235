"""The conversation with a server that may crash: it is started anew, and what it left unanswered is asked again.

Nothing is doubled: a request that writes carries a `requestKey`, under which the server answers a repetition with the
first result. What is not in the method table is not asked again.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ctxbudget_client.connection import Connection
from ctxbudget_client.errors import ClientError, ConnectionLostError, RequestTimeoutError
from ctxbudget_client.pending import Pending
from ctxbudget_client.process import ServerProcess
from ctxbudget_client.trace import Trace
from ctxbudget_protocol.methods import METHODS

PAUSE_SECONDS = 0.1
"""Before the first restart; twice as long before each further one."""

SAFE_WRITES = frozenset({"session/open", "context/fit"})
"""Writes that give the same when they are repeated, without a key: keys keep results, and theirs can be large."""

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
        """Start the server and say `initialize`. `restarts` is how often a server that is lost is started anew.

        `timeout` is how many seconds `initialize` may take. Raises `ClientError`, and then leaves no process behind.
        """
        self.initialize_result: dict[str, Any] = {}
        self.restarts_left = restarts
        self._start = start
        self._trace = trace
        self._notified = notified
        self._timeout = timeout
        self._changed = threading.Condition()
        self._gone: ConnectionLostError | None = None
        self._callback_failed = False
        self._watched: dict[str, dict[str, Any]] = {}
        self.process, self._connection = self._begin()

    # ------------------------------------------------------------------ asking

    def send(self, method: str, params: Any, timeout: float) -> Pending:
        """Ask without waiting for the answer, but for a restart under way. Raises `ConnectionLostError`."""
        pending = self.prepared(method, params, timeout)
        self.finish_sending(pending, timeout)
        return pending

    def finish_sending(self, pending: Pending, timeout: float) -> None:
        """Send it, once a restart that is under way is over. Raises `ConnectionLostError` or `RequestTimeoutError`."""
        while not self.try_send(pending):
            self._await_restart(pending, timeout)

    def prepared(self, method: str, params: Any, timeout: float) -> Pending:
        """A request that may be asked twice, if it is of the method table."""
        row = METHODS.get(method)
        if self.restarts_left and row is not None and row.mutates and method not in SAFE_WRITES:
            params = {"requestKey": uuid.uuid4().hex, **(params or {})}
        pending = Pending(method, params, timeout)
        if method == "session/open":
            pending.answer.add_done_callback(lambda answer: self._opened(params, answer.exception()))
        return pending

    def try_send(self, pending: Pending) -> bool:
        """Send it unless a restart is under way. Raises `ConnectionLostError` when no server is left."""
        with self._changed:
            if self._gone is not None:
                raise self._gone
            connection = self._connection
        try:
            connection.send(pending)
        except ConnectionLostError:
            return False
        return True

    def notify(self, method: str, params: Any) -> None:
        """Tell the server something. Raises `ConnectionLostError`."""
        if self._gone is not None:
            raise self._gone
        self._connection.notify(method, params)

    def _await_restart(self, pending: Pending, timeout: float) -> None:
        connection = self._connection
        with self._changed:
            done = self._changed.wait_for(lambda: self._gone or self._connection is not connection, timeout)
        if not done:
            raise RequestTimeoutError(pending.method, timeout)

    def _opened(self, params: Any, fault: BaseException | None) -> None:
        """Remember which sessions are watched: a new server has to be told."""
        if fault is not None or not isinstance(params, dict):
            return
        session_id = params.get("sessionId")
        key = session_id if isinstance(session_id, str) else ""
        if params.get("watch") is True:
            self._watched[key] = {name: params[name] for name in ("sessionId", "watch") if name in params}
        elif params.get("watch") is False:
            self._watched.pop(key, None)

    # ------------------------------------------------------------------ ending

    def close(self, grace: float) -> int:
        """End the server in order, by force if it does not; its exit code."""
        with contextlib.suppress(ClientError):  # it is gone, or hangs: what follows ends it
            self.send("shutdown", None, grace).result()
        return self._end("exit", grace)

    def kill(self, grace: float) -> int:
        """End the server by force."""
        return self._end(None, grace, force=True)

    def _end(self, last: str | None, grace: float, *, force: bool = False) -> int:
        with self._changed:
            self._gone = self._gone or ConnectionLostError("the client is closed")
            self._changed.notify_all()
            process, connection = self.process, self._connection
        connection.lose("the client is closed", last=last)
        if force:
            process.kill()
        code = process.end(grace)
        connection.join(grace)
        return code

    # ------------------------------------------------------------------ starting, and starting anew

    def _begin(self) -> tuple[ServerProcess, Connection]:
        """A server that has answered `initialize`. Until then nothing is started anew when it is lost."""
        process = self._start.process()
        recover_from = threading.Event()

        def orphaned(unanswered: list[Pending], reason: ConnectionLostError) -> None:
            if recover_from.is_set():
                self._recover(process, unanswered, reason)
            else:
                _fail(unanswered, reason)

        connection = Connection(process, self._trace, self._guarded_notified, orphaned)
        try:
            hello = Pending("initialize", {**self._start.initialize, "processId": os.getpid()}, self._timeout)
            connection.send(hello)
            self.initialize_result = hello.result()
            connection.notify("initialized", {})
            for params in list(self._watched.values()):
                watch = Pending("session/open", params, self._timeout)
                connection.send(watch)
                watch.result()
        except BaseException:
            connection.lose("the server could not be initialized")
            process.kill()
            connection.join(1.0)
            raise
        recover_from.set()
        return process, connection

    def _recover(self, process: ServerProcess, unanswered: list[Pending], reason: ConnectionLostError) -> None:
        """On the lost connection's reading thread: start anew and ask again, or give up."""
        repeatable = [one for one in unanswered if one.method in METHODS and not one.cancelled]
        _fail([one for one in unanswered if one not in repeatable], reason)
        pause = PAUSE_SECONDS
        while self._may_restart():
            process.kill()
            time.sleep(pause)
            pause *= 2
            try:
                successor = self._begin()
                if self._succeed(*successor, repeatable):
                    return
            except ConnectionLostError as fault:
                reason = fault
            except ClientError:
                continue
        with self._changed:
            self._gone = self._gone or reason
            self._changed.notify_all()
        _fail(repeatable, self._gone)

    def _may_restart(self) -> bool:
        with self._changed:
            if self._gone is not None or self._callback_failed or self.restarts_left < 1:
                return False
            self.restarts_left -= 1
            return True

    def _succeed(self, process: ServerProcess, connection: Connection, repeatable: list[Pending]) -> bool:
        """Hand over to the new connection: first what is asked again, in its order, then whatever comes."""
        with self._changed:
            if self._gone is not None:  # closed in the meantime
                process.kill()
                return False
            self.process, self._connection = process, connection
            waiting = [one for one in repeatable if not one.done]
            sent = 0
            with contextlib.suppress(ConnectionLostError):  # lost again: its own recovery asks for what was sent
                for one in waiting:
                    connection.send(one)
                    sent += 1
            self._changed.notify_all()
        for one in waiting[sent:]:
            threading.Thread(target=self._send_later, args=(one,), daemon=True).start()
        try:
            self._guarded_notified(RECONNECTED, {"restartsLeft": self.restarts_left})
        except Exception as fault:
            connection.lose(f"a callback failed: {fault!r}")
        return True

    def _send_later(self, pending: Pending) -> None:
        try:
            self.finish_sending(pending, self._timeout)
        except ClientError as fault:
            pending.fail(fault)

    def _guarded_notified(self, method: str, params: Any) -> None:
        try:
            self._notified(method, params)
        except BaseException:
            self._callback_failed = True  # another server would not help
            raise


def _fail(pending: list[Pending], reason: Exception) -> None:
    for one in pending:
        one.fail(reason)
