"""`workflow/completePhase`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
)
from ctxbudget_protocol.fields import PhaseNumber, Text, Title, Tokens
from ctxbudget_protocol.method import FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.records import Record, described


class PhaseSummary(Record, exactly_one=("content", "path", "tokens")):
    """A summary that replaces the phase in the layer `metadata`: exactly one of content, path and tokens."""

    content: Text | None = None
    path: Title | None = None
    tokens: Tokens | None = None
    title: Title | None = None


class CompletePhaseParams(MutatingParams):
    """Params of `workflow/completePhase`."""

    phase: PhaseNumber
    summary: Text | PhaseSummary | None = described("Added as metadata of the phase; none is generated.", default=None)
    force: bool = described(
        "Complete even if waves or leases are open, or if it never started; open waves complete with it.", default=False
    )


COMPLETE_PHASE = Method(
    name="workflow/completePhase",
    doc="Complete a phase; the result says what the policy pruned, kept and marked.",
    params=CompletePhaseParams,
    result=WorkflowResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, "unknownPhase", "phaseOrder"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "phase": 1, "summary": "Rotate refresh tokens on every use."},
        result={
            "sessionId": "run-1",
            "revision": 14,
            "plan": [
                {
                    "id": "i482915036000007",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "report",
                    "phase": 1,
                    "wave": 1,
                    "title": "report.md",
                    "tokensBefore": 299,
                    "tokensAfter": 299,
                    "standIn": None,
                },
                {
                    "id": "i482915036000009",
                    "action": "kept",
                    "reason": "metadata",
                    "layer": "metadata",
                    "kind": "summary",
                    "phase": 1,
                    "wave": None,
                    "title": "Phase 1 summary",
                    "tokensBefore": 7,
                    "tokensAfter": 7,
                    "standIn": None,
                },
            ],
            "saved": 0,
            "undo": None,
            "phase": 1,
            "name": "research",
            "wave": None,
            "state": "completed",
            "policy": "aggressive",
            "summary": "i482915036000009",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 315,
                "peak": 563,
                "processed": 570,
                "saved": 255,
                "leased": 0,
                "available": 7185,
                "ofWindow": 0.0126,
                "ofBudget": 0.042,
                "level": "ok",
            },
            "alerts": [],
        },
    ),
)
