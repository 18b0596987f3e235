"""`session/history`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.breakdown import Money
from ctxbudget_protocol.common import (
    Noticed,
)
from ctxbudget_protocol.fields import SessionId
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import PhaseStatus, Provenance, Scope, SessionState, WindowSource

MAX_COMPARED = 100
"""Maximum number of sessions named in one `session/history`."""


MAX_RUNS = 1_000
"""Maximum number of runs in one page of `session/history`."""


Moment = Annotated[
    str,
    Constraint(min_length=10, max_length=40),
    Meaning("A time as in RFC 3339, or a date: its beginning in UTC."),
]


class HistoryParams(Record):
    """Params of `session/history`."""

    sessions: Annotated[list[SessionId], Constraint(min_length=1, max_length=MAX_COMPARED)] | None = described(
        "Only these, in this order, to compare them. With none of the other params.", default=None
    )
    scope: Scope | None = described("Only runs with this scope.", default=None)
    state: SessionState | None = described("Only sessions in this state.", default=None)
    since: Moment | None = described(
        "Only runs that began then or later: a time as in RFC 3339, or a date, which begins in UTC.", default=None
    )
    after: SessionId | None = described("Continue after this session.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_RUNS)] = described("Maximum number of runs returned.", default=100)


class RunPhase(Record):
    """A phase of a run. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None = described("null: it drew on the buffer, or nothing was allocated.")
    used: int = described("What it held at its completion; before that, what it holds.")
    peak: int
    overrun: int = described("used - allocated if positive, else 0.")


class Run(Record):
    """What a session came to."""

    session_id: str
    state: SessionState
    finished: bool = described(
        "Whether it is over: no longer open, or all its phases are complete. Only such runs teach the strategy history."
    )
    scope: Scope | None = described("null: none is set; `budget/allocate` takes full-implementation.")
    created_at: str
    updated_at: str
    closed_at: str | None
    window: int = described("As the session's settings have it now, tokens.")
    window_source: WindowSource = described("Where the window comes from, as in `budget/status`.")
    budget: int = described("As the session's settings have it now, tokens.")
    allocated: int | None = described("Sum of the allocations, tokens. null: nothing was allocated.")
    used: int = described("What the phases used, and what belongs to none of them still holds, tokens.")
    retained: int = described("Tokens in the context now.")
    peak: int = described("Highest `retained` at the end of any transaction, tokens.")
    processed: int = described("Tokens of everything that callers added.")
    net_savings: int = described(
        "processed - retained, less what was pruned and read again, tokens; as in `budget/report`."
    )
    savings_share: float = described("netSavings / processed.")
    overruns: int = described("Phases that used more than they were allocated.")
    overrun: int = described("What they used beyond their allocations, tokens.")
    provenance: Provenance | None = described(
        "Where the roughest of the token figures comes from. null: nothing was added."
    )
    cost: Money | None = described("Of the bills that `usage/bill` recorded. null: none, so it is unknown.")
    phases: list[RunPhase]


class HistoryResult(Noticed):
    """Result of `session/history`."""

    workspace: str
    runs: list[Run] = described("The latest begun first, or in the order of `sessions`.")
    total: int = described("Number of runs that match, regardless of `limit` and `after`.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")


HISTORY = Method(
    name="session/history",
    doc="What the runs of the workspace came to: budget, use, peak, overruns, net savings and cost, page by page.",
    params=HistoryParams,
    result=HistoryResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"limit": 1},
        result={
            "notices": [],
            "workspace": "/home/ada/project",
            "runs": [
                {
                    "sessionId": "run-1",
                    "state": "open",
                    "finished": False,
                    "scope": "research-only",
                    "createdAt": "2026-01-31T12:00:00.000Z",
                    "updatedAt": "2026-01-31T12:00:00.000Z",
                    "closedAt": None,
                    "window": 25000,
                    "windowSource": "default",
                    "budget": 7500,
                    "allocated": 7500,
                    "used": 413,
                    "retained": 967,
                    "peak": 967,
                    "processed": 1112,
                    "netSavings": 145,
                    "savingsShare": 0.130396,
                    "overruns": 0,
                    "overrun": 0,
                    "provenance": "exact",
                    "cost": {
                        "amount": 0.0147,
                        "currency": "USD",
                        "provenance": "reported",
                        "coveredTokens": 21262,
                        "coveredShare": 1.0,
                    },
                    "phases": [
                        {
                            "phase": 1,
                            "name": "research",
                            "state": "completed",
                            "allocated": 4500,
                            "used": 306,
                            "peak": 554,
                            "overrun": 0,
                        },
                        {
                            "phase": 2,
                            "name": "planning",
                            "state": "planned",
                            "allocated": 3000,
                            "used": 98,
                            "peak": 98,
                            "overrun": 0,
                        },
                    ],
                }
            ],
            "total": 1,
            "next": None,
        },
    ),
)
