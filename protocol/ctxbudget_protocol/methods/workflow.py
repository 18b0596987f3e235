"""Methods of `workflow/*`: params, results, rows."""

from __future__ import annotations

from typing import Literal

from ctxbudget_protocol.common import (
    Alert,
    Assumption,
    Figures,
    HistoryBasis,
    MutatingParams,
    PastUse,
    PruneOutcome,
    SessionResult,
)
from ctxbudget_protocol.fields import ItemId, PhaseNumber, PositiveTokens, Text, Title, Tokens, WaveNumber
from ctxbudget_protocol.method import CONTENT_ERRORS, FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import Basis, ComplexityBasis, PhaseStatus, Policy, Scope, Strategy


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


class PlanParams(MutatingParams, exactly_one=("content", "path", "item_id", "description")):
    """Params of `workflow/plan`: exactly one of content, path, itemId and description."""

    content: Text | None = described("The plan itself.", default=None)
    path: Title | None = described("A file with the plan, in the allowed roots.", default=None)
    item_id: ItemId | None = described("A plan on the account.", default=None)
    description: Text | None = described(
        "The task in words, before there is a plan: its phases are those of its scope.", default=None
    )
    scope: Scope | None = described(
        "Absent: as the plan states it, else the session's, else read from it.", default=None
    )
    strategy: Strategy | None = described(
        "Absent: the session's setting, else `dynamic` for a plan with phases and `fixed` for the phases of a scope.",
        default=None,
    )
    total: PositiveTokens | None = described("Absent: the budget, or what is left of it.", default=None)
    basis: Basis = "total"
    first_phase: PhaseNumber | None = described(
        "Number the plan's phases from here on. Absent: as the plan numbers them.", default=None
    )
    apply: bool = described(
        "Set up phases, allocations, scope and policy, in place of any earlier allocation; `context/undo` reverts it.",
        default=False,
    )


class PlannedPhase(Record):
    """A phase of the plan, with its share of the budget."""

    phase: int
    name: str | None
    number: int | None = described("The number that the plan gives it, if that differs.")
    state: PhaseStatus | None = described("Its state in the session; null: the session has no such phase yet.")
    status: str | None = described("What the plan says about its progress, in its words.")
    tasks_done: int
    tasks_open: int
    depends_on: list[int] = described("Phases that must be complete before it starts.")
    wave: int = described("Which of `waves` it belongs to, from 1.")
    estimate: str | None = described("The estimated time, in the plan's words.")
    agents: int | None = described("As the plan states; for a scope's research phase, the template's. null: unknown.")
    complexity: float = described("A weight without a unit.")
    complexity_basis: ComplexityBasis
    complexity_from: str = described("How the figure was computed, such as `1 + 0.3 x 6 tasks + 0.1 x 4 hours`.")
    allocated: int | None
    of_budget: float | None = described("allocated / budget; null without an allocation.")
    past: PastUse | None = described("Strategy history: what it was learned from.", default=None)


class PlanResult(SessionResult):
    """Result of `workflow/plan`: the phases, waves and allocations of a plan. Allocations and buffer sum to `total`."""

    title: str | None = described("The plan's title.")
    scope: Scope
    scope_basis: Literal["given", "stated", "session", "read", "default"] = described(
        "`given` in the request, `stated` in the plan, set for the `session`, `read` from its words, or `default`."
    )
    phase_count: int
    phases: list[PlannedPhase]
    waves: list[list[int]] = described("Phases that may run in parallel, wave by wave.")
    waves_basis: Literal["stated", "dependencies", "order"] = described(
        "A list of waves in the plan, its dependencies, or, if it has neither, the order of its phases."
    )
    complexity: float = described("Sum over the phases.")
    strategy: Strategy
    strategy_basis: Literal["given", "session", "default"] = described(
        "`given` in the request, the `session`'s setting, or `default`."
    )
    policy: Policy = described("The pruning policy: the one that is set, else chosen by scope and number of phases.")
    policy_basis: Literal["session", "phases"] = described("Set for the `session`, or by scope and number of `phases`.")
    budget: int
    basis: Basis
    total: int = described("What was divided, tokens.")
    allocated: int = described("Sum of the allocations, tokens.")
    buffer: int = described("Kept for phases without an allocation and for overruns, tokens.")
    draws_on_buffer: list[int] = described("Phases without an allocation.")
    assumptions: list[Assumption] = described(
        "What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead."
    )
    history: HistoryBasis | None = described("Strategy history: the past runs that it was learned from.", default=None)
    applied: bool = described("Whether the plan was set up; otherwise it is only shown.")
    undo: str | None = described("For `context/undo`; null if nothing was applied.")


PLAN = Method(
    name="workflow/plan",
    doc="Turn a plan into phases with waves, complexities and allocations; set them up if asked to.",
    params=PlanParams,
    result=PlanResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, *CONTENT_ERRORS, "budgetExceeded"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "content": "# Plan: rate limits\n\n## Phase 1: Store\n- [ ] table\n- [ ] migration\n\n"
            "## Phase 2: Limits\n**Estimate**: 4 hours\n**Depends on**: Phase 1\n- [ ] bucket\n- [ ] headers\n"
            "- [ ] load test\n",
            "firstPhase": 10,
        },
        result={
            "sessionId": "run-1",
            "revision": 3,
            "title": "Plan: rate limits",
            "scope": "research-only",
            "scopeBasis": "session",
            "phaseCount": 2,
            "phases": [
                {
                    "phase": 10,
                    "name": "Store",
                    "number": 1,
                    "state": None,
                    "status": None,
                    "tasksDone": 0,
                    "tasksOpen": 2,
                    "dependsOn": [],
                    "wave": 1,
                    "estimate": None,
                    "agents": None,
                    "complexity": 1.6,
                    "complexityBasis": "computed",
                    "complexityFrom": "1 + 0.3 x 2 tasks",
                    "allocated": 3077,
                    "ofBudget": 0.410267,
                    "past": None,
                },
                {
                    "phase": 11,
                    "name": "Limits",
                    "number": 2,
                    "state": None,
                    "status": None,
                    "tasksDone": 0,
                    "tasksOpen": 3,
                    "dependsOn": [10],
                    "wave": 2,
                    "estimate": "4 hours",
                    "agents": None,
                    "complexity": 2.3,
                    "complexityBasis": "computed",
                    "complexityFrom": "1 + 0.3 x 3 tasks + 0.1 x 4 hours",
                    "allocated": 4423,
                    "ofBudget": 0.589733,
                    "past": None,
                },
            ],
            "waves": [[10], [11]],
            "wavesBasis": "dependencies",
            "complexity": 3.9,
            "strategy": "dynamic",
            "strategyBasis": "default",
            "policy": "aggressive",
            "policyBasis": "session",
            "budget": 7500,
            "basis": "total",
            "total": 7500,
            "allocated": 7500,
            "buffer": 0,
            "drawsOnBuffer": [],
            "assumptions": [
                {
                    "code": "replacesAllocation",
                    "phases": [1, 2],
                    "message": "a new allocation replaces that of the session's other phases, which "
                    "then draw on the buffer",
                }
            ],
            "history": None,
            "applied": False,
            "undo": None,
        },
    ),
)
