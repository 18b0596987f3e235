"""What the view shows: read again when the store has changed, and only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.top.sparkline import SPAN

Json = dict[str, Any]

REFRESH_SECONDS: Final = 60.0
"""After so long all is read again even if nobody wrote: the hour has moved on, and leases may have expired."""
FIRST_CHANGES: Final = 3_000
"""Changes that are read of a session which is shown for the first time, at most."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where the view gets its answers."""

    ask: SendRequest
    mark: Callable[[], object]
    """Differs from before once anything has changed; cheap, for it is called every second."""
    exists: Callable[[], bool]
    """Whether there is a store. Asking anything would make one."""
    workspace: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The account at one time, as the methods answered."""

    at: datetime
    session: str | None
    """None: there is no session yet."""
    total: int = 0
    status: Json = field(default_factory=dict)
    items: list[Json] = field(default_factory=list)
    """Those in the context, the last one added first."""
    timeline: list[Json] = field(default_factory=list)
    """Changes of the last hour and the last one before, oldest first."""
    notices: list[str] = field(default_factory=list)


class Feed:
    """Looks at one session at a time. Used by one thread at a time."""

    def __init__(self, source: Source, session: str | None, clock: Callable[[], datetime]) -> None:
        """Show `session`, or the one that changed last once there is one."""
        self.source = source
        self._wanted = session
        self._clock = clock
        self._mark: object = None
        self._last: Snapshot | None = None
        self._gone: str | None = None

    def switch(self, session: str) -> None:
        """Show this session from the next look on."""
        self._wanted, self._last, self._gone = session, None, None

    def look(self) -> Snapshot | None:
        """The account, or None if nothing has changed since the last look. Raises `ProtocolError` and `OSError`."""
        if not self.source.exists():
            return self._empty()
        mark, now = self.source.mark(), self._clock()
        if self._last is not None and mark == self._mark and (now - self._last.at).total_seconds() < REFRESH_SECONDS:
            return None
        snapshot = self._read(now)
        self._mark, self._last = mark, snapshot
        return snapshot

    def _empty(self) -> Snapshot | None:
        self._mark = None
        if self._last is not None and self._last.session is None:
            return None
        self._last = Snapshot(self._clock(), None)
        return self._last

    def _read(self, now: datetime) -> Snapshot:
        ask = self.source.ask
        listed = ask("session/list", limit=1)
        session = self._wanted or listed["latest"]
        if session is None:
            return Snapshot(now, None)
        try:
            status = ask("budget/status", sessionId=session)
        except ProtocolError as error:
            if error.name != "unknownSession":
                raise
            return self._without(session, listed["latest"], now)
        self._wanted = session
        unchanged = self._unchanged(session, status["revision"])
        items = unchanged.items if unchanged else self._items(session)
        timeline = self._timeline(session, status["revision"], now)
        notices = [*([self._gone] if self._gone else []), *(notice["message"] for notice in status["notices"])]
        self._gone = None
        return Snapshot(now, session, listed["total"], status, items, timeline, notices)

    def _without(self, missing: str, latest: str | None, now: datetime) -> Snapshot:
        """What to show in place of a session that is not there: the one that changed last, or that there is none."""
        self._wanted, self._last = None, None
        self._gone = f"there is no session {missing} (any more)"
        if latest is None or latest == missing:
            gone, self._gone = self._gone, None
            return Snapshot(now, None, notices=[gone])
        return self._read(now)

    def _unchanged(self, session: str, revision: int) -> Snapshot | None:
        last = self._last
        return last if last and last.session == session and last.status["revision"] == revision else None

    def _items(self, session: str) -> list[Json]:
        page = self.source.ask("context/list", sessionId=session, state="retained", limit=10_000)
        items: list[Json] = page["items"]
        while page["next"] is not None:
            page = self.source.ask(
                "context/list", sessionId=session, state="retained", limit=10_000, after=page["next"]
            )
            items += page["items"]
        return items[::-1]

    def _timeline(self, session: str, revision: int, now: datetime) -> list[Json]:
        last = self._last
        known = last.timeline if last and last.session == session and last.status["revision"] <= revision else []
        since = known[-1]["revision"] if known else max(0, revision - FIRST_CHANGES)
        entries = list(known)
        following: int | None = since
        while following is not None and following < revision:
            page = self.source.ask("budget/timeline", sessionId=session, since=following)
            entries += page["entries"]
            following = page["next"]
        start = now - SPAN
        older = sum(datetime.fromisoformat(entry["at"]) < start for entry in entries)
        return entries[max(0, older - 1) :]
