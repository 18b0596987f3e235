"""What a sidecar's server needs behind it: commands that are read first, and then run in their session's order."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest


class Prepared(NamedTuple):
    """A command that has been read, but not run. `run` raises `Cancelled` if it was told to stop."""

    queue_key: str | None
    run: Callable[[Cancellation], OneShotAnswer]
    method: str | None = None


class OneShotBackend(Protocol):
    """One-shot commands behind a socket. Thread-safe; all of it may block briefly."""

    def place(self) -> tuple[str, str]:
        """(folder, name): where the socket lies."""

    def identity(self) -> list[str]:
        """What callers must have in common with this process. Raises OSError."""

    def fold_in(self) -> None:
        """Put events that wait in the spool on the account. Blocks for a second or so at most. Raises OSError."""

    def prepare(self, request: OneShotRequest, process: int) -> Prepared:
        """Read the command of a caller's process. Raises LookupError if only that process can answer it."""
