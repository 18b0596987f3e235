"""`session/close`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    Figures,
    MutatingParams,
    PruneOutcome,
    SessionResult,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described
from ctxbudget_protocol.words import SessionState


class CloseParams(MutatingParams):
    """Params of `session/close`."""

    prune: bool = described(
        "Apply the policy's final prune; false: leave every item as it is, for a session that may be resumed.",
        default=True,
    )


class CloseResult(SessionResult, PruneOutcome):
    """Result of `session/close`."""

    state: SessionState
    closed_at: str
    status: Figures


CLOSE = Method(
    name="session/close",
    doc="End a session; unless told otherwise, its policy makes a final prune. `session/open` resumes it.",
    params=CloseParams,
    result=CloseResult,
    errors=WRITE_ERRORS,
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 21,
            "plan": [
                {
                    "id": "i482915036000002",
                    "action": "kept",
                    "reason": "pinned",
                    "layer": "permanent",
                    "kind": "other",
                    "phase": None,
                    "wave": None,
                    "title": "task",
                    "tokensBefore": 9,
                    "tokensAfter": 9,
                    "standIn": None,
                },
                {
                    "id": "i482915036000003",
                    "action": "reduced",
                    "reason": "policy",
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 554,
                    "tokensAfter": 0,
                    "standIn": "i482915036000007",
                },
                {
                    "id": "i482915036000007",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 299,
                    "tokensAfter": 299,
                    "standIn": None,
                },
                {
                    "id": "i482915036000009",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "summary",
                    "phase": 1,
                    "wave": None,
                    "title": "Phase 1 summary",
                    "tokensBefore": 7,
                    "tokensAfter": 7,
                    "standIn": None,
                },
                {
                    "id": "i482915036000012",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "report",
                    "phase": 2,
                    "wave": None,
                    "title": "report.md",
                    "tokensBefore": 98,
                    "tokensAfter": 98,
                    "standIn": None,
                },
            ],
            "saved": 554,
            "undo": "u482915036000013",
            "state": "closed",
            "closedAt": "2026-01-31T12:00:00.000Z",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 413,
                "peak": 967,
                "processed": 1112,
                "saved": 699,
                "leased": 0,
                "available": 7087,
                "ofWindow": 0.01652,
                "ofBudget": 0.055067,
                "level": "ok",
            },
        },
    ),
)
