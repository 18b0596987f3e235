"""`workflow/plan`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Literal

from ctxbudget_protocol.common import (
    Assumption,
    HistoryBasis,
    MutatingParams,
    PastUse,
    SessionResult,
)
from ctxbudget_protocol.fields import ItemId, PhaseNumber, PositiveTokens, Text, Title
from ctxbudget_protocol.method import CONTENT_ERRORS, FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import Basis, ComplexityBasis, PhaseStatus, Policy, Scope, Strategy


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
