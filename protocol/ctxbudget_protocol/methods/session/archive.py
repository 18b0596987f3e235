"""`session/archive`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    Figures,
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import described
from ctxbudget_protocol.words import SessionState


class ArchiveParams(MutatingParams):
    """Params of `session/archive`."""

    keep_content: bool = described("Keep the originals as well; they can then still be read.", default=False)


class ArchiveResult(SessionResult):
    """Result of `session/archive`."""

    state: SessionState
    closed_at: str
    dropped_items: int = described("Items whose content was dropped.")
    dropped_bytes: int = described("Their content before compression, bytes.")
    status: Figures


ARCHIVE = Method(
    name="session/archive",
    doc="Keep a session for analysis: it ends if it is open, its figures and its log stay, its content goes.",
    params=ArchiveParams,
    result=ArchiveResult,
    errors=(*SESSION_ERRORS, "conflict", "requestKeyReused"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 22,
            "state": "archived",
            "closedAt": "2026-01-31T12:00:00.000Z",
            "droppedItems": 7,
            "droppedBytes": 7364,
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
