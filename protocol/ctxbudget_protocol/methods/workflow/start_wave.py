"""`workflow/startWave`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
)
from ctxbudget_protocol.fields import PhaseNumber, WaveNumber
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.records import described


class StartWaveParams(MutatingParams):
    """Params of `workflow/startWave`."""

    phase: PhaseNumber | None = described("Absent: the running phase.", default=None)
    wave: WaveNumber
    reopen: bool = False


START_WAVE = Method(
    name="workflow/startWave",
    doc="Start a wave of the running phase.",
    params=StartWaveParams,
    result=WorkflowResult,
    errors=(*WRITE_ERRORS, "unknownPhase", "phaseOrder"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "phase": 1, "wave": 1},
        result={
            "sessionId": "run-1",
            "revision": 6,
            "plan": [],
            "saved": 0,
            "undo": None,
            "phase": 1,
            "name": "research",
            "wave": 1,
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
                "leased": 900,
                "available": 6600,
                "ofWindow": 0.0,
                "ofBudget": 0.0,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)
