"""A synchronous client: it spawns a server and speaks with it over stdio."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, overload

from ctxbudget_client.callbacks import Callbacks
from ctxbudget_client.errors import ClientError, RequestTimeoutError
from ctxbudget_client.link import Link, Start
from ctxbudget_client.methods import Api
from ctxbudget_client.named_session import with_named_session
from ctxbudget_client.notifications import Fits, Notification, Notifications, Reconnected
from ctxbudget_client.params import SESSION_METHODS
from ctxbudget_client.pending import Pending
from ctxbudget_client.process import Command, ServerProcess
from ctxbudget_client.runs import Run
from ctxbudget_client.trace import Trace, TraceSink
from ctxbudget_protocol.limits import PROTOCOL_VERSION
from ctxbudget_protocol.methods.budget.alert import AlertNote
from ctxbudget_protocol.methods.budget.did_change import DidChange

# By this interpreter, because `ctxbudget` need not be on PATH; -P keeps modules of the current folder out.
DEFAULT_COMMAND = (
    (sys.executable, "-P", "-m", "ctxbudget_server", "serve") if sys.executable else ("ctxbudget", "serve")
)

DEFAULT_TIMEOUT = 60.0
"""Seconds that a request may take, unless said otherwise."""

DEFAULT_RESTARTS = 3
"""How often within three minutes a lost server is restarted by default."""

END_SECONDS = 5.0
"""Seconds that the server has for each step of its end."""

Params = Mapping[str, Any] | None


class SpawnOptions(TypedDict, total=False):
    """The options of `Client.spawn`."""

    cwd: str | os.PathLike[str] | None
    env: Mapping[str, str] | None
    root: str | os.PathLike[str] | None
    options: Params
    trace: TraceSink | None
    on_notification: Callable[[str, Any], None] | None
    timeout: float
    restarts: int


class Client(Api):
    """A running server and the conversation with it. Every method may be called by any thread.

    ::

        with Client.spawn() as client:
            run = client.for_session("run-7")
            run.context.add(items=[{"layer": "transient", "kind": "report", "path": "report.md"}])
            print(run.budget.status().advice.text)

    A server that crashes is restarted, and its unanswered requests are repeated, so that nothing is lost or
    counted twice.
    """

    def __init__(self, link: Link, trace: Trace, callbacks: Callbacks, timeout: float) -> None:
        """Speak over a link that stands; `spawn` makes one."""
        super().__init__(with_named_session(self.request))
        self.timeout = timeout
        self.link = link
        self._trace = trace
        self._callbacks = callbacks
        self._exit_code: int | None = None

    @classmethod
    def spawn(
        cls,
        command: Command = DEFAULT_COMMAND,
        *,
        cwd: str | os.PathLike[str] | None = None,
        env: Mapping[str, str] | None = None,
        root: str | os.PathLike[str] | None = None,
        options: Params = None,
        trace: TraceSink | None = None,
        on_notification: Callable[[str, Any], None] | None = None,
        timeout: float = DEFAULT_TIMEOUT,
        restarts: int = DEFAULT_RESTARTS,
    ) -> Self:
        """Start a server and initialize it.

        `env` is added to this process's environment; `root` is the workspace; `options` are the
        `initializationOptions`, to which the version of the protocol is added: a server of another major version
        refuses it with `unsupportedVersion`. `trace` gets every frame. With `on_notification(method, params)`
        notifications go there, on the reading thread, which must not wait for answers; without it, and without a
        callback of `on`, they are kept in `notifications`. `timeout` is how many seconds a request may take;
        `restarts` how often within three minutes a lost server is restarted. Raises `ConnectionLostError`,
        `ServerError` or `RequestTimeoutError`, and then leaves no process behind.
        """
        hello: dict[str, Any] = {
            "clientInfo": {"name": "ctxbudget-client"},
            "rootUri": Path(root).resolve().as_uri() if root is not None else None,
            "capabilities": {},
        }
        hello["initializationOptions"] = {"protocolVersion": PROTOCOL_VERSION, **(options or {})}
        start = Start(partial(ServerProcess, command, cwd=cwd, env=env), hello)
        recorder, callbacks = Trace(trace), Callbacks(on_notification)
        return cls(Link(start, recorder, callbacks.tell, restarts, timeout), recorder, callbacks, timeout)

    def for_session(self, session_id: str, *, timeout: float | None = None) -> Run:
        """All methods about one session, and its leases; each may take `timeout` seconds, or the client's time."""

        def ask(method: str, params: dict[str, Any]) -> Any:
            return self.request(method, about(session_id, method, params), timeout=timeout)

        return Run(ask)

    def with_timeout(self, seconds: float) -> Api:
        """All methods, each of which may take so long."""
        return Api(with_named_session(partial(self.request, timeout=seconds)))

    def request(self, method: str, params: Params = None, *, timeout: float | None = None) -> Any:
        """Ask by name and wait: the result as JSON. A late one is cancelled.

        Raises `ServerError`, `RequestTimeoutError` or `ConnectionLostError`.
        """
        pending = self.send(method, params)
        try:
            return pending.result(timeout)
        except RequestTimeoutError:
            self.give_up(pending, params)
            raise

    def give_up(self, pending: Pending, params: Params) -> None:
        """Cancel a request whose answer nobody will see. Never raises.

        A lease that it takes all the same is released, unless `params` has a key with which to ask for it again.
        """
        pending.cancel()
        if pending.method == "budget/reserve" and (params or {}).get("requestKey") is None:
            pending.answer.add_done_callback(partial(self._release_unseen, params or {}))

    def _release_unseen(self, params: Mapping[str, Any], answer: Future[Any]) -> None:
        if answer.exception() is None:
            session = {name: value for name, value in params.items() if name == "sessionId"}
            with contextlib.suppress(ClientError):  # it expires by itself
                self.send("budget/release", {**session, "leaseId": answer.result()["leaseId"]})

    def send(self, method: str, params: Params = None) -> Pending:
        """Ask without waiting: several requests can be in flight at once. Raises `ConnectionLostError`."""
        return self.link.send(method, params, self.timeout)

    def notify(self, method: str, params: Params = None) -> None:
        """Tell the server something. Raises `ConnectionLostError`."""
        self.link.notify(method, params)

    @overload
    def on(self, method: Literal["budget/alert"], callback: Callable[[AlertNote], object]) -> Callable[[], None]: ...
    @overload
    def on(
        self, method: Literal["budget/didChange"], callback: Callable[[DidChange], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(
        self, method: Literal["ctxbudget/reconnected"], callback: Callable[[Reconnected], object]
    ) -> Callable[[], None]: ...
    @overload
    def on(self, method: str, callback: Callable[[Any], object]) -> Callable[[], None]: ...
    def on(self, method: str, callback: Callable[[Any], object]) -> Callable[[], None]:
        """Call `callback` with each notification of `method`, as a record: `AlertNote`, `DidChange`, `Reconnected`.

        It runs on the reading thread, and must not wait for answers there. What it raises goes to
        `threading.excepthook`, which prints it. Call what is returned to end it. After a restart of the server
        `ctxbudget/reconnected` is told: what happened in between may have been missed.
        """
        return self._callbacks.add(method, callback)

    def wait_notification(self, method: str, timeout: float, fits: Fits = lambda _: True) -> Notification | None:
        """The first kept notification of `method` that fits; None if none comes within `timeout` seconds."""
        return self.notifications.wait(method, timeout, fits)

    @property
    def notifications(self) -> Notifications:
        """What no callback was told."""
        return self._callbacks.kept

    @property
    def initialize_result(self) -> dict[str, Any]:
        """What the server answered to `initialize`."""
        return self.link.initialize_result

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.link.process.pid

    @property
    def stderr_tail(self) -> str:
        """The last lines that the server wrote to stderr."""
        return self.link.process.stderr_tail

    @property
    def trace_fault(self) -> Exception | None:
        """Why the trace stopped before the conversation did, if it did."""
        return self._trace.fault

    def close(self, grace: float = END_SECONDS) -> int:
        """End the server in order, by force if it does not; its exit code. Never raises, and may be called twice."""
        if self._exit_code is None:
            self._exit_code = self.link.close(grace)
        return self._exit_code

    def kill(self) -> None:
        """End the server by force."""
        self._exit_code = self.link.kill(END_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def about(session_id: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """The params of a method, about a session if it is about one."""
    return {"sessionId": session_id, **params} if method in SESSION_METHODS else params
