"""Finds changes to watched sessions since the last look, whichever process or file of settings made them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ctxbudget_server.account.latest import latest_session
from ctxbudget_server.account.request import timestamp
from ctxbudget_server.rules.leases import in_flight_tokens
from ctxbudget_server.rules.levels import RANK
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.service.backend import Notification
from ctxbudget_server.service.tracked_session import AUTO
from ctxbudget_server.settings.current import CurrentSettings
from ctxbudget_server.store.interface import Reader, Store

if TYPE_CHECKING:
    from ctxbudget_protocol.words import Level
    from ctxbudget_server.account.settings import Settings
    from ctxbudget_server.settings.source import FileSettings
    from ctxbudget_server.store.records import Session

MAX_GONE = 100
"""Maximum number of deleted watched sessions that are looked for at each change of the store; they may reappear."""


@dataclass(slots=True)
class _Seen:
    """The last reported state of a session. `nonce` tells one life of a session id from the next."""

    nonce: str | None
    revision: int


class ChangeTracker:
    """Compares watched sessions with what was last reported. A quiet store costs one look at its change mark."""

    def __init__(self, store: Store, clock: Callable[[], datetime], files: CurrentSettings) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}
        self._mark: int | None = None
        self._files_then = files.now()
        self._alerted: dict[str, Level] = {}
        """Levels reported because of a file; the session's next transaction records the same alert once more."""
        self._wanted: str | None = None
        self._alerts = True
        self._followed: str | None = None
        self._known: dict[str, _Seen] = {}
        """The state of every session at the last look, kept while one of them is followed."""

    @property
    def active(self) -> bool:
        """Whether any session is watched or followed; does not wait for a look at the store that is going on."""
        return bool(self._seen) or self._wanted is not None

    def watch(self, session_id: str) -> None:
        """Report changes to the session from now on."""
        with self._lock, self._store.read() as reader:
            session = reader.session(session_id)
            known = session and (session.nonce, session.revision)
            self._seen.setdefault(session_id, _Seen(*(known or (None, 0))))

    def ignore(self, session_id: str) -> None:
        """Stop reporting on the session."""
        with self._lock:
            self._seen.pop(session_id, None)

    def follow(self, wanted: str | None, alerts: bool = True) -> None:
        """Report on this session, or with `auto` on the one changed last, from its current state on; None: on none.

        Without `alerts` only its changes are reported, unless it is watched as well.

        The session need not exist yet.
        """
        with self._lock, self._store.read() as reader:
            self._alerts = alerts
            if wanted != self._wanted:
                self._wanted, self._followed, self._mark = wanted, None, None
                self._known = _states(reader)

    def collect(self) -> list[Notification]:
        """At most one `budget/didChange` per session, and every alert, since the last look."""
        with self._lock:
            mark = self._store.change_mark()
            before, files = self._files_then, self._files.now()
            if mark == self._mark and files is before:
                return []
            self._files_then = files
            news: list[Notification] = []
            with self._store.read() as reader:
                for session_id, seen in self._seen.items():
                    news += self._of_session(reader, session_id, seen, self._seen)
                self._forget_gone()
                if self._wanted is not None:
                    news += [each for each in self._of_followed(reader) if self._alerts or each[0] != "budget/alert"]
                    self._known = _states(reader)
                if files is not before:
                    news += self._of_files(reader, before, files, {params["sessionId"] for _, params in news})
            self._mark = mark
            return news

    def _of_files(
        self, reader: Reader, before: FileSettings, files: FileSettings, told: set[str]
    ) -> Iterator[Notification]:
        """What a change of the files of settings means; the figures of the sessions `told` are in the news already."""
        from ctxbudget_server.account.settings import Settings
        from ctxbudget_server.account.wire import level_of

        followed = self._followed if self._wanted == AUTO else self._wanted
        for session_id in dict.fromkeys([*self._seen, *([followed] if followed else [])]):
            session = reader.session(session_id)
            if session is None:
                continue
            then, now = Settings.of(session.config, before), Settings.of(session.config, files)
            if then.values == now.values and then.window_source == now.window_source:
                continue
            if session_id not in told:
                yield "budget/didChange", self._change(reader, session, now)
            old, level = level_of(session, then), level_of(session, now)
            if RANK[level] <= RANK[old] or session.state != "open":
                self._alerted.pop(session_id, None)
            elif session_id in self._seen or self._alerts:
                self._alerted[session_id] = level
                alert = _alert(session, old, level, now, timestamp(self._clock()))
                yield "budget/alert", _note(session_id, alert)

    def _forget_gone(self) -> None:
        """Stop looking for the deleted sessions that have been watched longest."""
        gone = [session_id for session_id, seen in self._seen.items() if seen.nonce is None]
        for session_id in gone[:-MAX_GONE]:
            del self._seen[session_id]

    def _of_followed(self, reader: Reader) -> list[Notification]:
        latest = latest_session(reader) if self._wanted == AUTO else None
        wanted = self._followed if self._wanted == AUTO else self._wanted
        session_id = latest.id if latest else wanted
        if session_id is None or session_id in self._seen:
            return []
        known = self._known.get(session_id) or _Seen(None, 0)
        if session_id == self._followed:
            return self._of_session(reader, session_id, known, self._known)
        session = reader.session(session_id)
        if session is None:
            return []
        self._followed = session_id
        return self._of_session(reader, session_id, known, self._known) or [
            ("budget/didChange", self._change(reader, session))
        ]

    def _of_session(
        self, reader: Reader, session_id: str, seen: _Seen, told_of: dict[str, _Seen]
    ) -> list[Notification]:
        session = reader.session(session_id)
        if session is None:
            if seen.nonce is None:
                return []
            told_of[session_id] = _Seen(None, 0)
            gone = {
                "sessionId": session_id,
                "revision": seen.revision,
                "state": "deleted",
                "phase": None,
                "status": None,
            }
            return [("budget/didChange", gone)]
        if (session.nonce, session.revision) == (seen.nonce, seen.revision):
            return []
        told = seen.revision if session.nonce == seen.nonce else 0
        alerts = reader.alerts(session_id, told)
        if (level := self._alerted.pop(session_id, None)) and alerts and RANK[alerts[0]["level"]] <= RANK[level]:
            del alerts[0]
        told_of[session_id] = _Seen(session.nonce, session.revision)
        return [
            ("budget/didChange", self._change(reader, session)),
            *(("budget/alert", _note(session_id, alert)) for alert in alerts),
        ]

    def _change(self, reader: Reader, session: Session, settings: Settings | None = None) -> dict[str, object]:
        from ctxbudget_server.account.settings import Settings
        from ctxbudget_server.account.wire import wire_figures

        now = timestamp(self._clock())
        leased = in_flight_tokens(reader.leases(session.id, active=True), now)
        running = [phase.number for phase in reader.phases(session.id).values() if phase.state == "running"]
        figures = wire_figures(session, settings or Settings.of(session.config, self._files_then), leased)
        return {
            "sessionId": session.id,
            "revision": session.revision,
            "state": session.state,
            "phase": running[0] if running else None,
            "status": figures.wire(),
        }


def _note(session_id: str, alert: dict[str, Any]) -> dict[str, Any]:
    return {"sessionId": session_id, "revision": alert["revision"], "level": alert["level"], "alert": alert}


def _alert(session: Session, old: Level, level: Level, settings: Settings, at: str) -> dict[str, Any]:
    """The alert of a level that is reached because a file of settings has changed."""
    from ctxbudget_protocol.common import Alert

    threshold = settings.thresholds.critical_at if level == "critical" else settings.thresholds.warn_at
    return Alert(
        level="critical" if level == "critical" else "warn",
        previous=old,
        retained=session.retained,
        threshold=threshold,
        budget=settings.budget,
        window_source=settings.window_source,
        of_budget=ratio(session.retained, settings.budget),
        revision=session.revision,
        at=at,
        message=f"The settings have changed: {session.retained:,} tokens retained of a budget of {settings.budget:,}; "
        f"{level} is reached at {threshold:,}.",
    ).wire()


def _states(reader: Reader) -> dict[str, _Seen]:
    return {session_id: _Seen(*state) for session_id, state in reader.revisions().items()}
