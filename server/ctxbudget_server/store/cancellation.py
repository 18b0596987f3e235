"""Work on the store that stops as soon as its request is cancelled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import sqlite3

T = TypeVar("T")

Check = Callable[[], None]
"""Raises if the request was cancelled, which stops its work."""

STEPS_PER_CHECK = 20_000
"""SQLite instructions between two checks: about a millisecond."""
ITEMS_PER_CHECK = 256
"""Rows, or elements of JSON, between two checks."""


def never_cancelled() -> None:
    """The check for work that cannot be cancelled."""


@contextmanager
def interruptible(connection: sqlite3.Connection, check: Check) -> Iterator[None]:
    """Interrupt whatever SQLite is doing in this block when `check` raises, and raise the same exception."""
    import sqlite3  # not needed to answer `initialize`

    if check is never_cancelled:
        yield
        return
    connection.set_progress_handler(lambda: _is_stopped(check), STEPS_PER_CHECK)
    try:
        yield
    except sqlite3.OperationalError:
        check()
        raise
    finally:
        connection.set_progress_handler(None, STEPS_PER_CHECK)


def _is_stopped(check: Check) -> bool:
    try:
        check()
    except Exception:
        return True
    return False


def checked(elements: Iterable[T], check: Check) -> Iterator[T]:
    """The elements, with checks between them."""
    for count, element in enumerate(elements):
        if not count % ITEMS_PER_CHECK:
            check()
        yield element


def rows_of(cursor: sqlite3.Cursor, check: Check) -> Iterator[Any]:
    """The rows of a statement."""
    while rows := cursor.fetchmany(ITEMS_PER_CHECK):
        check()
        yield from rows
