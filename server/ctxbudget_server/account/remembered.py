"""What was worked out before and may be asked for again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Values by key, those used latest; older ones are made anew when they are asked for. Safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: OrderedDict[Hashable, T] = OrderedDict()

    def of(self, key: Hashable, make: Callable[[], T]) -> T:
        """The value of a key, made if it is not known."""
        known = self.get(key)
        if known is None:
            known = make()
            self.put(key, known)
        return known

    def get(self, key: Hashable) -> T | None:
        """The value of a key, or None."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
            return self._known.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value; the one that was used longest ago is forgotten where there are too many."""
        with self._lock:
            self._known[key] = value
            while len(self._known) > self._most:
                self._known.popitem(last=False)

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._known.clear()
