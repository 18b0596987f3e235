"""`workflow/startPhase`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
)
from ctxbudget_protocol.fields import PhaseNumber, Title
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.records import described


class StartPhaseParams(MutatingParams):
    """Params of `workflow/startPhase`."""

    phase: PhaseNumber
    name: Title | None = None
    reopen: bool = described(
        "Allow going back to a completed phase, or to a lower number than the last one started.", default=False
    )


START_PHASE = Method(
    name="workflow/startPhase",
    doc="Start a phase, or go back to one.",
    params=StartPhaseParams,
    result=WorkflowResult,
    errors=(*WRITE_ERRORS, "phaseOrder"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "phase": 1, "name": "research"},
        result={
            "sessionId": "run-1",
            "revision": 2,
            "plan": [],
            "saved": 0,
            "undo": None,
            "phase": 1,
            "name": "research",
            "wave": None,
            "state": "running",
            "policy": "aggressive",
            "summary": None,
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 0,
                "peak": 0,
                "processed": 0,
                "saved": 0,
                "leased": 0,
                "available": 7500,
                "ofWindow": 0.0,
                "ofBudget": 0.0,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)
