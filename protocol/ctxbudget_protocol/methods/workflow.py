"""Methods of `workflow/*`: params, results, rows."""

from __future__ import annotations

from ctxbudget_protocol.common import Alert, Figures, MutatingParams, PruneOutcome, SessionResult
from ctxbudget_protocol.fields import PhaseNumber, Text, Title, Tokens, WaveNumber
from ctxbudget_protocol.method import FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import PhaseStatus


class StartPhaseParams(MutatingParams):
    """Params of `workflow/startPhase`."""

    phase: PhaseNumber
    name: Title | None = None
    reopen: bool = described(
        "Allow going back to a completed phase, or to a lower number than the last one started.", default=False
    )


class WorkflowResult(SessionResult, PruneOutcome):
    """Result of the lifecycle methods: the state reached, and what the policy pruned, kept and marked."""

    phase: int
    name: str | None
    wave: int | None = None
    state: PhaseStatus
    policy: str = described("The policy in force.")
    summary: str | None = described("Id of the item made from the summary.", default=None)
    status: Figures
    alerts: list[Alert]


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
