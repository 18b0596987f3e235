"""What a sidecar's server needs behind it: commands are parsed first, then run in the order of their session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.sidecar.wire import OneShotAnswer, OneShotRequest


class Prepared(NamedTuple):
    """A command that has been parsed but not run. `run` raises `Cancelled` if it was cancelled."""

    queue_key: str | None
    run: Callable[[Cancellation], OneShotAnswer]
    method: str | None = None


class OneShotBackend(Protocol):
    """One-shot commands behind a socket. Thread-safe; every method may block briefly."""

    def place(self) -> tuple[str, str]:
        """(folder, name) of the socket."""

    def identity(self) -> list[str]:
        """What a caller must have in common with this process. Raises OSError."""

    def fold_in(self) -> None:
        """Record events that wait in the spool. Blocks for about a second at most. Raises OSError."""

    def prepare(self, request: OneShotRequest, process: int) -> Prepared:
        """Parse a command of the caller with this process id. Raises LookupError if only that process can answer it."""
