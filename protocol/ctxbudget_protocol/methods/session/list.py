"""`session/list`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import (
    Figures,
    Noticed,
)
from ctxbudget_protocol.fields import SessionId
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import SessionState

MAX_SESSIONS = 10_000
"""Maximum number of sessions in one page of `session/list`."""


class ListParams(Record):
    """Params of `session/list`."""

    state: SessionState | None = described("Only sessions in this state.", default=None)
    after: SessionId | None = described("Continue after this session.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_SESSIONS)] = described(
        "Maximum number of sessions returned.", default=1000
    )


class LastEvent(Record):
    """The latest transaction of a session."""

    at: str
    method: str = described("The method that made it.")
    why: str = described("For people.")


class SessionInfo(Record):
    """One session of the workspace."""

    session_id: str
    state: SessionState
    created_at: str
    updated_at: str
    revision: int
    phase: int | None = described("The running phase.")
    last_event: LastEvent | None = described("null: the store has lost it.")
    status: Figures


class ListResult(Noticed):
    """Result of `session/list`."""

    workspace: str
    sessions: list[SessionInfo] = described("Oldest first.")
    total: int = described("Number of sessions that match, regardless of `limit` and `after`.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")
    latest: str | None = described(
        "The session to show to people who name none, whichever are listed: the one that changed last, or the parent "
        "of a subagent's (`SESSION:AGENT`). null: there is none besides the archive."
    )


LIST = Method(
    name="session/list",
    doc="List the sessions of the workspace, page by page.",
    params=ListParams,
    result=ListResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"state": "open"},
        result={
            "notices": [],
            "workspace": "/home/ada/project",
            "sessions": [
                {
                    "sessionId": "run-1",
                    "state": "open",
                    "createdAt": "2026-01-31T12:00:00.000Z",
                    "updatedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 20,
                    "phase": None,
                    "lastEvent": {"at": "2026-01-31T12:00:00.000Z", "method": "context/handOver", "why": "hand over"},
                    "status": {
                        "window": 25000,
                        "windowSource": "default",
                        "budget": 7500,
                        "retained": 967,
                        "peak": 967,
                        "processed": 1112,
                        "saved": 145,
                        "leased": 0,
                        "available": 6533,
                        "ofWindow": 0.03868,
                        "ofBudget": 0.128933,
                        "level": "ok",
                    },
                }
            ],
            "total": 1,
            "next": None,
            "latest": "run-1",
        },
    ),
)
