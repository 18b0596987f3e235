"""The log's tables: entries with their figures and hashes, appended and read in pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from ctxbudget_server.store.cancellation import Check, rows_of
from ctxbudget_server.store.encoding.packing import unpack_text
from ctxbudget_server.store.receipts import CLOSING, genesis, older_opening, opening
from ctxbudget_server.store.records import Heading, LogEntry, LoggedFigures, LogHead, Session, TimelineRow

_HEADING: Final = ", ".join(Heading._fields)
_FIGURES: Final = ", ".join(LoggedFigures._fields)

_TIMELINE: Final = f"""
    SELECT revision, at, actor, method, why, {_FIGURES}, size, highest
    FROM (
        SELECT max(revision) AS revision, count(*) AS size, max(retained) AS highest
        FROM (
            SELECT revision, retained FROM logged_figures WHERE session_id = ?1 AND revision > ?2
            ORDER BY revision LIMIT ?3 * ?4
        ) GROUP BY (revision - 1) / ?3
    ) JOIN logged_figures USING (revision) JOIN events USING (session_id, revision)
    WHERE session_id = ?1 ORDER BY revision LIMIT ?4
"""

_OF_GROUP: Final = "FROM logged_figures WHERE session_id = ?1 AND revision > first AND revision <= last"
_GROUPED: Final = f"""
    WITH RECURSIVE groups(first, last) AS (
        SELECT ?2, (?2 / ?3 + 1) * ?3 UNION ALL SELECT last, last + ?3 FROM groups
        WHERE last < (SELECT max(revision) FROM logged_figures WHERE session_id = ?1) LIMIT ?4
    )
    SELECT revision, at, actor, method, why, {_FIGURES},
        (SELECT count(*) {_OF_GROUP}), (SELECT max(retained) {_OF_GROUP})
    FROM groups JOIN logged_figures ON session_id = ?1 AND revision = (SELECT max(revision) {_OF_GROUP})
    JOIN events USING (session_id, revision) ORDER BY first
"""
"""The same for groups of more than one, in half the time; but nothing where a whole page of revisions is lost."""


class SqliteLog:
    """One session's log in an open transaction. Long reads call `check`, which raises to stop them."""

    def __init__(self, connection: sqlite3.Connection, session: Session, check: Check) -> None:
        self._sql = connection
        self._session = session
        self._check = check

    def _rows(self, query: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        return rows_of(self._sql.execute(query, (self._session.id, *values)), self._check)

    def previous_hash(self) -> bytes:
        """The hash that the next entry names: that of the last one."""
        head = self.head()
        return genesis(self._session, self._older_lines()) if head is None else head.hash

    def head(self) -> LogHead | None:
        """The last entry and its hash; None if no entry has one."""
        query = "SELECT revision, hash FROM logged_figures WHERE session_id = ? ORDER BY revision DESC LIMIT 1"
        row = next(self._rows(query), None)
        return None if row is None else LogHead(*row)

    def first_recorded(self) -> int | None:
        """The first revision whose figures are recorded."""
        (row,) = self._rows("SELECT min(revision) FROM logged_figures WHERE session_id = ?")
        return None if row[0] is None else int(row[0])

    def timeline(self, since: int, every: int, limit: int) -> list[TimelineRow]:
        """Up to `limit` groups of `every` changes after a revision, oldest first."""
        grouped = [*self._rows(_GROUPED, since, every, limit)] if every > 1 else []
        width = len(LoggedFigures._fields)
        rows = []
        for revision, at, actor, method, why, *rest in grouped or self._rows(_TIMELINE, since, every, limit):
            figures = LoggedFigures(*rest[:width])
            rows.append(TimelineRow(revision, at, actor, method, why, figures, *rest[width:]))
        return rows

    def figures_at(self, revision: int) -> LoggedFigures | None:
        """The figures after this revision."""
        query = f"SELECT {_FIGURES} FROM logged_figures WHERE session_id = ? AND revision = ?"
        row = next(self._rows(query, revision), None)
        return None if row is None else LoggedFigures(*row)

    def latest_figures(self, limit: int) -> list[tuple[int, LoggedFigures]]:
        """(revision, figures) of up to `limit` last changes, oldest first."""
        query = f"SELECT revision, {_FIGURES} FROM logged_figures WHERE session_id = ? ORDER BY revision DESC LIMIT ?"
        rows = [*self._rows(query, limit)]
        return [(revision, LoggedFigures(*figures)) for revision, *figures in reversed(rows)]

    def entries(self, after: int, limit: int) -> Iterator[LogEntry]:
        """Up to `limit` entries after a revision, oldest first."""
        previous = self._hash_at(after)
        query = (
            f"SELECT {_HEADING}, body, changes, detail, hash, {_FIGURES} FROM events LEFT JOIN logged_figures"
            " USING (session_id, revision) WHERE session_id = ? AND revision > ? ORDER BY revision LIMIT ?"
        )
        for row in self._rows(query, after, limit):
            heading = Heading(*row[: len(Heading._fields)])
            body, changes, detail, digest, *figures = row[len(Heading._fields) :]
            text = _body_text(body, changes, detail)
            if digest is None:
                yield LogEntry(heading.revision, older_opening(heading) + text + CLOSING, None)
                continue
            if previous is None:
                previous = genesis(self._session, self._older_lines())
            start = opening(heading, LoggedFigures(*figures), previous)
            yield LogEntry(heading.revision, start + text + CLOSING, digest)
            previous = digest

    def _hash_at(self, revision: int) -> bytes | None:
        row = next(self._rows("SELECT hash FROM logged_figures WHERE session_id = ? AND revision = ?", revision), None)
        return None if row is None else row[0]

    def _older_lines(self) -> Iterator[bytes]:
        """The lines of the entries before the first one with a hash."""
        query = (
            f"SELECT {_HEADING}, body, changes, detail FROM events WHERE session_id = ?1 AND revision <"
            " coalesce((SELECT min(revision) FROM logged_figures WHERE session_id = ?1), 1 << 62) ORDER BY revision"
        )
        for *heading, body, changes, detail in self._rows(query):
            yield older_opening(Heading(*heading)) + _body_text(body, changes, detail) + CLOSING


def _body_text(body: bytes | None, changes: str, detail: str) -> bytes:
    """The JSON text of what an entry changed; older rows have it in separate columns."""
    return f'{{"changes":{changes},"detail":{detail}}}'.encode() if body is None else unpack_text(body)
