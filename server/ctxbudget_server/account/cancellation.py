"""Cancellation of one request: requested on the event loop, honoured by the thread that does the work."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818 (a state, not a fault)
    """The request was cancelled before it committed anything."""


class Cancellation:
    """A one-way switch with a point of no return.

    The worker calls `check` between chunks and `commit` right before its transaction commits. A cancellation before the
    commit wins, and nothing is changed; one after it comes too late, and the result is returned.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cancelled = False
        self._committed = False

    def check(self) -> None:
        """Raise `Cancelled` if the request was cancelled."""
        if self._cancelled:
            raise Cancelled

    def each(self, elements: Iterable[T]) -> Iterator[T]:
        """The elements, with a check before each."""
        for element in elements:
            self.check()
            yield element

    def cancel(self) -> bool:
        """Ask the work to stop; False if it has already committed."""
        with self._lock:
            if not self._committed:
                self._cancelled = True
            return self._cancelled

    def commit(self) -> None:
        """Pass the point of no return; raise `Cancelled` if the request was cancelled before."""
        with self._lock:
            if self._cancelled:
                raise Cancelled
            self._committed = True
