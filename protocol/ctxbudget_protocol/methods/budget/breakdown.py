"""`budget/breakdown`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.breakdown import (
    MAX_LARGEST,
    MAX_REPORTED,
    AccountBreakdown,
    RecordingBreakdown,
    RecordingSource,
    ReportedSource,
)
from ctxbudget_protocol.common import (
    SessionParams,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described


class BreakdownParams(SessionParams):
    """Params of `budget/breakdown`. Without a sessionId, the account of a recording is that of its session, if any."""

    recording: RecordingSource | None = described(
        "A session that a host recorded, whose window, cache and bills are broken down too.", default=None
    )
    reported: Annotated[list[ReportedSource], Constraint(max_length=MAX_REPORTED)] | None = described(
        "With a recording: what the host itself says of its window. Rows of these sources replace counted ones.",
        default=None,
    )
    largest: Annotated[int, Constraint(ge=0, le=MAX_LARGEST)] = described(
        "How many of the items that cost most are listed.", default=10
    )


class BreakdownResult(Record):
    """Result of `budget/breakdown`."""

    session_id: str | None = described("null: none was named, and no session has the recording's id.")
    revision: int | None = described("null: there is no session.")
    account: AccountBreakdown | None = described("What the session's account holds; null: there is no session.")
    recording: RecordingBreakdown | None = described("null: none was named.")


BREAKDOWN = Method(
    name="budget/breakdown",
    doc="What the window holds by source, what of it costs most, why its cache was written again, and money.",
    params=BreakdownParams,
    result=BreakdownResult,
    errors=(*SESSION_ERRORS, "pathNotAllowed", "pathUnreadable", "unknownRecording", "notRecording"),
    example=Example(
        params={"sessionId": "run-1", "largest": 1},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "account": {
                "retained": 869,
                "byLayer": [
                    {"name": "transient", "items": 1, "tokens": 554, "provenance": "exact", "ofRetained": 0.637514},
                    {"name": "metadata", "items": 2, "tokens": 306, "provenance": "exact", "ofRetained": 0.352129},
                    {"name": "permanent", "items": 1, "tokens": 9, "provenance": "exact", "ofRetained": 0.010357},
                ],
                "byAgent": [
                    {"name": "research-1", "items": 2, "tokens": 853, "provenance": "exact", "ofRetained": 0.981588},
                    {"name": None, "items": 2, "tokens": 16, "provenance": "exact", "ofRetained": 0.018412},
                ],
                "byTool": [{"name": None, "items": 4, "tokens": 869, "provenance": "exact", "ofRetained": 1.0}],
                "byFile": [
                    {"name": "report.md", "items": 2, "tokens": 853, "provenance": "exact", "ofRetained": 0.981588},
                    {"name": None, "items": 2, "tokens": 16, "provenance": "exact", "ofRetained": 0.018412},
                ],
                "largest": [
                    {
                        "id": "i482915036000003",
                        "layer": "transient",
                        "kind": "report",
                        "agent": "research-1",
                        "title": "report.md",
                        "path": "report.md",
                        "phase": 1,
                        "tokens": 554,
                        "provenance": "exact",
                    }
                ],
                "cost": {
                    "rows": [
                        {
                            "session": "run-1",
                            "agent": "research-1",
                            "agentType": None,
                            "model": "claude-sonnet-4-5",
                            "requests": 1,
                            "unbilled": 0,
                            "outputAtLeast": 0,
                            "tokens": {
                                "input": 12,
                                "cacheRead": 20000,
                                "cacheWrite": 0,
                                "cacheWrite5m": 900,
                                "cacheWrite1h": 0,
                                "output": 350,
                                "total": 21262,
                            },
                            "cost": {
                                "amount": 0.0147,
                                "currency": "USD",
                                "provenance": "reported",
                                "coveredTokens": 21262,
                                "coveredShare": 1.0,
                            },
                        }
                    ],
                    "total": {
                        "session": None,
                        "agent": None,
                        "agentType": None,
                        "model": None,
                        "requests": 1,
                        "unbilled": 0,
                        "outputAtLeast": 0,
                        "tokens": {
                            "input": 12,
                            "cacheRead": 20000,
                            "cacheWrite": 0,
                            "cacheWrite5m": 900,
                            "cacheWrite1h": 0,
                            "output": 350,
                            "total": 21262,
                        },
                        "cost": {
                            "amount": 0.0147,
                            "currency": "USD",
                            "provenance": "reported",
                            "coveredTokens": 21262,
                            "coveredShare": 1.0,
                        },
                    },
                    "unpriced": [],
                    "warning": None,
                },
            },
            "recording": None,
        },
    ),
)
