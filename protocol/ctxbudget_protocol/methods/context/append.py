"""`context/append`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import (
    ItemId,
    Text,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.context.item_info import ItemInfo
from ctxbudget_protocol.records import described


class AppendParams(MutatingParams):
    """Params of `context/append`."""

    item_id: ItemId
    content: Text


class AppendResult(SessionResult):
    """Result of `context/append`."""

    item: ItemInfo
    added: int = described("Tokens by which the item grew.")
    recounted: int = described("Characters that were counted again: the tail and the addition.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


APPEND = Method(
    name="context/append",
    doc="Append to an item; only its tail is counted again.",
    params=AppendParams,
    result=AppendResult,
    errors=(*WRITE_ERRORS, "unknownItem", "noContent", "contentDropped", "contentDamaged", "payloadTooLarge"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "itemId": "i482915036000003",
            "content": "\n## Note\n\nThe grace period was measured, not guessed.\n",
        },
        result={
            "sessionId": "run-1",
            "revision": 9,
            "item": {
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
                "standIn": None,
                "reason": None,
                "addedAt": "2026-01-31T12:00:00.000Z",
                "revision": 9,
                "droppedAt": None,
                "tool": None,
                "againOf": None,
            },
            "added": 12,
            "recounted": 56,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 563,
                "peak": 563,
                "processed": 563,
                "saved": 0,
                "leased": 0,
                "available": 6937,
                "ofWindow": 0.02252,
                "ofBudget": 0.075067,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)
