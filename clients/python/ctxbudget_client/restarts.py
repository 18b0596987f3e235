"""How often a lost server is restarted: a few times within some minutes, so that no crash counts for ever."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

RENEWAL_SECONDS = 180.0
"""How long a restart counts; VS Code's language client counts crashes within as much."""


class Allowance:
    """The restarts that may still be made. Not for several threads at once."""

    def __init__(self, restarts: int, clock: Callable[[], float] = time.monotonic) -> None:
        """`restarts` is how many may fall into any `RENEWAL_SECONDS`; `clock` tells seconds."""
        self.restarts = restarts
        self._clock = clock
        self._made: deque[float] = deque()

    @property
    def left(self) -> int:
        """How many may be made now."""
        now = self._clock()
        while self._made and now - self._made[0] >= RENEWAL_SECONDS:
            self._made.popleft()
        return max(0, self.restarts - len(self._made))

    def take(self) -> bool:
        """Count a restart. False if none is left."""
        if not self.left:
            return False
        self._made.append(self._clock())
        return True
