"""Readers and writers that compare each session with the high-water marks and record which sessions changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from ctxbudget_server.store.cancellation import Check
from ctxbudget_server.store.damage.high_water_marks import DELETED, HighWaterMarks, Mark, sessions_behind
from ctxbudget_server.store.damage.losses import acknowledge, add_loss
from ctxbudget_server.store.records import Session
from ctxbudget_server.store.transaction import SqliteReader, SqliteWriter

MAX_NAMED = 20
"""Maximum number of sessions named in the message; the data lists them all."""


class CheckedReader(SqliteReader):
    """A snapshot. It is `suspicious` once it has met a session older than its mark: that must be checked again in a
    transaction, since others may have committed after the snapshot was taken.
    """

    def __init__(self, connection: sqlite3.Connection, marks: HighWaterMarks, check: Check) -> None:
        super().__init__(connection, check)
        self._marks = marks
        self.suspicious = False

    def session(self, session_id: str) -> Session | None:
        """A session by id."""
        session = super().session(session_id)
        if seen := self._marks.last(session_id):
            self.suspicious |= bool(sessions_behind([seen], _lives([session] if session else [])))
        return session

    def sessions(self) -> list[Session]:
        """All sessions, the oldest first."""
        sessions = super().sessions()
        self.suspicious |= bool(sessions_behind(self._marks.all(), _lives(sessions)))
        return sessions

    def session_page(self, state: str | None, after: str | None, limit: int) -> tuple[list[Session], int]:
        """(up to `limit` sessions, how many match in all)."""
        self.suspicious |= bool(sessions_behind(self._marks.all(), self.revisions()))
        return super().session_page(state, after, limit)


class CheckedWriter(SqliteWriter):
    """One transaction. Sessions that went back are noted in it as a loss."""

    def __init__(self, connection: sqlite3.Connection, marks: HighWaterMarks, check: Check) -> None:
        super().__init__(connection, check)
        self._marks = marks
        self.noticed = False
        """Whether it met sessions that went back: if this transaction is refused, they are noted in another one."""
        self.changed: dict[str, Mark] = {}
        """Marks of the sessions that this transaction changed, recorded once it is committed."""

    def session(self, session_id: str) -> Session | None:
        """A session by id."""
        session = super().session(session_id)
        seen = self._marks.last(session_id) if session_id not in self.changed else None
        if seen and sessions_behind([seen], _lives([session] if session else [])):
            self.noticed = True
            self.note_losses()
        return session

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""
        super().put_session(session)
        self.changed[session.id] = Mark(session.id, session.nonce, session.revision)

    def delete_session(self, session_id: str) -> None:
        """Delete a session and the blobs that no other session holds."""
        session = super().session(session_id)
        super().delete_session(session_id)
        if session is not None:
            self.changed[session_id] = Mark(session_id, session.nonce, DELETED)

    def acknowledge_losses(self, ids: Collection[int] | None) -> int:
        """Stop reporting these losses, or all of them; returns how many."""
        return acknowledge(self._sql, ids)

    def note_losses(self) -> None:
        """Note all sessions that went back as one loss, and accept their present state from now on."""
        now = _lives(super().sessions())
        behind = [pair for pair in sessions_behind(self._marks.all(), now) if pair[0].session_id not in self.changed]
        if not behind:
            return
        rows = [{"sessionId": seen.session_id, "before": seen.revision, "after": after} for seen, after in behind]
        named = ", ".join(_change(seen, after) for seen, after in behind[:MAX_NAMED])
        more = f" and {len(behind) - MAX_NAMED} more" if len(behind) > MAX_NAMED else ""
        add_loss(
            self._sql, "wentBack", f"acknowledged changes are no longer in the store: {named}{more}", {"sessions": rows}
        )
        for seen, _ in behind:
            nonce, revision = now.get(seen.session_id, (seen.nonce, DELETED))
            self.changed[seen.session_id] = Mark(seen.session_id, nonce, revision)


def _change(seen: Mark, after: int | None) -> str:
    if seen.revision == DELETED:
        return f"session {seen.session_id} had been deleted and has reappeared"
    now = "is missing" if after is None else f"went back to {after}"
    return f"session {seen.session_id}, which was at revision {seen.revision}, {now}"


def _lives(sessions: list[Session]) -> dict[str, tuple[str, int]]:
    return {session.id: (session.nonce, session.revision) for session in sessions}
