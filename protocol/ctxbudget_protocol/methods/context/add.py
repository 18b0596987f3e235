"""`context/add`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Literal

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    ItemId,
    Label,
    PhaseNumber,
    Text,
    Title,
    Tokens,
    WaveNumber,
)
from ctxbudget_protocol.method import FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    Kind,
    Layer,
    Provenance,
    State,
)


class NewItem(Record, exactly_one=("content", "path", "tokens")):
    """A new item: exactly one of content, path and tokens."""

    layer: Layer | None = described("Absent with `reduces`: metadata; otherwise required.", default=None)
    kind: Kind | None = described(
        "Absent: other; with `reduces`, the kind of the sources if they share one.", default=None
    )
    phase: PhaseNumber | None = described(
        "Absent: the running phase; for permanent items without a wave none.", default=None
    )
    wave: WaveNumber | None = None
    agent: Label | None = None
    tool: Label | None = None
    file: Title | None = described(
        "The file that `content` or `tokens` is from; only named, not read. The item has it as its `path`.",
        default=None,
    )
    title: Title | None = None
    again_of: ItemId | None = described(
        "An item that had left, and comes back with this one. Absent: recognised by content, or file and tool.",
        default=None,
    )
    pinned: bool = described("Kept byte for byte through every prune.", default=False)
    reduces: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = described(
        "Items that this one replaces from now on.", default=None
    )
    complete: bool | None = described(
        "With `reduces`: whether the metadata is of a finished document, as `metadata/extract` reported.", default=None
    )
    content: Text | None = None
    path: Title | None = described("Absolute, a file: URI, or relative to the workspace; read now.", default=None)
    tokens: Tokens | None = None
    provenance: Literal["reported", "estimated"] = described(
        "With `tokens`: whether someone reported the figure, or the caller estimates it.", default="reported"
    )


class AddParams(MutatingParams):
    """Params of `context/add`."""

    items: Annotated[list[NewItem], Constraint(min_length=1, max_length=MAX_ITEMS)] = described("The items to add.")
    allow_estimate: bool = described(
        "Use an estimate while the vocabulary is not loaded; `session/recalibrate` counts exactly later.", default=False
    )


class AddedItem(Record):
    """An item as it was added."""

    id: str
    tokens: int
    provenance: Provenance
    layer: Layer
    kind: Kind
    state: State
    phase: int | None
    wave: int | None
    reduces: list[str]


class AddResult(SessionResult):
    """Result of `context/add`."""

    items: list[AddedItem] = described("The items as they were added, in the order of the request.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = described("What `autoPrune` removed because of this call.", default=None)


ADD = Method(
    name="context/add",
    doc="Add items to the account; never refused because of the budget.",
    params=AddParams,
    result=AddResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, "unknownItem", "protectedItem"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "items": [
                {"layer": "permanent", "title": "task", "content": "Keep people signed in for 30 days."},
                {
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "agent": "research-1",
                    "path": "report.md",
                },
            ],
        },
        result={
            "sessionId": "run-1",
            "revision": 7,
            "items": [
                {
                    "id": "i482915036000002",
                    "tokens": 9,
                    "provenance": "exact",
                    "layer": "permanent",
                    "kind": "other",
                    "state": "retained",
                    "phase": None,
                    "wave": None,
                    "reduces": [],
                },
                {
                    "id": "i482915036000003",
                    "tokens": 542,
                    "provenance": "exact",
                    "layer": "transient",
                    "kind": "report",
                    "state": "retained",
                    "phase": 1,
                    "wave": 1,
                    "reduces": [],
                },
            ],
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 551,
                "peak": 551,
                "processed": 551,
                "saved": 0,
                "leased": 900,
                "available": 6049,
                "ofWindow": 0.02204,
                "ofBudget": 0.073467,
                "level": "ok",
            },
            "alerts": [],
            "emergency": None,
        },
    ),
)
