"""How many bytes of bodies are worked on at a time, for the client and the one-shot callers together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

WORKED_ON_BYTES = 64 * 1024 * 1024
"""Of bodies being worked on: a body that does not fit beside the others waits, but the only one always fits."""


class Room:
    """Lives on the event loop."""

    def __init__(self, limit: int = WORKED_ON_BYTES) -> None:
        self._limit = limit
        self._held = 0
        self._changed = asyncio.Event()

    def fits(self, size: int) -> bool:
        """Whether a body of `size` bytes may be worked on beside those that are."""
        return not self._held or self._held + size <= self._limit

    def take(self, size: int) -> None:
        """A body is worked on from now on."""
        self._held += size

    def give(self, size: int) -> None:
        """Its work has ended."""
        self._held -= size
        self._changed.set()

    async def until(self, fits: Callable[[], bool]) -> None:
        """Wait until `fits` says yes; it is asked whenever some work has ended."""
        while not fits():
            self._changed.clear()
            await self._changed.wait()
