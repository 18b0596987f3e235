"""Work on the store that stops as soon as its request was cancelled: statements, rows, and JSON of any length."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

Check = Callable[[], None]
"""Raises if the request was cancelled, and thereby stops its work."""

STEPS = 20_000
"""Instructions of SQLite's machine between two looks at the cancellation: about a millisecond."""
BATCH = 256
"""Rows, or elements of JSON, between two looks."""
LONG_TEXT = 64 * 1024
"""Characters of JSON that are read in one go; longer ones are read with a look at each object."""


def go_on() -> None:
    """The check of work that nobody can cancel."""


@contextmanager
def stopping(connection: sqlite3.Connection, check: Check) -> Iterator[None]:
    """Interrupt whatever SQLite does for this block when `check` raises, and raise that instead."""
    if check is go_on:
        yield
        return
    connection.set_progress_handler(lambda: _is_stopped(check), STEPS)
    try:
        yield
    except sqlite3.OperationalError:
        check()
        raise
    finally:
        connection.set_progress_handler(None, STEPS)


def _is_stopped(check: Check) -> bool:
    try:
        check()
    except Exception:
        return True
    return False


def each(elements: Iterable[T], check: Check) -> Iterator[T]:
    """The elements, with a look at the cancellation between them."""
    for count, element in enumerate(elements):
        if not count % BATCH:
            check()
        yield element


def fetched(cursor: sqlite3.Cursor, check: Check) -> Iterator[Any]:
    """The rows of a statement."""
    while rows := cursor.fetchmany(BATCH):
        check()
        yield from rows


def dump(value: Any) -> str:
    """Compact JSON of something small."""
    return json.dumps(value, separators=(",", ":"))


def pieces(value: dict[str, Any], check: Check) -> Iterator[str]:
    """Compact JSON of an object piece by piece: neither a cancel nor another thread waits for all of a long list."""
    before = "{"
    for name, member in value.items():
        yield f"{before}{dump(name)}:"
        before = ","
        if isinstance(member, list) and len(member) > BATCH:
            yield from _slices(member, check)
        else:
            yield dump(member)
    yield "}" if value else "{}"


def _slices(values: list[Any], check: Check) -> Iterator[str]:
    for start in range(0, len(values), BATCH):
        check()
        yield ("," if start else "[") + dump(values[start : start + BATCH])[1:-1]
    yield "]"


def load(text: str, check: Check) -> Any:
    """The value of JSON. Where it is long, each object in it lets other threads in, and looks at the cancellation."""
    if len(text) < LONG_TEXT:
        return json.loads(text)

    def seen(value: dict[str, Any]) -> dict[str, Any]:
        check()
        return value

    return json.loads(text, object_hook=seen)
