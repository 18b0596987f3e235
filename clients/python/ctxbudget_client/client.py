"""A synchronous client: it spawns a server and speaks with it over stdio."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ctxbudget_client.connection import Connection
from ctxbudget_client.errors import ClientError, RequestTimeoutError
from ctxbudget_client.notifications import Fits, Notification, Notifications
from ctxbudget_client.pending import Pending
from ctxbudget_client.process import Command, ServerProcess
from ctxbudget_client.trace import Trace, TraceSink

DEFAULT_TIMEOUT = 60.0
"""Seconds that a request may take, unless said otherwise."""

END_SECONDS = 5.0
"""Seconds that the server has for each step of its end."""

Params = Mapping[str, Any] | None


class Client:
    """A running server and the conversation with it. Every method may be called by any thread.

    ::

        with Client.spawn(["ctxbudget", "serve"]) as client:
            client.request("budget/status", {"sessionId": "run-7"})["retained"]
    """

    def __init__(
        self,
        process: ServerProcess,
        *,
        trace: TraceSink | None = None,
        on_notification: Callable[[str, Any], None] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> None:
        """Speak with a process that runs already; `spawn` starts one and says `initialize`."""
        self.timeout = timeout
        self.notifications = Notifications()
        self.initialize_result: dict[str, Any] = {}
        self._process = process
        self._on_notification = on_notification
        self._trace = Trace(trace)
        self._connection = Connection(process, self._trace, self._notified)
        self._exit_code: int | None = None

    @classmethod
    def spawn(
        cls,
        command: Command,
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        root: str | os.PathLike[str] | None = None,
        options: Params = None,
        trace: TraceSink | None = None,
        on_notification: Callable[[str, Any], None] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
    ) -> Self:
        """Start a server and initialize it.

        `env` is added to this process's environment; `root` is the workspace; `options` are the
        `initializationOptions`. `trace` gets every frame. With `on_notification(method, params)` notifications go
        there, on the reading thread, which must not wait for answers; without it they are kept in `notifications`.
        `timeout` is how many seconds a request may take. Raises `ConnectionLostError`, `ServerError` or
        `RequestTimeoutError`, and then leaves no process behind.
        """
        process = ServerProcess(command, cwd=cwd, env=env)
        client = cls(process, trace=trace, on_notification=on_notification, timeout=timeout)
        try:
            client.initialize(root, options)
        except BaseException:
            client.kill()
            raise
        return client

    def initialize(self, root: str | os.PathLike[str] | None = None, options: Params = None) -> dict[str, Any]:
        """Say `initialize` and `initialized`; the server's result."""
        params: dict[str, Any] = {
            "processId": os.getpid(),
            "clientInfo": {"name": "ctxbudget-client"},
            "rootUri": Path(root).resolve().as_uri() if root is not None else None,
            "capabilities": {},
        }
        if options is not None:
            params["initializationOptions"] = options
        self.initialize_result = self.request("initialize", params)
        self.notify("initialized", {})
        return self.initialize_result

    def request(self, method: str, params: Params = None, *, timeout: float | None = None) -> Any:
        """Ask and wait: the result, which for every method of ctxbudget is a dict. A late one is cancelled.

        Raises `ServerError`, `RequestTimeoutError` or `ConnectionLostError`.
        """
        pending = self.send(method, params)
        try:
            return pending.result(timeout)
        except RequestTimeoutError:
            pending.cancel()
            raise

    def send(self, method: str, params: Params = None) -> Pending:
        """Ask without waiting: several requests can be in flight at once. Raises `ConnectionLostError`."""
        return self._connection.request(method, params, self.timeout)

    def notify(self, method: str, params: Params = None) -> None:
        """Tell the server something. Raises `ConnectionLostError`."""
        self._connection.notify(method, params)

    def wait_notification(self, method: str, timeout: float, fits: Fits = lambda _: True) -> Notification | None:
        """The first kept notification of `method` that fits; None if none comes within `timeout` seconds."""
        return self.notifications.wait(method, timeout, fits)

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    @property
    def stderr_tail(self) -> str:
        """The last lines that the server wrote to stderr."""
        return self._process.stderr_tail

    @property
    def trace_fault(self) -> Exception | None:
        """Why the trace stopped before the conversation did, if it did."""
        return self._trace.fault

    def close(self, grace: float = END_SECONDS) -> int:
        """End the server in order, by force if it does not; its exit code. Never raises, and may be called twice."""
        if self._exit_code is None:
            with contextlib.suppress(ClientError):  # it is gone, or hangs: what follows ends it
                self.request("shutdown", timeout=grace)
            self._connection.lose("the client is closed", last="exit")
            self._end(grace)
        assert self._exit_code is not None
        return self._exit_code

    def kill(self) -> None:
        """End the server by force."""
        self._connection.lose("the client is closed")
        self._process.kill()
        self._end(END_SECONDS)

    def _end(self, grace: float) -> None:
        self._exit_code = self._process.end(grace)
        self._connection.join(grace)

    def _notified(self, method: str, params: Any) -> None:
        if self._on_notification is not None:
            self._on_notification(method, params)
        else:
            self.notifications.put(Notification(method, params))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
