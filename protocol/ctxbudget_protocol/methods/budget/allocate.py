"""`budget/allocate`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.common import (
    Assumption,
    HistoryBasis,
    MutatingParams,
    PastUse,
    SessionResult,
)
from ctxbudget_protocol.fields import ItemId, PhaseNumber, PositiveTokens, Text, Title
from ctxbudget_protocol.method import CONTENT_ERRORS, FILE_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import (
    Basis,
    ComplexityBasis,
    PastMeasure,
    Scope,
    Strategy,
)

Quantile = Annotated[float, Constraint(gt=0, le=1, finite=True), Meaning("A share, above 0 to 1.")]


class PhaseSpec(Record, exactly_one=("phase", "number")):
    """A phase that takes part in the allocation."""

    phase: PhaseNumber | None = None
    number: PhaseNumber | None = described("An older name of `phase`.", default=None)
    name: Title | None = None
    complexity: Annotated[float, Constraint(finite=True)] | None = described(
        "Above 0; a weight without a unit.", default=None
    )
    agents: Annotated[int, Constraint(ge=1, le=10000)] | None = described(
        "Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed).", default=None
    )


class PlanSource(Record, exactly_one=("content", "path", "item_id")):
    """A plan whose phases take part in the allocation: exactly one of content, path and itemId."""

    content: Text | None = None
    path: Title | None = None
    item_id: ItemId | None = None


class AllocateParams(MutatingParams):
    """Params of `budget/allocate`."""

    strategy: Strategy
    scope: Scope | None = described("Absent: the session's, else full-implementation.", default=None)
    phases: list[PhaseSpec] | None = None
    plan: PlanSource | None = described(
        "In place of `phases`: the phases of a plan, with their complexity as `workflow/plan` computes it.",
        default=None,
    )
    total: PositiveTokens | None = described("Absent: the budget, or what is left of it.", default=None)
    basis: Basis = "total"
    quantile: Quantile | None = described(
        "Strategy history: the share of past runs that a phase's figure covers. Absent: 0.8.", default=None
    )
    measure: PastMeasure | None = described(
        "Strategy history: by what a phase `used`, or by its `peak`. Absent: `used`, unless past runs kept nothing.",
        default=None,
    )


class Allocation(Record):
    """Tokens given to a phase."""

    phase: int
    name: str | None = None
    tokens: int
    of_budget: float = described("tokens / budget.")
    complexity: float | None = described("The phase's complexity, as given or as the plan has it.", default=None)
    complexity_basis: ComplexityBasis | None = described("null: the phase has no complexity.", default=None)
    past: PastUse | None = described("Strategy history: what it was learned from.", default=None)


class AllocateResult(SessionResult):
    """Result of `budget/allocate`: allocations and buffer sum to `total`."""

    strategy: Strategy
    scope: Scope | None
    basis: Basis
    allocations: list[Allocation]
    allocated: int = described("Sum of the allocations, tokens.")
    buffer: int = described("Kept for phases without an allocation and for overruns, tokens.")
    total: int = described("What was divided, tokens.")
    finished: list[int] = described(
        "Phases that were listed or are in the scope, but are complete: they keep the allocation that they had."
    )
    draws_on_buffer: list[int] = described("Phases that were listed but have no allocation.")
    assumptions: list[Assumption] = described(
        "What the plan does not say, or says unclearly, or past runs do not tell, and what was assumed instead.",
        default=(),
    )
    history: HistoryBasis | None = described("Strategy history: the past runs that it was learned from.", default=None)


ALLOCATE = Method(
    name="budget/allocate",
    doc="Divide the budget among phases.",
    params=AllocateParams,
    result=AllocateResult,
    errors=(*WRITE_ERRORS, *FILE_ERRORS, *CONTENT_ERRORS, "budgetExceeded"),
    mutates=True,
    example=Example(
        params={
            "sessionId": "run-1",
            "strategy": "dynamic",
            "phases": [
                {"phase": 1, "name": "research", "complexity": 3},
                {"phase": 2, "name": "planning", "complexity": 2},
            ],
        },
        result={
            "sessionId": "run-1",
            "revision": 3,
            "strategy": "dynamic",
            "scope": None,
            "basis": "total",
            "allocations": [
                {
                    "phase": 1,
                    "name": "research",
                    "tokens": 4500,
                    "ofBudget": 0.6,
                    "complexity": 3.0,
                    "complexityBasis": "given",
                    "past": None,
                },
                {
                    "phase": 2,
                    "name": "planning",
                    "tokens": 3000,
                    "ofBudget": 0.4,
                    "complexity": 2.0,
                    "complexityBasis": "given",
                    "past": None,
                },
            ],
            "allocated": 7500,
            "buffer": 0,
            "total": 7500,
            "finished": [],
            "drawsOnBuffer": [],
            "assumptions": [],
            "history": None,
        },
    ),
)
