"""Writes of one thread that share a commit, none acknowledged before it.

What was written together is kept together or not at all, so whoever shares must not answer any request before the
commit. Whatever is out of the ordinary breaks the sharing: everything is rolled back, and the requests are made again,
one by one, as if they had only now arrived.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.errors import StoreReplacedError

if TYPE_CHECKING:
    from ctxbudget_server.store.file.connection import StoreConnection
    from ctxbudget_server.store.gathering import GatheringWriter

SHARED_SECONDS: Final = 0.01
"""How long a shared transaction may hold the store's write lock before it begins no further request."""


class NotSharedError(ProtocolError):
    """The sharing is broken: no caller sees this, because the request is made again by itself."""

    def __init__(self) -> None:
        super().__init__("storeUnavailable", "the request cannot share a commit")


class SharedCommit:
    """A shared transaction. It begins with the first request, and keeps the thread's connection until its end."""

    def __init__(self) -> None:
        self.connection: StoreConnection | None = None
        self.writer: GatheringWriter | None = None
        self.held = ExitStack()
        """What is to be released at the end."""
        self.broken = False
        """Whether the requests so far must be made again, one by one."""
        self._has_written = False
        self._ends = 0.0

    @property
    def is_over(self) -> bool:
        """Whether no further request may begin."""
        return self.broken or (self.connection is not None and time.monotonic() > self._ends)

    def next_request(self) -> None:
        """Another request begins."""
        self._has_written = False

    def refuse_after_write(self) -> None:
        """Raise if this request has written already: only the last thing that it does can be taken back."""
        if self.broken or self._has_written:
            raise self.refusal()

    def refusal(self) -> NotSharedError:
        """End the sharing."""
        self.broken = True
        return NotSharedError()

    @contextmanager
    def undisturbed(self) -> Iterator[None]:
        """A block after which the transaction is still the same: if anything is wrong with the store, sharing ends.

        SQLite itself rolls the whole transaction back when a statement that writes is interrupted or finds no room.
        """
        try:
            yield
        except (sqlite3.Error, OSError, StoreReplacedError) as fault:
            raise self.refusal() from fault
        finally:
            if self.connection is None or not self.connection.sql.in_transaction:
                self.broken = True

    def begun(self, connection: StoreConnection, writer: GatheringWriter) -> None:
        """The transaction has begun."""
        self.connection, self.writer = connection, writer
        self._ends = time.monotonic() + SHARED_SECONDS

    def written(self) -> None:
        """The request's writes were accepted."""
        self._has_written = True
