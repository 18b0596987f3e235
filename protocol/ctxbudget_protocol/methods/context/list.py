"""`context/list`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import SessionParams, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    ItemId,
    Label,
    PhaseNumber,
    WaveNumber,
)
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.methods.context.item_info import ItemInfo
from ctxbudget_protocol.records import Constraint, described
from ctxbudget_protocol.words import (
    Kind,
    Layer,
    State,
)


class ListParams(SessionParams):
    """Params of `context/list`: items must match all filters given."""

    state: State | None = described("Only items in this state.", default=None)
    layer: Layer | None = None
    kind: Kind | None = None
    phase: PhaseNumber | None = described("Absent: all; with a wave, the running phase.", default=None)
    wave: WaveNumber | None = None
    agent: Label | None = None
    pinned: bool | None = None
    after: ItemId | None = described("Continue after this item.", default=None)
    limit: Annotated[int, Constraint(ge=1, le=MAX_ITEMS)] = described("Maximum number of items returned.", default=1000)


class ListResult(SessionResult):
    """Result of `context/list`."""

    items: list[ItemInfo]
    total: int = described("Number of items that match, on all pages.")
    tokens: int = described("Retained tokens of the items that match, on all pages.")
    next: str | None = described("Pass it as `after` for the next page; null: this is the last page.")


LIST = Method(
    name="context/list",
    doc="List the session's items, with filters.",
    params=ListParams,
    result=ListResult,
    errors=(*SESSION_ERRORS, "unknownItem"),
    example=Example(
        params={"sessionId": "run-1", "layer": "transient"},
        result={
            "sessionId": "run-1",
            "revision": 10,
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
                    "standIn": None,
                    "reason": None,
                    "addedAt": "2026-01-31T12:00:00.000Z",
                    "revision": 9,
                    "droppedAt": None,
                    "tool": None,
                    "againOf": None,
                }
            ],
            "total": 1,
            "tokens": 554,
            "next": None,
        },
    ),
)
