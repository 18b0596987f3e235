"""Notices that shares are held against something else now: another session, window or calibration."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctxbudget_server.rpc.editor.editor import Editor

POLL_SECONDS = 0.5
"""How late what another process changed is seen. A look at a store that nobody wrote to costs a glance at its mark."""


class Freshness:
    """Lives on the event loop. Looks only while documents are open."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._wake = asyncio.Event()

    def look(self) -> None:
        """There may be something new, or a first document."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        editor = self._editor
        while True:
            try:
                async with asyncio.timeout(POLL_SECONDS if any(editor.documents) else None):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            outdated = await editor.link.pool.result_of(editor.views.outdated)
            if outdated:
                editor.show_anew(outdated)
