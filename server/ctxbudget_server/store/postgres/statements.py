"""One open transaction: statements are sent at once, and their results are awaited together when one is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ctxbudget_server.store.cancellation import ITEMS_PER_CHECK, Check

if TYPE_CHECKING:
    import psycopg

    from ctxbudget_server.store.postgres.connection import Connection


class Result:
    """The rows of a statement that was sent; reading them awaits all that was sent so far, in one round trip."""

    __slots__ = ("_cursor", "_rows")

    def __init__(self, cursor: psycopg.Cursor[tuple[Any, ...]]) -> None:
        self._cursor = cursor
        self._rows: list[tuple[Any, ...]] | None = None

    def rows(self) -> list[tuple[Any, ...]]:
        """All rows."""
        if self._rows is None:
            self._rows = self._cursor.fetchall()
        return self._rows

    def row(self) -> tuple[Any, ...] | None:
        """The first row."""
        rows = self.rows()
        return rows[0] if rows else None

    def outcome(self) -> str | None:
        """What the server says that it did, once it has been awaited."""
        return self._cursor.statusmessage


class Statements:
    """The statements of one transaction, whose connection is in pipeline mode."""

    def __init__(self, connection: Connection, check: Check) -> None:
        self._connection = connection
        self.check = check

    def send(self, query: str, *values: Any) -> Result:
        """Send a statement; nothing waits for it yet."""
        return Result(self._connection.execute(query, values))

    def send_named(self, query: str, values: Mapping[str, Any]) -> Result:
        """Send a statement whose values have names."""
        return Result(self._connection.execute(query, values))

    def send_many(self, query: str, rows: Iterable[Sequence[Any]]) -> None:
        """Send a statement for each of these rows of values."""
        for count, row in enumerate(rows):
            if not count % ITEMS_PER_CHECK:
                self.check()
            self._connection.execute(query, row)

    def rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        for count, row in enumerate(self.send(query, *values).rows()):
            if not count % ITEMS_PER_CHECK:
                self.check()
            yield row

    def row(self, query: str, *values: Any) -> tuple[Any, ...] | None:
        """The first row of a query."""
        return self.send(query, *values).row()

    def value(self, query: str, *values: Any) -> Any:
        """The first value of a query's first row; None if it has no row."""
        row = self.row(query, *values)
        return None if row is None else row[0]
