"""Retention: drops the content of inactive sessions by age, number or size; figures and log stay.

Off unless the user sets it. A session loses all of its content at once, the least recently changed session first. A
closed session may lose it at any time, an open one once nothing has changed it for `MIN_IDLE_SECONDS`. The default
session, pinned items and the archive of `context/fit` are treated like all others.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ctxbudget_server.account.dropping import emptied
from ctxbudget_server.account.request import timestamp
from ctxbudget_server.rules.items import differences
from ctxbudget_server.rules.leases import in_flight_tokens
from ctxbudget_server.store.interface import Store, Writer
from ctxbudget_server.store.records import Event, LoggedFigures, Session

VARIABLE: Final = "CTXBUDGET_RETAIN"

MIN_IDLE_SECONDS: Final = 86_400
"""An open session changed more recently than this keeps its content, whatever the setting."""

METHOD: Final = "store/retain"
"""The method that the log names when retention dropped content."""

FORM: Final = "expected age=90d, sessions=500, size=2GiB, or several of them separated by commas"

AGES: Final = {"h": 3_600, "d": 86_400, "w": 7 * 86_400}
SIZES: Final = {
    "B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12,
    "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Retention:
    """How much content is kept. None: no limit."""

    age_seconds: int | None = None
    """Maximum time since the session's last change."""
    sessions: int | None = None
    """Maximum number of sessions that keep content: the most recently changed ones."""
    size_bytes: int | None = None
    """Maximum size of the store on the disk; what is not content counts too, but cannot be dropped."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """What retention dropped: sessions, items, and bytes of content before compression."""

    sessions: int = 0
    items: int = 0
    content_bytes: int = 0

    def plus(self, other: Dropped) -> Dropped:
        """The sum."""
        return Dropped(
            self.sessions + other.sessions, self.items + other.items, self.content_bytes + other.content_bytes
        )


def parsed(text: str) -> Retention:
    """Parse a setting such as `age=90d,sessions=500,size=2GiB`. Raises ValueError saying what was expected."""
    given: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (word.strip() for word in part.partition("="))
        if name in given or name not in ("age", "sessions", "size"):
            raise ValueError(f"{FORM}; got {part!r}")
        given[name] = _whole(part, value, {"age": AGES, "sessions": {"": 1}, "size": SIZES}[name])
    if not given:
        raise ValueError(f"{FORM}; got {text!r}")
    return Retention(given.get("age"), given.get("sessions"), given.get("size"))


def _whole(part: str, value: str, units: dict[str, int]) -> int:
    found = re.fullmatch(r"(\d{1,15})\s*([A-Za-z]*)", value, re.ASCII)
    if found is None or found[2] not in units:
        known = "a whole number" + (f" with one of {', '.join(units)}" if "" not in units else "")
        raise ValueError(f"{FORM}; got {part!r}, where {known} was expected")
    return int(found[1]) * units[found[2]]


def configured(option: str | None) -> Retention | None:
    """The setting: `option`, else CTXBUDGET_RETAIN; None: everything is kept. Raises ValueError."""
    text = option if option is not None else os.environ.get(VARIABLE, "")
    return parsed(text) if text.strip() else None


def retain(store: Store, retention: Retention, now: datetime, actor: str) -> Dropped:
    """Drop the content that retention does not keep, one transaction per session. Cheap if there is nothing to drop."""
    with store.read() as reader:
        sessions = sorted(reader.sessions(), key=lambda one: (one.updated_at, one.id), reverse=True)
    holding = [session for session in sessions if session.revision > session.dropped_revision]
    droppable = [session for session in reversed(holding) if _is_droppable(session, now)]
    doomed = _by_age_and_number(retention, holding, now)
    dropped = Dropped()
    for session in droppable:
        if session.id in doomed or _is_over(store, retention.size_bytes):
            dropped = dropped.plus(_drop(store, session, timestamp(now), actor))
    if dropped.sessions:
        store.give_back()
    return dropped


def _is_droppable(session: Session, now: datetime) -> bool:
    return session.state != "open" or session.updated_at <= _before(now, MIN_IDLE_SECONDS)


def _by_age_and_number(retention: Retention, newest_first: list[Session], now: datetime) -> set[str]:
    doomed = set()
    if retention.age_seconds is not None:
        limit = _before(now, retention.age_seconds)
        doomed |= {session.id for session in newest_first if session.updated_at < limit}
    if retention.sessions is not None:
        doomed |= {session.id for session in newest_first[retention.sessions :]}
    return doomed


def _before(now: datetime, seconds: int) -> str:
    try:
        return timestamp(now - timedelta(seconds=seconds))
    except OverflowError:
        return ""


def _is_over(store: Store, limit: int | None) -> bool:
    if limit is None:
        return False
    with store.read() as reader:
        return reader.used_bytes() > limit


def _drop(store: Store, seen: Session, now: str, actor: str) -> Dropped:
    """Drop a session's content in one logged transaction; does nothing if it changed since it was seen."""
    with store.write(lambda: None) as writer:
        session = writer.session(seen.id)
        if session is None or (session.nonce, session.revision) != (seen.nonce, seen.revision):
            return Dropped()
        return _drop_in(writer, session, now, actor)


def _drop_in(writer: Writer, session: Session, now: str, actor: str) -> Dropped:
    revision = session.revision + 1
    items = writer.items_with_content(session.id)
    after = [emptied(item, now)._replace(revision=revision) for item in items]
    taken = Dropped(1 if items else 0, len(items), sum(item.bytes or 0 for item in items))
    if items:
        writer.put_items(session.id, zip(items, after, strict=True))
        writer.add_sums(session.id, differences(zip(items, after, strict=True)))
        detail = {"why": "retention", "items": taken.items, "bytes": taken.content_bytes}
        writer.add_event(
            session,
            Event(
                session_id=session.id,
                revision=revision,
                at=now,
                actor=actor,
                method=METHOD,
                why="retention",
                detail=detail,
            ),
            zip(items, after, strict=True),
            _figures(writer, session, now),
        )
        session = session._replace(revision=revision)
    writer.forget_fits(session.id)  # stand-ins quote what is dropped
    # `updated_at` stays, since nobody worked on the session.
    writer.put_session(session._replace(dropped_revision=session.revision))
    return taken


def _figures(writer: Writer, session: Session, now: str) -> LoggedFigures:
    """Retention changes none of them."""
    leased = in_flight_tokens(writer.leases(session.id, active=True), now)
    running = [phase.number for phase in writer.phases(session.id).values() if phase.state == "running"]
    return LoggedFigures(
        phase=running[0] if running else None,
        wave=None,
        agent=None,
        retained=session.retained,
        processed=session.processed,
        peak=session.peak,
        leased=leased,
        level=session.level,
    )
