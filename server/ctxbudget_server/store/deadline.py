"""A store for work that cannot wait long for other writers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.interface import Reader, Store, Writer

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import StoreFinding
    from ctxbudget_server.store.damage.losses import Loss


class DeadlineStore:
    """The same store, except that a write still waiting for others at `until` (`time.monotonic`) raises `storeBusy`."""

    def __init__(self, store: Store, until: float) -> None:
        self._store = store
        self._until = until

    def read(self, check: Check = never_cancelled, until: float | None = None) -> AbstractContextManager[Reader]:
        """Same as the wrapped store, but waits no longer than the deadline."""
        return self._store.read(check, self._until if until is None else min(until, self._until))

    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> AbstractContextManager[Writer]:
        """Same as the wrapped store, but waits no longer than the deadline."""
        return self._store.write(before_commit, self._until if until is None else min(until, self._until), check)

    def before_waiting(self) -> None:
        """Same as the wrapped store."""
        self._store.before_waiting()

    @property
    def commits(self) -> int:
        """Same as the wrapped store."""
        return self._store.commits

    def change_mark(self) -> int:
        """Same as the wrapped store."""
        return self._store.change_mark()

    def in_place(self) -> bool:
        """Same as the wrapped store."""
        return self._store.in_place()

    def give_back(self) -> bool:
        """Same as the wrapped store."""
        return self._store.give_back()

    def rewrite(self) -> bool:
        """Same as the wrapped store."""
        return self._store.rewrite()

    def relief(self) -> AbstractContextManager[None]:
        """Same as the wrapped store."""
        return self._store.relief()

    def losses(self) -> list[Loss]:
        """Same as the wrapped store."""
        return self._store.losses()

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Same as the wrapped store."""
        return self._store.acknowledge_losses(ids)

    def check(self) -> list[StoreFinding]:
        """Same as the wrapped store."""
        return self._store.check()

    def repair(self) -> list[StoreFinding]:
        """Same as the wrapped store."""
        return self._store.repair()

    def close(self) -> None:
        """Same as the wrapped store."""
        self._store.close()
