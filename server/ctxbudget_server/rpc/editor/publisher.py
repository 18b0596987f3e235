"""Publishes diagnostics after a pause in typing: once per document, and only if they have changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rpc.editor.documents import OpenDocument

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.25

Look = Callable[[OpenDocument], Awaitable[list[dict[str, Any]]]]
"""Finds the current diagnostics of a document."""
Tell = Callable[[str, dict[str, Any]], None]


class Publisher:
    """Lives on the event loop. `settled` is called with each document after its diagnostics are up to date."""

    def __init__(self, look: Look, tell: Tell, settled: Callable[[OpenDocument], None]) -> None:
        self._look = look
        self._tell = tell
        self._settled = settled
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._published: dict[str, list[dict[str, Any]]] = {}

    def schedule(self, document: OpenDocument, pause: float = PAUSE_SECONDS) -> None:
        """Publish a document's diagnostics once it has been left alone for a while."""
        self._drop(document.uri)
        loop = asyncio.get_running_loop()
        self._timers[document.uri] = loop.call_later(pause, self._start, document)

    def forget(self, uri: str) -> None:
        """The document was closed: it no longer has diagnostics."""
        self._drop(uri)
        if self._published.pop(uri, None):
            self._tell("textDocument/publishDiagnostics", {"uri": uri, "diagnostics": []})

    def publish(self, uri: str, found: list[dict[str, Any]], version: int | None = None) -> None:
        """Publish diagnostics if they have changed. Without a version they are of a file on the disk."""
        if self._published.get(uri, []) != found:
            self._published[uri] = found
            params = (
                {"uri": uri, "diagnostics": found}
                if version is None
                else {"uri": uri, "version": version, "diagnostics": found}
            )
            self._tell("textDocument/publishDiagnostics", params)

    def _drop(self, uri: str) -> None:
        if (timer := self._timers.pop(uri, None)) is not None:
            timer.cancel()
        if (task := self._tasks.pop(uri, None)) is not None:
            task.cancel()

    def _start(self, document: OpenDocument) -> None:
        self._timers.pop(document.uri, None)
        self._tasks[document.uri] = asyncio.create_task(self._publish(document))

    async def _publish(self, document: OpenDocument) -> None:
        version = document.version
        try:
            found = await self._look(document)
        except ProtocolError as fault:
            log.debug("no diagnostics for %s: %s", document.uri, fault)  # it has changed: the next turn is scheduled
            return
        except Exception:
            log.exception("no diagnostics for %s", document.uri)
            return
        self.publish(document.uri, found, version)
        self._settled(document)
