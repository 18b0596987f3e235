"""Passes the backend's notifications on to the client, at a limited rate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.rpc.transport import Outlet
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.backend import Backend, Notification

log = logging.getLogger(__name__)

MIN_INTERVAL_SECONDS = 0.1
"""Minimum time between two checks: hence at most 10 `budget/didChange` per session and second."""
MAX_INTERVAL_SECONDS = 0.25
"""Maximum time between two checks: how late a change by another process may be reported."""


class ChangeFeed:
    """Asks the backend for changes while this connection watches any session."""

    def __init__(
        self,
        backend: Backend,
        pool: WorkerPool,
        outlet: Outlet,
        notify: Callable[[str, dict[str, Any]], None],
    ) -> None:
        self._backend = backend
        self._pool = pool
        self._outlet = outlet
        self._notify = notify
        self._changed = asyncio.Event()
        self._failing = False

    def finished(self, method: str) -> None:
        """A request of this connection was answered; if it wrote, there may be changes."""
        if METHODS[method].mutates and self._backend.watching():
            self._changed.set()

    def look(self) -> None:
        """Check for changes now."""
        self._changed.set()

    async def run(self) -> None:
        """Check for changes until cancelled."""
        while True:
            try:
                async with asyncio.timeout(MAX_INTERVAL_SECONDS if self._backend.watching() else None):
                    await self._changed.wait()
            except TimeoutError:
                pass
            self._changed.clear()
            if self._backend.watching():
                await self._outlet.drained()  # nothing is sent to a client that does not read
                for method, params in await self._pool.result_of(self._collect):
                    self._notify(method, params)
                await asyncio.sleep(MIN_INTERVAL_SECONDS)

    def _collect(self) -> list[Notification]:
        try:
            news = self._backend.changes()
        except Exception as exc:
            if not self._failing:  # once, not four times a second
                log.warning("changes of sessions cannot be read: %r", exc, exc_info=not isinstance(exc, ProtocolError))
            self._failing = True
            return []
        self._failing = False
        return news
