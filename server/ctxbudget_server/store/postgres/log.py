"""The log in PostgreSQL: entries with their figures and hashes, appended and read in pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctxbudget_server.store.encoding.packing import unpack_text
from ctxbudget_server.store.postgres.statements import Statements
from ctxbudget_server.store.receipts import CLOSING, genesis, older_opening, opening
from ctxbudget_server.store.records import Heading, LogEntry, LoggedFigures, LogHead, Session, TimelineRow

HEADING: Final = ", ".join(Heading._fields)
FIGURES: Final = ", ".join(LoggedFigures._fields)

ENTRIES_AT_ONCE: Final = 256
"""Entries that are held in memory at a time."""

_TIMELINE: Final = f"""
    SELECT revision, at, actor, method, why, {FIGURES}, groups.size, groups.highest
    FROM (
        SELECT max(revision) AS revision, count(*) AS size, max(retained) AS highest
        FROM (
            SELECT revision, retained FROM log
            WHERE session_id = %(session)s AND hash IS NOT NULL AND revision > %(since)s
            ORDER BY revision LIMIT %(every)s::bigint * %(limit)s
        ) AS wanted GROUP BY (revision - 1) / %(every)s::bigint
    ) AS groups JOIN log USING (revision)
    WHERE session_id = %(session)s ORDER BY revision LIMIT %(limit)s
"""


class PostgresLog:
    """One session's log in an open transaction."""

    def __init__(self, statements: Statements, session: Session) -> None:
        self._sql = statements
        self._session = session

    def previous_hash(self) -> bytes:
        """The hash that the next entry names: that of the last one."""
        head = self.head()
        return self.genesis() if head is None else head.hash

    def genesis(self) -> bytes:
        """What the first hashed entry names."""
        return genesis(self._session, self._older_lines())

    def head(self) -> LogHead | None:
        """The last entry and its hash; None if no entry has one."""
        row = self._sql.row(
            "SELECT revision, hash FROM log WHERE session_id = %s AND hash IS NOT NULL ORDER BY revision DESC LIMIT 1",
            self._session.id,
        )
        return None if row is None else LogHead(*row)

    def first_recorded(self) -> int | None:
        """The first revision whose figures are recorded."""
        found = self._sql.value(
            "SELECT min(revision) FROM log WHERE session_id = %s AND hash IS NOT NULL", self._session.id
        )
        return None if found is None else int(found)

    def timeline(self, since: int, every: int, limit: int) -> list[TimelineRow]:
        """Up to `limit` groups of `every` changes after a revision, oldest first."""
        wanted = {"session": self._session.id, "since": since, "every": every, "limit": limit}
        width = len(LoggedFigures._fields)
        rows = []
        for revision, at, actor, method, why, *rest in self._sql.send_named(_TIMELINE, wanted).rows():
            figures = LoggedFigures(*rest[:width])
            rows.append(TimelineRow(revision, at, actor, method, why, figures, *rest[width:]))
        return rows

    def figures_at(self, revision: int) -> LoggedFigures | None:
        """The figures after this revision."""
        row = self._sql.row(
            f"SELECT {FIGURES} FROM log WHERE session_id = %s AND revision = %s AND hash IS NOT NULL",
            self._session.id,
            revision,
        )
        return None if row is None else LoggedFigures(*row)

    def latest_figures(self, limit: int) -> list[tuple[int, LoggedFigures]]:
        """(revision, figures) of up to `limit` last changes, oldest first."""
        query = (
            f"SELECT revision, {FIGURES} FROM log WHERE session_id = %s AND hash IS NOT NULL"
            " ORDER BY revision DESC LIMIT %s"
        )
        rows = [*self._sql.rows(query, self._session.id, limit)]
        return [(revision, LoggedFigures(*figures)) for revision, *figures in reversed(rows)]

    def entries(self, after: int, limit: int) -> Iterator[LogEntry]:
        """Up to `limit` entries after a revision, oldest first."""
        previous = self._sql.value(
            "SELECT hash FROM log WHERE session_id = %s AND revision = %s", self._session.id, after
        )
        query = (
            f"SELECT {HEADING}, body, hash, {FIGURES} FROM log WHERE session_id = %s AND revision > %s"
            " ORDER BY revision LIMIT %s"
        )
        width, left = len(Heading._fields), limit
        while left > 0:
            rows = [*self._sql.rows(query, self._session.id, after, min(left, ENTRIES_AT_ONCE))]
            for row in rows:
                heading, (body, digest, *figures) = Heading(*row[:width]), row[width:]
                text = unpack_text(body)
                if digest is None:
                    yield LogEntry(heading.revision, older_opening(heading) + text + CLOSING, None)
                    continue
                if previous is None:
                    previous = self.genesis()
                start = opening(heading, LoggedFigures(*figures), previous)
                yield LogEntry(heading.revision, start + text + CLOSING, digest)
                previous = digest
            if len(rows) < ENTRIES_AT_ONCE:
                return
            left, after = left - len(rows), rows[-1][0]

    def _older_lines(self) -> Iterator[bytes]:
        """The lines of the entries before the first one with a hash."""
        query = (
            f"SELECT {HEADING}, body FROM log WHERE session_id = %s AND hash IS NULL AND revision < coalesce("
            "(SELECT min(revision) FROM log WHERE session_id = %s AND hash IS NOT NULL), 9223372036854775807)"
            " ORDER BY revision"
        )
        for *heading, body in self._sql.rows(query, self._session.id, self._session.id):
            yield older_opening(Heading(*heading)) + unpack_text(body) + CLOSING
