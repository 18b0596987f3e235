"""Notices when the basis of shown shares has changed: another session, window or calibration."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.documents import OpenDocument

POLL_INTERVAL_SECONDS = 0.5
"""How late a change by another process may be noticed. Polling an unchanged store costs next to nothing."""


class Freshness:
    """Lives on the event loop. Polls only while documents are open."""

    def __init__(self, context: EditorContext, show_again: Callable[[Iterable[OpenDocument]], None]) -> None:
        self._context = context
        self._show_again = show_again
        self._wake = asyncio.Event()

    def look(self) -> None:
        """Check now: there may be a change, or a first document."""
        self._wake.set()

    async def run(self) -> None:
        """Poll until cancelled."""
        context = self._context
        while True:
            try:
                async with asyncio.timeout(POLL_INTERVAL_SECONDS if any(context.documents) else None):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            outdated = await context.pool.result_of(context.views.outdated)
            if outdated:
                self._show_again(outdated)
