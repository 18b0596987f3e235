"""What a connection consists of besides pygls: streams, workers, tickets and the backend."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.rpc.calls import BackendCalls
from ctxbudget_server.rpc.change_feed import ChangeFeed
from ctxbudget_server.rpc.codec import encode
from ctxbudget_server.rpc.inflight import InFlight, Ticket
from ctxbudget_server.rpc.lifecycle import Lifecycle, ParentWatch
from ctxbudget_server.rpc.transport import Outlet
from ctxbudget_server.runtime.allocator import limit_arenas
from ctxbudget_server.runtime.byte_limit import ByteLimit
from ctxbudget_server.runtime.session_queues import KeyedSerialQueue
from ctxbudget_server.runtime.watchdog import Watchdog
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.backend import Backend
from ctxbudget_server.sidecar.backend import OneShotBackend
from ctxbudget_server.sidecar.server import SidecarServer

log = logging.getLogger(__name__)


class Served(NamedTuple):
    """What serves a client: the backend for its requests, and the one-shot commands of its workspace on a socket."""

    backend: Backend
    one_shots: Callable[[], OneShotBackend | None] | None = None
    """Called after `initialize` was answered; if it returns None, no socket is opened."""
    closing: float = 0.0
    """How much longer than usual the backend may take to close, in seconds."""


BackendFactory = Callable[[str | None, str | None], Served]
"""Opens the service for a workspace, given as a URI, and the client of this name; called on the event loop, so it must
not block.
"""

Notify = Callable[[str, dict[str, Any]], None]


class ConnectionContext:
    """The parts of a connection. Created on the event loop; all others find everything here."""

    def __init__(
        self,
        outlet: Outlet,
        limits: Limits,
        backend_factory: BackendFactory,
        watchdog: Watchdog | None,
        *,
        roots: Sequence[str] = (),
        workspace: str | None = None,
    ) -> None:
        self.outlet = outlet
        self.limits = limits
        self.roots = roots
        """Real paths of the folders outside the workspace that imports may be read from."""
        self.workspace = workspace
        """The workspace that the user chose; None: the client's folders say which."""
        self.lifecycle = Lifecycle()
        self.parent = ParentWatch(self.lifecycle, watchdog)
        self.byte_limit = ByteLimit()
        self.inflight = InFlight(outlet.write, limits.max_requests_in_flight, self.byte_limit)
        self.pool = WorkerPool(asyncio.get_running_loop().call_later)
        self.queue = KeyedSerialQueue(self.pool)
        self.notify: Notify = self._tell
        """Sends a notification; the editor's features take this over once they are loaded."""
        self.warmed = asyncio.Event()
        """Set when the backend has loaded what the first requests need, or has failed to."""
        self.sidecar: SidecarServer | None = None
        """Answers one-shot callers, if there is a socket for them."""
        self._backend_factory = backend_factory
        self._served: Served | None = None
        self._calls: BackendCalls | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._change_feed: ChangeFeed | None = None

    def call(self, ticket: Ticket, method: str, params: dict[str, Any]) -> None:
        """Pass a request to the backend; only after `initialize`."""
        assert self._calls is not None
        self._calls.start(ticket, method, params)

    def document_changed(self, uri: str, text: str | None) -> None:
        """Pass on what an editor did to a document."""
        if self._served is not None:
            self._served.backend.document_changed(uri, text)

    def open_backend(self, root_uri: str | None, client_pid: int | None, client_name: str | None) -> Backend:
        """Open the backend, the last step of `initialize`; raises ProtocolError if the workspace cannot be served."""
        self._served = self._backend_factory(root_uri, client_name)
        self.parent.name(client_pid)
        return self._served.backend

    def look_for_changes(self) -> None:
        """Check for changes now: another session is being followed."""
        if self._change_feed is not None:
            self._change_feed.look()

    def initialized(self, ok: bool) -> None:
        """`initialize` was answered: start what needs the backend but need not keep the client waiting."""
        self.lifecycle.initialized(ok)
        if ok and self._served is not None:
            backend = self._served.backend
            feed = self._change_feed = ChangeFeed(backend, self.pool, self.outlet, self._notify)
            self._calls = BackendCalls(backend, self.queue, self.outlet, feed.finished)
            self._tasks.append(asyncio.create_task(feed.run(), name="changes"))
            self.pool.submit(limit_arenas)
            self._tasks.append(asyncio.create_task(self._warm_up(backend), name="warm-up"))
            self._open_sidecar(self._served)

    def _tell(self, method: str, params: dict[str, Any]) -> None:
        self.outlet.write(encode({"jsonrpc": "2.0", "method": method, "params": params}))

    def _notify(self, method: str, params: dict[str, Any]) -> None:
        self.notify(method, params)

    async def _warm_up(self, backend: Backend) -> None:
        try:
            await self.pool.result_of(backend.warm_up)
        except Exception:  # each request loads what it needs
            log.exception("the backend could not be prepared")
        finally:
            self.warmed.set()

    def _open_sidecar(self, served: Served) -> None:
        one_shots = served.one_shots() if served.one_shots is not None else None
        if one_shots is not None:
            self.sidecar = SidecarServer(one_shots, self.pool, self.queue, self.limits, self.byte_limit)
            self._tasks.append(asyncio.create_task(self.sidecar.run(), name="sidecar"))

    def close_backend(self, timeout: float) -> None:
        """Close the backend, waiting no longer than `timeout` seconds."""
        for task in self._tasks:
            task.cancel()
        if self._served is not None:
            closing = threading.Thread(target=_close, args=(self._served.backend, self.sidecar), daemon=True)
            closing.start()
            closing.join(timeout + self._served.closing)


def _close(backend: Backend, sidecar: SidecarServer | None) -> None:
    try:
        if sidecar is not None:
            sidecar.close()
        backend.close()
    except Exception:
        log.exception("the backend did not close")
