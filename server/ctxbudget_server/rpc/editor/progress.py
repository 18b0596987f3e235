"""A progress display in the client, which the user can cancel."""

from __future__ import annotations

import asyncio
import os
import time
from itertools import count as numbers
from typing import Any

from pygls.exceptions import JsonRpcException

from ctxbudget_server.rpc.editor.context import EditorContext

Json = dict[str, Any]

_TOKENS = numbers(1)
REPORT_SECONDS = 0.1
ASK_SECONDS = 5.0


class Progress:
    """A progress display in the client: with the request's token, or one of ours if the client supports that."""

    def __init__(self, context: EditorContext, token: str | int | None) -> None:
        self._context = context
        self._loop = asyncio.get_running_loop()
        self._given = token is not None
        self.token = token if token is not None else f"ctxbudget-{os.getpid()}-{next(_TOKENS)}"
        self._shown = False
        self._last = 0.0

    async def begin(self, title: str) -> None:
        """Show it."""
        self._shown = self._given or (self._context.client.progress and await self._created())
        self._tell({"kind": "begin", "title": title, "cancellable": True, "percentage": 0})

    async def _created(self) -> bool:
        try:
            params = {"token": self.token}
            await self._context.messages.ask("window/workDoneProgress/create", params, timeout=ASK_SECONDS)
        except (JsonRpcException, TimeoutError):
            return False
        return True

    def report_from_thread(self, done: int, of: int) -> None:
        """Report progress now and then."""
        now = time.monotonic()
        if now - self._last >= REPORT_SECONDS:
            self._last = now
            report = {"kind": "report", "message": f"{done:,} of {of:,} files", "percentage": 100 * done // of}
            self._loop.call_soon_threadsafe(self._tell, report)

    def end(self, message: str) -> None:
        """Remove it."""
        self._tell({"kind": "end", "message": message})
        self._shown = False

    def _tell(self, value: Json) -> None:
        if self._shown:
            self._context.messages.tell("$/progress", {"token": self.token, "value": value})
