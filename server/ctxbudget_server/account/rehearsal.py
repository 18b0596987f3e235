"""Work that is too slow for a transaction: it is done in a rehearsal, and the transaction takes the results."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class NotRehearsedError(Exception):
    """The transaction met work that is too slow to do under the store's lock: rehearse again."""


class Rehearsed(Generic[Key, Result]):
    """Results of slow work by what they depend on, each worked out once. Sealed, it refuses new work."""

    def __init__(self) -> None:
        self._results: dict[Key, Result] = {}
        self._sealed = False

    def seal(self, sealed: bool) -> None:
        """Forbid new work, or allow it again."""
        self._sealed = sealed

    def result(self, key: Key, work: Callable[[], Result]) -> Result:
        """The result for this key; raises `NotRehearsedError` where it is sealed and there is none yet."""
        if key not in self._results:
            if self._sealed:
                raise NotRehearsedError
            self._results[key] = work()
        return self._results[key]
