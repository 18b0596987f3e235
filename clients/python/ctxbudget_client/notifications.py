"""What the server tells unasked, kept until somebody takes it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

KEPT = 10_000
"""Maximum number of kept notifications; beyond it, the oldest are dropped."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification of the server."""

    method: str
    params: Any


Fits = Callable[[Notification], bool]


class Notifications:
    """A mailbox for several threads."""

    def __init__(self) -> None:
        self._kept: deque[Notification] = deque(maxlen=KEPT)
        self._arrived = threading.Condition()

    def put(self, notification: Notification) -> None:
        """Keep one that arrived."""
        with self._arrived:
            self._kept.append(notification)
            self._arrived.notify_all()

    def take(self, method: str | None = None) -> list[Notification]:
        """All that arrived, or those of one method, in their order; they are taken out."""
        with self._arrived:
            taken = [note for note in self._kept if method in (None, note.method)]
            for note in taken:
                self._kept.remove(note)
        return taken

    def wait(self, method: str, timeout: float, fits: Fits = lambda _: True) -> Notification | None:
        """The first one of `method` that fits, taken out; None if none came within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                for note in self._kept:
                    if note.method == method and fits(note):
                        self._kept.remove(note)
                        return note
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    return None
