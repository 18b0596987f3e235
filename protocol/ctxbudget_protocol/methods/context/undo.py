"""`context/undo`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, SessionResult
from ctxbudget_protocol.fields import (
    Label,
)
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described


class UndoParams(MutatingParams):
    """Params of `context/undo`."""

    undo: Label


class UndoResult(SessionResult):
    """Result of `context/undo`."""

    restored: list[str] = described("Items restored to their earlier state.")
    withdrawn: list[str] = described("Replacements that the prune had created and that are gone with it.")
    phases: list[int] = described("Phases that are again as they were before the plan was applied.", default=())
    undo: str = described("Undoes this undo.")
    status: Figures
    alerts: list[Alert]


UNDO = Method(
    name="context/undo",
    doc="Revert a prune: restore exactly the items that it changed. Reverts the setup of `workflow/plan` as well.",
    params=UndoParams,
    result=UndoResult,
    errors=(*WRITE_ERRORS, "unknownUndo"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "undo": "u482915036000005"},
        result={
            "sessionId": "run-1",
            "revision": 12,
            "restored": ["i482915036000003"],
            "withdrawn": ["i482915036000004"],
            "phases": [],
            "undo": "u482915036000006",
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
