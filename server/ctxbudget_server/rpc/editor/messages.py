"""What the features say to the client and ask of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ctxbudget_server.presentation.labels import label

if TYPE_CHECKING:
    from ctxbudget_server.rpc.protocol import BudgetProtocol

ERROR, WARNING, INFO = 1, 2, 3


class Messages:
    """Lives on the event loop."""

    def __init__(self, protocol: BudgetProtocol) -> None:
        self._protocol = protocol

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification."""
        self._protocol.tell(method, params)

    async def ask(self, method: str, params: object, timeout: float | None = None) -> Any:
        """Send a request and wait for its result; raises what the client answers instead, or TimeoutError."""
        async with asyncio.timeout(timeout):
            return await asyncio.wrap_future(self._protocol.ask(method, params))

    def log(self, level: int, text: str) -> None:
        """Write into the client's log."""
        self.tell("window/logMessage", {"type": level, "message": label(text)})

    def show(self, level: int, text: str) -> None:
        """Show a person a message."""
        self.tell("window/showMessage", {"type": level, "message": label(text)})
