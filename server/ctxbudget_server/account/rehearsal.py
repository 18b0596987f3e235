"""Slow work is done in a rehearsal before the transaction, which then uses the results."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class NotRehearsedError(Exception):
    """The transaction needs slow work that was not rehearsed: rehearse again."""


class Rehearsed(Generic[Key, Result]):
    """Results of slow work, keyed by what they depend on, each computed once. When sealed, it refuses new work."""

    def __init__(self) -> None:
        self._results: dict[Key, Result] = {}
        self._sealed = False

    def seal(self, sealed: bool) -> None:
        """Forbid new work, or allow it again."""
        self._sealed = sealed

    def result(self, key: Key, work: Callable[[], Result]) -> Result:
        """The result for this key, computed if need be; raises `NotRehearsedError` if that is needed while sealed."""
        if key not in self._results:
            if self._sealed:
                raise NotRehearsedError
            self._results[key] = work()
        return self._results[key]
