"""`context/update`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, SessionResult
from ctxbudget_protocol.fields import (
    ItemId,
    Label,
    PhaseNumber,
    Title,
    WaveNumber,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.context.item_info import ItemInfo
from ctxbudget_protocol.records import described
from ctxbudget_protocol.words import (
    Kind,
    Layer,
)


class UpdateParams(MutatingParams):
    """Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title."""

    item_id: ItemId
    pinned: bool | None = None
    title: Title | None = None
    kind: Kind | None = None
    layer: Layer | None = None
    phase: PhaseNumber | None = described(
        "Absent with a wave, for an item without a phase: the running phase.", default=None
    )
    wave: WaveNumber | None = None
    agent: Label | None = None


class UpdateResult(SessionResult):
    """Result of `context/update`."""

    item: ItemInfo
    status: Figures
    alerts: list[Alert]


UPDATE = Method(
    name="context/update",
    doc="Pin, unpin or retitle an item, or move it to another layer or phase.",
    params=UpdateParams,
    result=UpdateResult,
    errors=(*WRITE_ERRORS, "unknownItem"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "itemId": "i482915036000002", "pinned": True},
        result={
            "sessionId": "run-1",
            "revision": 10,
            "item": {
                "id": "i482915036000002",
                "layer": "permanent",
                "kind": "other",
                "state": "retained",
                "phase": None,
                "wave": None,
                "agent": None,
                "title": "task",
                "path": None,
                "pinned": True,
                "marker": False,
                "tokens": 9,
                "provenance": "exact",
                "rawTokens": 9,
                "encoding": "o200k_base",
                "factor": 1.0,
                "bytes": 34,
                "hash": "75fbf6ae0015887580fc5a99151de4e871d07dde0e4efc7392bc6016a411b6e5",
                "complete": None,
                "reduces": [],
                "standIn": None,
                "reason": None,
                "addedAt": "2026-01-31T12:00:00.000Z",
                "revision": 10,
                "droppedAt": None,
                "tool": None,
                "againOf": None,
            },
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
        },
    ),
)
