"""`workflow/completeWave`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
)
from ctxbudget_protocol.fields import PhaseNumber, WaveNumber
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.records import described


class CompleteWaveParams(MutatingParams):
    """Params of `workflow/completeWave`."""

    phase: PhaseNumber | None = described("Absent: the running phase.", default=None)
    wave: WaveNumber


COMPLETE_WAVE = Method(
    name="workflow/completeWave",
    doc="Complete a wave; the result says what the policy pruned, kept and marked.",
    params=CompleteWaveParams,
    result=WorkflowResult,
    errors=(*WRITE_ERRORS, "unknownPhase", "phaseOrder"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "phase": 1, "wave": 1},
        result={
            "sessionId": "run-1",
            "revision": 13,
            "plan": [
                {
                    "id": "i482915036000003",
                    "action": "reduced",
                    "reason": "policy",
                    "layer": "transient",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 554,
                    "tokensAfter": 299,
                    "standIn": "i482915036000007",
                }
            ],
            "saved": 255,
            "undo": "u482915036000008",
            "phase": 1,
            "name": "research",
            "wave": 1,
            "state": "completed",
            "policy": "aggressive",
            "summary": None,
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
