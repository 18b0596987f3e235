"""Messages and requests from the editor's features to the client."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from pygls.exceptions import JsonRpcException

from ctxbudget_server.presentation.labels import label

log = logging.getLogger(__name__)

ERROR, WARNING, INFO = 1, 2, 3

MAX_WAIT_SECONDS = 10.0
"""How long to wait for an answer that is not essential."""

SendNotification = Callable[[str, dict[str, Any]], None]
"""Sends a notification whose params are plain JSON."""
SendRequest = Callable[[str, object], Future[Any]]
"""Sends a request whose params are plain JSON; the result is plain JSON too."""


class Messages:
    """Lives on the event loop."""

    def __init__(self, tell: SendNotification, ask: SendRequest) -> None:
        self.tell = tell
        self._ask = ask

    async def ask(self, method: str, params: object, timeout: float | None = None) -> Any:
        """Send a request and wait for its result; raises the client's error, or TimeoutError."""
        async with asyncio.timeout(timeout):
            return await asyncio.wrap_future(self._ask(method, params))

    async def ask_if_possible(self, method: str, params: object) -> Any:
        """The client's answer; None if it is an error or does not come in time."""
        try:
            return await self.ask(method, params, timeout=MAX_WAIT_SECONDS)
        except (JsonRpcException, TimeoutError, asyncio.CancelledError) as fault:
            log.info("%s was not answered: %r", method, fault)
            return None

    def log(self, level: int, text: str) -> None:
        """Write into the client's log."""
        self.tell("window/logMessage", {"type": level, "message": label(text)})

    def show(self, level: int, text: str) -> None:
        """Show the user a message."""
        self.tell("window/showMessage", {"type": level, "message": label(text)})
