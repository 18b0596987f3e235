"""`budget/timeline`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import (
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.limits import MAX_TOKENS
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    Level,
)

MAX_TIMELINE_ENTRIES = 1_000
"""Entries on one page of a timeline."""


class TimelineParams(SessionParams):
    """Params of `budget/timeline`."""

    since: Annotated[int, Constraint(ge=0, le=MAX_TOKENS)] = described("Only changes after this revision.", default=0)
    every: Annotated[int, Constraint(ge=1, le=100_000)] = described(
        "Changes in one entry, which has the figures after the last of them.", default=1
    )
    limit: Annotated[int, Constraint(ge=1, le=MAX_TIMELINE_ENTRIES)] = described(
        "Maximum number of entries returned.", default=MAX_TIMELINE_ENTRIES
    )


class TimelineEntry(Record):
    """A change, or the last one of several, and where the account stood after it."""

    revision: int
    at: str
    actor: str = described(
        "Who made the change: the name that the client gave, or the command, and the server's process id."
    )
    method: str
    why: str = described("Why it was made, in a few words.")
    phase: int | None = described(
        "The phase of the items or the lease that it changed, if they share one; otherwise the running phase."
    )
    wave: int | None = described("The same of the wave.")
    agent: str | None = described("The agent of all items that it added, or the holder of the lease.")
    retained: int = described("Tokens.")
    processed: int = described("Tokens.")
    saved: int = described("processed - retained, tokens.")
    peak: int = described("The session's peak so far, tokens.")
    leased: int = described("Tokens that leases held at that time.")
    level: Level
    changes: int = described("Changes in this entry.")
    highest: int = described("The largest number of retained tokens after any of them.")


class TimelineResult(SessionResult):
    """Result of `budget/timeline`."""

    entries: list[TimelineEntry] = described("Oldest first.")
    next: int | None = described("Pass it as `since` for the next page; null: this is the last page.")
    unrecorded: int = described(
        "Changes after `since` that are not in the timeline, since an older version made them, which kept no figures."
    )


TIMELINE = Method(
    name="budget/timeline",
    doc="The account over time: each change, who made it, and the figures after it.",
    params=TimelineParams,
    result=TimelineResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1", "since": 5, "limit": 2},
        result={
            "sessionId": "run-1",
            "revision": 20,
            "entries": [
                {
                    "revision": 6,
                    "at": "2026-01-31T12:00:00.000Z",
                    "actor": "serve:4711",
                    "method": "workflow/startWave",
                    "why": "startWave 1.1",
                    "phase": 1,
                    "wave": 1,
                    "agent": None,
                    "retained": 0,
                    "processed": 0,
                    "saved": 0,
                    "peak": 0,
                    "leased": 900,
                    "level": "ok",
                    "changes": 1,
                    "highest": 0,
                },
                {
                    "revision": 7,
                    "at": "2026-01-31T12:00:00.000Z",
                    "actor": "serve:4711",
                    "method": "context/add",
                    "why": "context/add",
                    "phase": 1,
                    "wave": 1,
                    "agent": None,
                    "retained": 551,
                    "processed": 551,
                    "saved": 0,
                    "peak": 551,
                    "leased": 900,
                    "level": "ok",
                    "changes": 1,
                    "highest": 551,
                },
            ],
            "next": 7,
            "unrecorded": 0,
        },
    ),
)
