"""Work on one version of a document, done on a thread once the client's settings are known."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.rpc.editor.context import EditorContext
from ctxbudget_server.rpc.editor.documents import OpenDocument
from ctxbudget_server.rpc.editor.views import Check, stale

log = logging.getLogger(__name__)

T = TypeVar("T")

SETTINGS_SECONDS = 1.0
"""How long the first answers wait for the client's settings."""


class VersionedWork:
    """Lives on the event loop."""

    def __init__(self, context: EditorContext) -> None:
        self._context = context
        self._settings_known = asyncio.Event()

    def hold(self) -> None:
        """The client is being asked for its settings: its requests wait for them."""
        self._settings_known.clear()

    def go_on(self) -> None:
        """The settings are known: let requests go on."""
        self._settings_known.set()

    async def settings(self) -> None:
        """Wait for the client's settings, for a while."""
        if not self._settings_known.is_set() and self._context.client.configuration:
            try:
                async with asyncio.timeout(SETTINGS_SECONDS):
                    await self._settings_known.wait()
            except TimeoutError:
                log.info("the client has not sent its settings yet")
                self._settings_known.set()

    async def run(self, document: OpenDocument, work: Callable[[int, Check], T]) -> T:
        """The result of work on the current version of a document.

        Raises `contentModified` as soon as that version is outdated.
        """
        await self.settings()
        version, cancellation = document.version, Cancellation()

        def check() -> None:
            cancellation.check()
            if document.version != version:
                raise stale()

        def run() -> T:
            check()
            return work(version, check)

        try:
            result = await self._context.pool.result_of(run)
        except asyncio.CancelledError:
            cancellation.cancel()
            raise
        except Cancelled:
            raise asyncio.CancelledError from None
        if document.version != version:
            raise stale()
        return result
