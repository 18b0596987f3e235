"""What one connection consists of beside pygls: streams, workers, tickets and the backend."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.rpc.calls import BackendCalls
from ctxbudget_server.rpc.change_feed import NewsLoop
from ctxbudget_server.rpc.inflight import InFlight, Ticket
from ctxbudget_server.rpc.lifecycle import Lifecycle, ParentWatch
from ctxbudget_server.rpc.room import Room
from ctxbudget_server.rpc.transport import Outlet
from ctxbudget_server.runtime.session_queues import Lanes
from ctxbudget_server.runtime.watchdog import Watchdog
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.backend import Backend
from ctxbudget_server.sidecar.server import Desk

log = logging.getLogger(__name__)

BackendFactory = Callable[[str | None], Backend]
"""Opens the services for a workspace, given as a URI; called on the event loop, so it must not block."""

Notify = Callable[[str, dict[str, Any]], None]


class Link:
    """Made on the event loop, before pygls' classes, which find everything here."""

    def __init__(
        self,
        outlet: Outlet,
        limits: Limits,
        backend_factory: BackendFactory,
        offer: bool,
        watchdog: Watchdog | None,
    ) -> None:
        self.outlet = outlet
        self.limits = limits
        self.lifecycle = Lifecycle()
        self.parent = ParentWatch(self.lifecycle, watchdog)
        self.room = Room()
        self.inflight = InFlight(outlet.write, limits.max_requests_in_flight, self.room)
        self.pool = WorkerPool(asyncio.get_running_loop().call_later)
        self.lanes = Lanes(self.pool)
        self.notify: Notify
        """Sends a notification; pygls' own, set when its protocol object exists."""
        self.desk: Desk | None = None
        """Answers one-shot callers, if they are offered a socket."""
        self._offer = offer
        self._backend_factory = backend_factory
        self._backend: Backend | None = None
        self._calls: BackendCalls | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._news_loop: NewsLoop | None = None

    def call(self, ticket: Ticket, method: str, params: dict[str, Any]) -> None:
        """Have the backend answer a request; only after `initialize`."""
        assert self._calls is not None
        self._calls.start(ticket, method, params)

    def document_changed(self, uri: str, text: str | None) -> None:
        """Pass on what an editor did to a document."""
        if self._backend is not None:
            self._backend.document_changed(uri, text)

    def open_backend(self, root_uri: str | None, client_pid: int | None) -> Backend:
        """The last step of `initialize`; raises ProtocolError if the workspace cannot be served."""
        self._backend = self._backend_factory(root_uri)
        self.parent.name(client_pid)
        return self._backend

    def look_for_news(self) -> None:
        """Another session is followed."""
        if self._news_loop is not None:
            self._news_loop.look()

    def initialized(self, ok: bool) -> None:
        """`initialize` was answered: begin with what needs the backend, but not the client's patience."""
        self.lifecycle.initialized(ok)
        if ok and self._backend is not None:
            news = self._news_loop = NewsLoop(self._backend, self.pool, self.outlet, self.notify)
            self._calls = BackendCalls(self._backend, self.lanes, news.finished)
            self._tasks.append(asyncio.create_task(news.run(), name="news"))
            self.pool.submit(self._backend.warm_up)
            self._open_desk(self._backend)

    def _open_desk(self, backend: Backend) -> None:
        one_shots = backend.one_shots() if self._offer and sys.platform != "win32" else None
        if one_shots is not None:
            self.desk = Desk(one_shots, self.pool, self.lanes, self.limits, self.room)
            self._tasks.append(asyncio.create_task(self.desk.run(), name="desk"))

    def close_backend(self, timeout: float) -> None:
        """Let the backend go, without waiting for it longer than `timeout`."""
        for task in self._tasks:
            task.cancel()
        if self._backend is not None:
            closing = threading.Thread(target=_close, args=(self._backend, self.desk), daemon=True)
            closing.start()
            closing.join(timeout)


def _close(backend: Backend, desk: Desk | None) -> None:
    try:
        if desk is not None:
            desk.withdraw()
        backend.close()
    except Exception:
        log.exception("the backend did not close")
