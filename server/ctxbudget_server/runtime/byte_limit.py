"""A limit on the bytes of bodies being worked on, shared by the client and the one-shot callers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

MAX_BYTES = 64 * 1024 * 1024
"""Maximum bytes of bodies being worked on. A body that does not fit beside others waits; a single one always fits."""


class ByteLimit:
    """Lives on the event loop."""

    def __init__(self, limit: int = MAX_BYTES) -> None:
        self._limit = limit
        self._held = 0
        self._released = asyncio.Event()

    def fits(self, size: int) -> bool:
        """Whether a body of `size` bytes may be worked on beside the current ones."""
        return not self._held or self._held + size <= self._limit

    def acquire(self, size: int) -> None:
        """Count a body that is being worked on from now on, whether it fits or not."""
        self._held += size

    def release(self, size: int) -> None:
        """Stop counting a body whose work has ended."""
        self._held -= size
        self.look_again()

    def look_again(self) -> None:
        """Have those who wait look again: something else that they wait for may have happened."""
        self._released.set()

    async def wait_until(self, fits: Callable[[], bool]) -> None:
        """Wait until `fits` is true; it is called again whenever some work has ended, and by `look_again`."""
        while not fits():
            self._released.clear()
            await self._released.wait()
