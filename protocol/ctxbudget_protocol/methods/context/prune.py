"""`context/prune`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Literal

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import (
    MAX_ITEMS,
    ItemId,
    PhaseNumber,
    WaveNumber,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    Layer,
    Policy,
)


class Target(Record, exactly_one=("items", "phase", "wave", "layer", "workflow"), beside={"phase": "wave"}):
    """What to prune: exactly one of items, phase, wave (with or without its phase), layer and workflow."""

    items: Annotated[list[ItemId], Constraint(min_length=1, max_length=MAX_ITEMS)] | None = described(
        "Ids of the items.", default=None
    )
    phase: PhaseNumber | None = described("Absent with a wave: the running phase.", default=None)
    wave: WaveNumber | None = None
    layer: Layer | None = described("All items of this layer.", default=None)
    workflow: Literal[True] | None = None


class PruneParams(MutatingParams):
    """Params of `context/prune`."""

    target: Target
    policy: Policy | Literal["auto"] | None = described(
        "Absent: the session's; individually listed items are removed whatever the policy.", default=None
    )
    dry_run: bool = False


class PruneResult(SessionResult, PruneOutcome):
    """Result of `context/prune`."""

    dry_run: bool
    policy: Policy
    status: Figures
    alerts: list[Alert]


PRUNE = Method(
    name="context/prune",
    doc="Remove items by policy and target, or with dryRun show what would be removed.",
    params=PruneParams,
    result=PruneResult,
    errors=(*WRITE_ERRORS, "unknownItem", "unknownPhase"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "target": {"phase": 1, "wave": 1}},
        result={
            "sessionId": "run-1",
            "revision": 11,
            "plan": [
                {
                    "id": "i482915036000003",
                    "action": "reduced",
                    "reason": "requested",
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 554,
                    "tokensAfter": 299,
                    "standIn": "i482915036000004",
                }
            ],
            "saved": 255,
            "undo": "u482915036000005",
            "dryRun": False,
            "policy": "aggressive",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 308,
                "peak": 563,
                "processed": 563,
                "saved": 255,
                "leased": 0,
                "available": 7192,
                "ofWindow": 0.01232,
                "ofBudget": 0.041067,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)
