"""A store for work that must not wait long."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.interface import Reader, Store, Writer

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import Finding
    from ctxbudget_server.store.damage.losses import Loss


class DeadlineStore:
    """The same store, but no write waits for other writers beyond `until` (of `time.monotonic`): `storeBusy` then."""

    def __init__(self, store: Store, until: float) -> None:
        self._store = store
        self._until = until

    def read(self, check: Check = never_cancelled) -> AbstractContextManager[Reader]:
        """As the store does."""
        return self._store.read(check)

    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> AbstractContextManager[Writer]:
        """As the store does, no later than in time."""
        return self._store.write(before_commit, self._until if until is None else min(until, self._until), check)

    @property
    def commits(self) -> int:
        """As the store counts."""
        return self._store.commits

    def change_mark(self) -> int:
        """As the store does."""
        return self._store.change_mark()

    def in_place(self) -> bool:
        """As the store does."""
        return self._store.in_place()

    def give_back(self) -> bool:
        """As the store does."""
        return self._store.give_back()

    def rewrite(self) -> bool:
        """As the store does."""
        return self._store.rewrite()

    def relief(self) -> AbstractContextManager[None]:
        """As the store does."""
        return self._store.relief()

    def losses(self) -> list[Loss]:
        """As the store does."""
        return self._store.losses()

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """As the store does."""
        return self._store.acknowledge_losses(ids)

    def check(self) -> list[Finding]:
        """As the store does."""
        return self._store.check()

    def repair(self) -> list[Finding]:
        """As the store does."""
        return self._store.repair()

    def close(self) -> None:
        """As the store does."""
        self._store.close()
