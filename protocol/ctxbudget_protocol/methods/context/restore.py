"""`context/restore`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    ItemId,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.context.item_info import ItemInfo
from ctxbudget_protocol.records import Constraint, described


class RestoreParams(MutatingParams):
    """Params of `context/restore`."""

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] = described(
        "Ids of the items to restore."
    )


class RestoreResult(SessionResult):
    """Result of `context/restore`."""

    items: list[ItemInfo] = described("The restored items.")
    restored: int = described("Tokens restored.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


RESTORE = Method(
    name="context/restore",
    doc="Restore removed items to the account.",
    params=RestoreParams,
    result=RestoreResult,
    errors=(*WRITE_ERRORS, "unknownItem", "contentDropped"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "items": ["i482915036000003"]},
        result={
            "sessionId": "run-1",
            "revision": 15,
            "items": [
                {
                    "id": "i482915036000003",
                    "layer": "transient",
                    "kind": "report",
                    "state": "retained",
                    "phase": 1,
                    "wave": 1,
                    "agent": "research-1",
                    "title": "report.md",
                    "path": "/home/ada/project/report.md",
                    "pinned": False,
                    "marker": False,
                    "tokens": 554,
                    "provenance": "exact",
                    "rawTokens": 554,
                    "encoding": "o200k_base",
                    "factor": 1.0,
                    "bytes": 2252,
                    "hash": "c31d42b9b8c5204d7311ade4b3531a920d56dc2a494f53ee6fee009041839b4e",
                    "complete": None,
                    "reduces": [],
                    "standIn": "i482915036000007",
                    "reason": None,
                    "addedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 15,
                    "droppedAt": None,
                    "tool": None,
                    "againOf": None,
                }
            ],
            "restored": 554,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 869,
                "peak": 869,
                "processed": 570,
                "saved": -299,
                "leased": 0,
                "available": 6631,
                "ofWindow": 0.03476,
                "ofBudget": 0.115867,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)
