"""Methods of `budget/*`: params, results, rows."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.breakdown import (
    MAX_LARGEST,
    MAX_REPORTED,
    AccountBreakdown,
    RecordingBreakdown,
    RecordingSource,
    ReportedSource,
    Spent,
)
from ctxbudget_protocol.common import (
    Alert,
    Assumption,
    Figures,
    Forecast,
    HistoryBasis,
    MutatingParams,
    Noticed,
    PastUse,
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.fields import ItemId, Label, PhaseNumber, PositiveTokens, Text, Title, Tokens
from ctxbudget_protocol.limits import MAX_TOKENS
from ctxbudget_protocol.method import CONTENT_ERRORS, FILE_ERRORS, SESSION_ERRORS, WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import (
    Basis,
    ComplexityBasis,
    FindingCode,
    Layer,
    Level,
    PastMeasure,
    PhaseStatus,
    Policy,
    Provenance,
    Scope,
    SessionState,
    Strategy,
    SymptomCode,
)

Quantile = Annotated[float, Constraint(gt=0, le=1, finite=True), Meaning("A share, above 0 to 1.")]
MAX_REQUESTS = 1_000
"""Requests whose sizes `budget/status` takes."""

TtlMs = Annotated[int, Constraint(ge=1, le=30 * 24 * 3600 * 1000), Meaning("Milliseconds.")]


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


class StatusParams(SessionParams):
    """Params of `budget/status`."""

    requests: Annotated[list[Tokens], Constraint(max_length=MAX_REQUESTS)] | None = described(
        "The input of the model's latest requests, as the provider billed it, oldest first: for `forecast.requests`.",
        default=None,
    )


class LayerStatus(Record):
    """A layer against its ceiling."""

    layer: Layer = described("The layer.")
    retained: int = described("Tokens.")
    pinned: int = described("Of these, tokens of pinned items, which no prune touches.")
    peak: int = described("Tokens.")
    ceiling: int | None = described("Tokens; null for transient, which is limited by its phase instead.")
    of_window: float = described("retained / window.")
    breached: bool


class WaveStatus(Record):
    """A wave of a phase."""

    wave: int
    state: PhaseStatus
    retained: int = described("Tokens.")


class PhaseState(Record):
    """A phase on the account. All figures are tokens. At its completion `allocated`, `used`, `peak` and `overrun`
    become final: they stay whatever is allocated, pruned or restored later, until the phase starts again or its
    completion is undone."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None = described("null: the phase draws on the buffer.")
    retained: int = described("What the phase holds now.")
    pinned: int = described("Of `retained`, tokens of pinned items.")
    used: int = described("What it held at its completion; before that, `retained`.")
    overrun: int = described("used - allocated if positive, else 0.")
    peak: int
    processed: int
    saved: int
    leased: int
    of_allocation: float | None = described("retained / allocated.")
    waves: list[WaveStatus]


class Lease(Record):
    """Tokens reserved for work in flight."""

    lease_id: str
    holder: str
    tokens: int
    phase: int | None
    reserved_at: str
    expires_at: str


class AdviceAction(Record):
    """A suggested action: a request that the caller may send as it is."""

    method: str = described("The method to call.")
    params: dict[str, Any]
    saves: int | None = described(
        "Tokens that it frees at least, if the actions before it were sent first; no two actions count the same "
        "tokens. null: unknown."
    )
    exact: bool = described(
        "Whether it frees exactly `saves`, because nothing that it removes leaves metadata.", default=False
    )
    why: str


class Advice(Record):
    """What to do about the budget."""

    text: str = described("The state of the budget and what to do next, for people and models.")
    next: str = described("Only what to do next, in one line.")
    actions: list[AdviceAction]


class Diagnosis(Record):
    """Something that is wrong; never a reason to refuse a request."""

    code: Literal[
        "layerCeiling",
        "transientLeft",
        "overAllocation",
        "overBudget",
        "drawsOnBuffer",
        "overCommitted",
        "overBuffer",
    ] = described(
        "`overCommitted`: retained and reserved tokens together exceed the budget. `overBuffer`: phases draw more on "
        "the buffer than it has."
    )
    layer: Layer | None = described("The layer that it is about, if any.", default=None)
    phase: int | None = None
    tokens: int = described("The figure at fault, tokens.")
    limit: int = described("What it should not exceed, tokens.")
    message: str


class ProvenanceShare(Record):
    """Retained tokens by the provenance of their figures."""

    provenance: Provenance
    tokens: int


class StatusResult(SessionResult, Figures, Noticed):
    """Result of `budget/status`."""

    state: SessionState
    policy: Policy = described("The policy in force.")
    phase: int | None = described("The running phase.")
    warn_at: int = described("Tokens.")
    critical_at: int = described("Tokens.")
    layers: list[LayerStatus]
    phases: list[PhaseState]
    leases: list[Lease] = described("Leases in flight.")
    buffer: int | None = described("Tokens of the last allocation that no phase was given; null: nothing is allocated.")
    pinned: int = described("Retained tokens of pinned items.")
    protected: int = described("Retained tokens of pinned and permanent items, which no prune touches.")
    forecast: Forecast
    provenance: list[ProvenanceShare]
    diagnoses: list[Diagnosis]
    advice: Advice


STATUS = Method(
    name="budget/status",
    doc="Window, budget, the four figures, layers, phases, leases, level and advice.",
    params=StatusParams,
    result=StatusResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 10,
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
            "notices": [],
            "state": "open",
            "policy": "aggressive",
            "phase": 1,
            "warnAt": 5625,
            "criticalAt": 7125,
            "layers": [
                {
                    "layer": "permanent",
                    "retained": 9,
                    "pinned": 9,
                    "peak": 9,
                    "ceiling": 1000,
                    "ofWindow": 0.00036,
                    "breached": False,
                },
                {
                    "layer": "phase",
                    "retained": 0,
                    "pinned": 0,
                    "peak": 0,
                    "ceiling": 3000,
                    "ofWindow": 0.0,
                    "breached": False,
                },
                {
                    "layer": "metadata",
                    "retained": 0,
                    "pinned": 0,
                    "peak": 0,
                    "ceiling": 1500,
                    "ofWindow": 0.0,
                    "breached": False,
                },
                {
                    "layer": "transient",
                    "retained": 554,
                    "pinned": 0,
                    "peak": 554,
                    "ceiling": None,
                    "ofWindow": 0.02216,
                    "breached": False,
                },
            ],
            "phases": [
                {
                    "phase": 1,
                    "name": "research",
                    "state": "running",
                    "allocated": 4500,
                    "retained": 554,
                    "pinned": 0,
                    "used": 554,
                    "overrun": 0,
                    "peak": 554,
                    "processed": 554,
                    "saved": 0,
                    "leased": 0,
                    "ofAllocation": 0.123111,
                    "waves": [{"wave": 1, "state": "running", "retained": 554}],
                },
                {
                    "phase": 2,
                    "name": "planning",
                    "state": "planned",
                    "allocated": 3000,
                    "retained": 0,
                    "pinned": 0,
                    "used": 0,
                    "overrun": 0,
                    "peak": 0,
                    "processed": 0,
                    "saved": 0,
                    "leased": 0,
                    "ofAllocation": 0.0,
                    "waves": [],
                },
            ],
            "leases": [],
            "buffer": 0,
            "pinned": 9,
            "protected": 9,
            "forecast": {
                "warn": {"at": 5625, "tokens": 5062, "calls": None, "low": None, "high": None, "reason": "tooFewCalls"},
                "critical": {
                    "at": 7125,
                    "tokens": 6562,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "budget": {
                    "at": 7500,
                    "tokens": 6937,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "window": {
                    "at": 25000,
                    "tokens": 24437,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "requests": None,
                "growth": None,
                "basedOn": 1,
                "basis": "session",
                "byPhase": [{"phase": 1, "calls": 1, "growth": 12}],
                "byAgent": [],
            },
            "provenance": [{"provenance": "exact", "tokens": 563}],
            "diagnoses": [],
            "advice": {
                "text": "563 of 7,500 budget tokens are in use, 6,937 left. Nothing needs to be done.",
                "next": "Nothing needs to be done.",
                "actions": [],
            },
        },
    ),
)


class ReserveParams(MutatingParams):
    """Params of `budget/reserve`."""

    tokens: PositiveTokens
    holder: Label = described("Who will use them: an agent's name or id.")
    phase: PhaseNumber | None = described("Absent: the running phase.", default=None)
    ttl_ms: TtlMs = 1800000
    force: bool = described("The work has already begun: take the lease even if it does not fit.", default=False)


class ReserveResult(SessionResult):
    """Result of `budget/reserve`."""

    lease_id: str
    expires_at: str
    available: int = described("Tokens left after this lease.")
    spent: Spent | None = described(
        "What the session has spent, if it has a `maxCost`, also with `force`; null: no limit.", default=None
    )


RESERVE = Method(
    name="budget/reserve",
    doc="Lease tokens for work in flight.",
    params=ReserveParams,
    result=ReserveResult,
    errors=(*WRITE_ERRORS, "unknownPhase", "budgetExceeded", "costExceeded"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "tokens": 900, "holder": "research-1"},
        result={
            "sessionId": "run-1",
            "revision": 4,
            "leaseId": "l482915036000001",
            "expiresAt": "2026-01-31T12:00:00.000Z",
            "available": 6600,
            "spent": None,
        },
    ),
)


class SettleParams(MutatingParams):
    """Params of `budget/settle`."""

    lease_id: Label
    used: Tokens = described("What the work brought into the context, tokens.")


class SettleResult(SessionResult):
    """Result of `budget/settle`. Only `context/add` changes the account, not this."""

    lease_id: str
    reserved: int = described("Tokens.")
    used: int = described("Tokens.")
    refunded: int = described("Reserved but not used, tokens.")
    overrun: int = described("Used beyond what was reserved, tokens.")
    expired: bool = described("Whether the lease had expired before it was settled.")
    available: int = described("Tokens.")


SETTLE = Method(
    name="budget/settle",
    doc="End a lease with the tokens it used; the rest is refunded.",
    params=SettleParams,
    result=SettleResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000001", "used": 250},
        result={
            "sessionId": "run-1",
            "revision": 8,
            "leaseId": "l482915036000001",
            "reserved": 900,
            "used": 250,
            "refunded": 650,
            "overrun": 0,
            "expired": False,
            "available": 6949,
        },
    ),
)


class ReleaseParams(MutatingParams):
    """Params of `budget/release`."""

    lease_id: Label


class ReleaseResult(SessionResult):
    """Result of `budget/release`."""

    lease_id: str
    refunded: int = described("Tokens.")
    available: int = described("Tokens.")


RELEASE = Method(
    name="budget/release",
    doc="End a lease whose tokens were not used.",
    params=ReleaseParams,
    result=ReleaseResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000010"},
        result={
            "sessionId": "run-1",
            "revision": 19,
            "leaseId": "l482915036000010",
            "refunded": 300,
            "available": 6631,
        },
    ),
)


class RenewParams(MutatingParams):
    """Params of `budget/renew`."""

    lease_id: Label
    ttl_ms: TtlMs = 1800000


class RenewResult(SessionResult):
    """Result of `budget/renew`."""

    lease_id: str
    expires_at: str
    available: int = described("Tokens.")


RENEW = Method(
    name="budget/renew",
    doc="Extend a lease.",
    params=RenewParams,
    result=RenewResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed", "budgetExceeded"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000001", "ttlMs": 600000},
        result={
            "sessionId": "run-1",
            "revision": 5,
            "leaseId": "l482915036000001",
            "expiresAt": "2026-01-31T12:00:00.000Z",
            "available": 6600,
        },
    ),
)


class ReportParams(SessionParams):
    """Params of `budget/report`."""

    format: Literal["json", "markdown"] = described("The format of the report.", default="json")


class PhaseEnd(Record):
    """The whole account when a phase had completed."""

    revision: int
    retained: int = described("Tokens.")
    of_budget: float = described("retained / the session's budget of today.")
    allocated: int | None = described(
        "Allocations of the phases that had completed by then, this one included, tokens; null if one of them has none."
    )
    under: int | None = described("allocated - retained, tokens; negative if exceeded.")


class PhaseReport(Record):
    """Actual against budget of one phase. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None
    retained: int = described("Tokens of the phase in the context: its actual figure.")
    used: int = described("What it held at its completion, which no longer changes; before that, `retained`.")
    overrun: int = described("used - allocated if positive, else 0.")
    peak: int
    processed: int
    saved: int
    over: int = described("retained - allocated if positive, else 0.")
    peak_over: int = described("peak - allocated if positive, else 0.")
    of_allocation: float | None
    draws_on_buffer: bool
    after: PhaseEnd | None = described(
        "The account at its completion; null before that, and of phases that an older version completed.", default=None
    )


class SourceFigures(Record):
    """What an agent, a tool or a file brought in, and what is kept of it."""

    name: str | None = described("null: what names none.")
    items: int = described("Items that came in.")
    entered: int = described("Tokens that came in.")
    kept: int = described("Tokens that are retained, in these items or in what replaces them.")


class SourceTable(Record):
    """Sources, the largest first."""

    rows: list[SourceFigures] = described("The 20 that brought in most.")
    others: SourceFigures | None = described("The sum of all others; null: there are none.")


class SourcesReport(Record):
    """Where tokens came from. In each table, `entered` sums to `processed` and `kept` to `retained`."""

    by_agent: SourceTable = described("By the agents of items.")
    by_tool: SourceTable = described("By the tools whose output they are.")
    by_file: SourceTable = described("By the files that they are from.")


class ReadAgainItem(Record):
    """An item that had left the context and was brought back."""

    item_id: str
    again_of: str = described("The item that had left.")
    title: str | None
    path: str | None
    tokens: int = described("Of the new item; all that bring one item back count at most its tokens.")


class ReadAgain(Record):
    """What was pruned and read again: pruning it saved nothing."""

    tokens: int
    items: int
    largest: list[ReadAgainItem] = described("The ten that cost most.")


class LayerReport(Record):
    """A layer against its ceiling, over the whole session. All figures are tokens."""

    layer: Layer = described("The layer.")
    retained: int
    peak: int
    ceiling: int | None
    breached: bool = described("Whether the ceiling was exceeded at any time so far.")
    since_phase: int | None = described("The phase in which the first breach began.", default=None)
    since_revision: int | None = None


class LeaseReport(Record):
    """Leases over the whole session. All figures are tokens."""

    reserved: int
    used: int
    refunded: int
    overrun: int
    open: int = described("Leases in flight.")
    expired: int = described("Tokens of leases that expired unsettled.")
    overruns: list[dict[str, Any]]


class ArtifactIssue(Record):
    """An artifact whose metadata is not what it should be."""

    item_id: str
    title: str | None
    phase: int | None
    issue: Literal["missing", "incomplete", "overBound", "largerThanSource"]
    source_tokens: int
    metadata_tokens: int | None


class ChecklistEntry(Record):
    """One entry of a checklist, answered from the account."""

    id: Literal[
        "scope",
        "phases",
        "allocation",
        "budget",
        "policy",
        "extracted",
        "pruned",
        "monitored",
        "alerted",
        "phaseScoped",
        "waves",
        "figures",
        "verified",
        "reported",
        "archived",
        "overruns",
    ] = described("The name of the entry.")
    text: str = described("The entry in words.")
    state: Literal["done", "open", "notApplicable"] = described(
        "`done`; `open`: something is to be done; `notApplicable`: the entry does not apply."
    )
    why: str = described("The evidence, or the reason why the entry does not apply.")
    cure: str | None = described("What to do, if it is open.", default=None)
    actions: list[AdviceAction] = described("Requests that do it, to be sent in this order.", default=())


class Checklist(Record):
    """A checklist of good practice."""

    when: Literal["before", "during", "afterPhase", "afterWorkflow"] = described(
        "Before the workflow, during each phase, after each phase, after the workflow."
    )
    entries: list[ChecklistEntry] = described("All entries of the list, including those that do not apply.")


class ReportResult(SessionResult, Noticed):
    """Result of `budget/report`."""

    state: SessionState
    status: Figures
    policy: Policy
    allocated: int | None = described("Sum of the allocations, tokens.")
    buffer: int | None = described("Tokens.")
    under_allocation: int | None = described("allocated - retained, tokens; negative if exceeded.")
    under_budget: int = described("budget - retained, tokens; negative if exceeded.")
    under_allocation_share: float | None = described("underAllocation / allocated.")
    under_budget_share: float = described("underBudget / budget.")
    peak_of_budget: float = described("peak / budget.")
    net_savings: int = described("saved, less what was pruned and read again, tokens.")
    savings_share: float = described("netSavings / processed.")
    phases: list[PhaseReport]
    layers: list[LayerReport]
    leases: LeaseReport = described("The leases of the session, in total.")
    artifacts: list[ArtifactIssue]
    alerts: list[Alert] = described("The alerts of the session so far.")
    forecast: Forecast
    diagnoses: list[Diagnosis]
    next: str = described("What to do next, in one line, as in `advice` of `budget/status`.")
    checklists: list[Checklist] = described("Good practice, answered from the account: all four lists, in order.")
    provenance: list[ProvenanceShare]
    sources: SourcesReport = described("Where tokens came from, and what is kept of them.")
    read_again: ReadAgain = described("What was pruned and read again.")
    markdown: str | None = described("With format markdown: the report for people.", default=None)


REPORT = Method(
    name="budget/report",
    doc="Actual figures against the budget, per phase and layer, with overruns, peaks and net savings.",
    params=ReportParams,
    result=ReportResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "notices": [],
            "state": "open",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 869,
                "peak": 869,
                "processed": 570,
                "saved": -299,
                "leased": 0,
                "available": 6631,
                "ofWindow": 0.03476,
                "ofBudget": 0.115867,
                "level": "ok",
            },
            "policy": "aggressive",
            "allocated": 7500,
            "buffer": 0,
            "underAllocation": 6631,
            "underBudget": 6631,
            "underAllocationShare": 0.884133,
            "underBudgetShare": 0.884133,
            "peakOfBudget": 0.115867,
            "netSavings": -299,
            "savingsShare": -0.524561,
            "phases": [
                {
                    "phase": 1,
                    "name": "research",
                    "state": "completed",
                    "allocated": 4500,
                    "retained": 860,
                    "used": 306,
                    "overrun": 0,
                    "peak": 554,
                    "processed": 561,
                    "saved": -299,
                    "over": 0,
                    "peakOver": 0,
                    "ofAllocation": 0.191111,
                    "drawsOnBuffer": False,
                    "after": {"revision": 14, "retained": 315, "ofBudget": 0.042, "allocated": 4500, "under": 4185},
                },
                {
                    "phase": 2,
                    "name": "planning",
                    "state": "planned",
                    "allocated": 3000,
                    "retained": 0,
                    "used": 0,
                    "overrun": 0,
                    "peak": 0,
                    "processed": 0,
                    "saved": 0,
                    "over": 0,
                    "peakOver": 0,
                    "ofAllocation": 0.0,
                    "drawsOnBuffer": False,
                    "after": None,
                },
            ],
            "layers": [
                {
                    "layer": "permanent",
                    "retained": 9,
                    "peak": 9,
                    "ceiling": 1000,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "phase",
                    "retained": 0,
                    "peak": 0,
                    "ceiling": 3000,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "metadata",
                    "retained": 306,
                    "peak": 306,
                    "ceiling": 1500,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
                {
                    "layer": "transient",
                    "retained": 554,
                    "peak": 554,
                    "ceiling": None,
                    "breached": False,
                    "sincePhase": None,
                    "sinceRevision": None,
                },
            ],
            "leases": {
                "reserved": 900,
                "used": 250,
                "refunded": 650,
                "overrun": 0,
                "open": 0,
                "expired": 0,
                "overruns": [],
            },
            "artifacts": [],
            "alerts": [],
            "forecast": {
                "warn": {"at": 5625, "tokens": 4756, "calls": None, "low": None, "high": None, "reason": "tooFewCalls"},
                "critical": {
                    "at": 7125,
                    "tokens": 6256,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "budget": {
                    "at": 7500,
                    "tokens": 6631,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "window": {
                    "at": 25000,
                    "tokens": 24131,
                    "calls": None,
                    "low": None,
                    "high": None,
                    "reason": "tooFewCalls",
                },
                "requests": None,
                "growth": None,
                "basedOn": 2,
                "basis": "session",
                "byPhase": [{"phase": 1, "calls": 2, "growth": 10}],
                "byAgent": [],
            },
            "diagnoses": [
                {
                    "code": "transientLeft",
                    "layer": "transient",
                    "phase": 1,
                    "tokens": 554,
                    "limit": 0,
                    "message": "phase 1 is complete and 554 transient tokens remain",
                }
            ],
            "next": "Prune phase 1, which is complete: frees at least 254 tokens.",
            "checklists": [
                {
                    "when": "before",
                    "entries": [
                        {
                            "id": "scope",
                            "text": "Determine the scope of the workflow",
                            "state": "done",
                            "why": "research-only",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "phases",
                            "text": "Calculate the expected number of phases",
                            "state": "done",
                            "why": "2 phases",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "allocation",
                            "text": "Choose a strategy for dividing the budget",
                            "state": "done",
                            "why": "7,500 tokens for 2 phases, 0 as buffer",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "budget",
                            "text": "Set the budget",
                            "state": "open",
                            "why": "the window's size is not set",
                            "cure": "Set it: run ctxbudget init, or send session/open with config.contextWindow.",
                            "actions": [],
                        },
                        {
                            "id": "policy",
                            "text": "Choose a pruning policy (aggressive for more than 3 phases)",
                            "state": "done",
                            "why": "aggressive, for 2 phases",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "during",
                    "entries": [
                        {
                            "id": "extracted",
                            "text": "Take the metadata of a response as soon as its agent is done",
                            "state": "done",
                            "why": "no long response of a finished agent is in the context",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "pruned",
                            "text": "Prune full responses once their metadata is taken",
                            "state": "done",
                            "why": "no item is in the context beside its metadata",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "monitored",
                            "text": "Monitor how much of the context is used",
                            "state": "done",
                            "why": "869 tokens now, 869 at most",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "alerted",
                            "text": "Alert when most of the budget is used",
                            "state": "notApplicable",
                            "why": "the window's size is not set",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "afterPhase",
                    "entries": [
                        {
                            "id": "phaseScoped",
                            "text": "Prune what belongs to the phase alone",
                            "state": "open",
                            "why": "phase 1 left 554 tokens",
                            "cure": "Prune phase 1: frees at least 254 tokens.",
                            "actions": [
                                {
                                    "method": "context/prune",
                                    "params": {"sessionId": "run-1", "target": {"phase": 1}, "policy": "aggressive"},
                                    "saves": 254,
                                    "exact": False,
                                    "why": "phase 1 is complete",
                                }
                            ],
                        },
                        {
                            "id": "waves",
                            "text": "Prune what completed waves left",
                            "state": "done",
                            "why": "1 wave complete, nothing left",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "figures",
                            "text": "Update the figures of the phase",
                            "state": "done",
                            "why": "phase 1 used 306 of 4,500",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "verified",
                            "text": "Verify that the metadata could be taken",
                            "state": "notApplicable",
                            "why": "no artifact was reduced",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
                {
                    "when": "afterWorkflow",
                    "entries": [
                        {
                            "id": "reported",
                            "text": "Report what was used against the budget",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "archived",
                            "text": "Close the session",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                        {
                            "id": "overruns",
                            "text": "Note overruns for the next workflow",
                            "state": "notApplicable",
                            "why": "the workflow is not over",
                            "cure": None,
                            "actions": [],
                        },
                    ],
                },
            ],
            "provenance": [{"provenance": "exact", "tokens": 869}],
            "sources": {
                "byAgent": {
                    "rows": [
                        {"name": "research-1", "items": 1, "entered": 554, "kept": 853},
                        {"name": None, "items": 2, "entered": 16, "kept": 16},
                    ],
                    "others": None,
                },
                "byTool": {"rows": [{"name": None, "items": 3, "entered": 570, "kept": 869}], "others": None},
                "byFile": {
                    "rows": [
                        {"name": "report.md", "items": 1, "entered": 554, "kept": 853},
                        {"name": None, "items": 2, "entered": 16, "kept": 16},
                    ],
                    "others": None,
                },
            },
            "readAgain": {"tokens": 0, "items": 0, "largest": []},
            "markdown": None,
        },
    ),
)


class DiagnoseParams(SessionParams):
    """Params of `budget/diagnose`."""

    only: Annotated[list[FindingCode], Constraint(min_length=1, max_length=100)] | None = described(
        "Findings to look for, by code; the requests of those found can be sent without the others. Absent: all.",
        default=None,
    )


class Symptom(Record):
    """The signs that something is wrong; `findings` gives the causes."""

    code: SymptomCode = described("The kind of symptom.")
    phase: int | None = None
    layer: Layer | None = described("The layer that it is about, if any.", default=None)
    tokens: int = described("The figure at fault, tokens.")
    limit: int = described("What it should not exceed, tokens.")
    message: str


class Evidence(Record):
    """Something on the account that shows it."""

    type: Literal["item", "phase", "wave", "agent", "lease", "layer"] = described("What it is.")
    id: str = described(
        "The id of an item or a lease, a phase's number, `PHASE.WAVE`, or the name of an agent or a layer."
    )
    title: str | None = None
    phase: int | None = None
    tokens: int


class CureRequest(Record):
    """A request that can be sent as it is."""

    method: str = described("The method to call.")
    params: dict[str, Any] = described("With `sessionId`, and with `ifRevision` if it belongs to a cure.")


class Finding(Record):
    """A cause: the evidence, the rule that was not applied, and its cure."""

    code: FindingCode = described("The kind of cause.")
    message: str = described("What is wrong, in one sentence for people and models.")
    rule: str = described("The rule that was not applied.")
    prevention: str = described("What keeps it from coming back, or what to do if there is no request to send.")
    tokens: int = described("What the evidence holds in the context, tokens.")
    evidence: list[Evidence] = described("The largest first, at most 100.")
    evidence_left_out: int = described("Pieces of evidence that are not listed.")
    requests: list[CureRequest] = described("In the order in which to send them; none if no request can help.")
    saves: int = described("What they take off `retained`, tokens; negative if a recount adds to it.")
    retained: int = described("`retained` after them and all requests before them, tokens: rehearsed, so exact.")
    available: int = described("`available` at that point, if no lease expires in the meantime; tokens.")
    undo: list[CureRequest] = described(
        "Requests that bring back items and settings, to be sent in this order, after those of the findings that "
        "follow; rehearsed as well. Completed phases and waves, ended leases and recounted figures stay as they are."
    )


class DiagnoseResult(SessionResult, Noticed):
    """Result of `budget/diagnose`. Requests are sent in order, those of the first finding first."""

    state: SessionState
    policy: Policy = described("The policy in force.")
    status: Figures = described("Before any request.")
    symptoms: list[Symptom] = described("The signs that something is wrong.")
    findings: list[Finding] = described("The first cause first; no item belongs to the cures of two of them.")
    reaches: Figures = described("After all requests.")
    text: str = described("The findings as text for a model.")


MAX_TIMELINE_ENTRIES = 1_000
"""Entries on one page of a timeline."""


class TimelineParams(SessionParams):
    """Params of `budget/timeline`."""

    since: Annotated[int, Constraint(ge=0, le=MAX_TOKENS)] = described("Only changes after this revision.", default=0)
    every: Annotated[int, Constraint(ge=1, le=100_000)] = described(
        "Changes in one entry, which has the figures after the last of them.", default=1
    )
    limit: Annotated[int, Constraint(ge=1, le=MAX_TIMELINE_ENTRIES)] = described(
        "Maximum number of entries returned.", default=MAX_TIMELINE_ENTRIES
    )


class TimelineEntry(Record):
    """A change, or the last one of several, and where the account stood after it."""

    revision: int
    at: str
    actor: str = described(
        "Who made the change: the name that the client gave, or the command, and the server's process id."
    )
    method: str
    why: str = described("Why it was made, in a few words.")
    phase: int | None = described(
        "The phase of the items or the lease that it changed, if they share one; otherwise the running phase."
    )
    wave: int | None = described("The same of the wave.")
    agent: str | None = described("The agent of all items that it added, or the holder of the lease.")
    retained: int = described("Tokens.")
    processed: int = described("Tokens.")
    saved: int = described("processed - retained, tokens.")
    peak: int = described("The session's peak so far, tokens.")
    leased: int = described("Tokens that leases held at that time.")
    level: Level
    changes: int = described("Changes in this entry.")
    highest: int = described("The largest number of retained tokens after any of them.")


class TimelineResult(SessionResult):
    """Result of `budget/timeline`."""

    entries: list[TimelineEntry] = described("Oldest first.")
    next: int | None = described("Pass it as `since` for the next page; null: this is the last page.")
    unrecorded: int = described(
        "Changes after `since` that are not in the timeline, since an older version made them, which kept no figures."
    )


TIMELINE = Method(
    name="budget/timeline",
    doc="The account over time: each change, who made it, and the figures after it.",
    params=TimelineParams,
    result=TimelineResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1", "since": 5, "limit": 2},
        result={
            "sessionId": "run-1",
            "revision": 20,
            "entries": [
                {
                    "revision": 6,
                    "at": "2026-01-31T12:00:00.000Z",
                    "actor": "serve:4711",
                    "method": "workflow/startWave",
                    "why": "startWave 1.1",
                    "phase": 1,
                    "wave": 1,
                    "agent": None,
                    "retained": 0,
                    "processed": 0,
                    "saved": 0,
                    "peak": 0,
                    "leased": 900,
                    "level": "ok",
                    "changes": 1,
                    "highest": 0,
                },
                {
                    "revision": 7,
                    "at": "2026-01-31T12:00:00.000Z",
                    "actor": "serve:4711",
                    "method": "context/add",
                    "why": "context/add",
                    "phase": 1,
                    "wave": 1,
                    "agent": None,
                    "retained": 551,
                    "processed": 551,
                    "saved": 0,
                    "peak": 551,
                    "leased": 900,
                    "level": "ok",
                    "changes": 1,
                    "highest": 551,
                },
            ],
            "next": 7,
            "unrecorded": 0,
        },
    ),
)


DIAGNOSE = Method(
    name="budget/diagnose",
    doc="What is wrong with the account, why, and the requests that cure it, with the figure that they reach.",
    params=DiagnoseParams,
    result=DiagnoseResult,
    errors=SESSION_ERRORS,
    example=Example(
        params={"sessionId": "run-1"},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "notices": [],
            "state": "open",
            "policy": "aggressive",
            "status": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 869,
                "peak": 869,
                "processed": 570,
                "saved": -299,
                "leased": 0,
                "available": 6631,
                "ofWindow": 0.03476,
                "ofBudget": 0.115867,
                "level": "ok",
            },
            "symptoms": [],
            "findings": [
                {
                    "code": "contentNotPruned",
                    "message": "Phase 1 is complete, and 1 item of 554 tokens is still there in full.",
                    "rule": "Prune full agent responses as soon as their metadata is extracted; "
                    "transient content is 0 once its phase has completed.",
                    "prevention": "Add what arrives after the end of a phase with `reduces` or "
                    "context/handOver; prune again what was restored.",
                    "tokens": 554,
                    "evidence": [
                        {"type": "item", "id": "i482915036000003", "title": "report.md", "phase": 1, "tokens": 554}
                    ],
                    "evidenceLeftOut": 0,
                    "requests": [
                        {
                            "method": "context/prune",
                            "params": {"sessionId": "run-1", "target": {"phase": 1}, "ifRevision": 17},
                        }
                    ],
                    "saves": 554,
                    "retained": 315,
                    "available": 7185,
                    "undo": [{"method": "context/undo", "params": {"sessionId": "run-1", "undo": "u482915036000010"}}],
                }
            ],
            "reaches": {
                "window": 25000,
                "windowSource": "default",
                "budget": 7500,
                "retained": 315,
                "peak": 869,
                "processed": 570,
                "saved": 255,
                "leased": 0,
                "available": 7185,
                "ofWindow": 0.0126,
                "ofBudget": 0.042,
                "level": "ok",
            },
            "text": "1. Phase 1 is complete, and 1 item of 554 tokens is still there in full. Cure "
            "(context/prune): frees 554, leaves 315.\n"
            "`ctxbudget diagnose run-1 --apply` sends these requests: of 869 tokens in the context "
            "315 remain.",
        },
    ),
)


class BreakdownParams(SessionParams):
    """Params of `budget/breakdown`. Without a sessionId, the account of a recording is that of its session, if any."""

    recording: RecordingSource | None = described(
        "A session that a host recorded, whose window, cache and bills are broken down too.", default=None
    )
    reported: Annotated[list[ReportedSource], Constraint(max_length=MAX_REPORTED)] | None = described(
        "With a recording: what the host itself says of its window. Rows of these sources replace counted ones.",
        default=None,
    )
    largest: Annotated[int, Constraint(ge=0, le=MAX_LARGEST)] = described(
        "How many of the items that cost most are listed.", default=10
    )


class BreakdownResult(Record):
    """Result of `budget/breakdown`."""

    session_id: str | None = described("null: none was named, and no session has the recording's id.")
    revision: int | None = described("null: there is no session.")
    account: AccountBreakdown | None = described("What the session's account holds; null: there is no session.")
    recording: RecordingBreakdown | None = described("null: none was named.")


BREAKDOWN = Method(
    name="budget/breakdown",
    doc="What the window holds by source, what of it costs most, why its cache was written again, and money.",
    params=BreakdownParams,
    result=BreakdownResult,
    errors=(*SESSION_ERRORS, "pathNotAllowed", "pathUnreadable", "unknownRecording", "notRecording"),
    example=Example(
        params={"sessionId": "run-1", "largest": 1},
        result={
            "sessionId": "run-1",
            "revision": 17,
            "account": {
                "retained": 869,
                "byLayer": [
                    {"name": "transient", "items": 1, "tokens": 554, "provenance": "exact", "ofRetained": 0.637514},
                    {"name": "metadata", "items": 2, "tokens": 306, "provenance": "exact", "ofRetained": 0.352129},
                    {"name": "permanent", "items": 1, "tokens": 9, "provenance": "exact", "ofRetained": 0.010357},
                ],
                "byAgent": [
                    {"name": "research-1", "items": 2, "tokens": 853, "provenance": "exact", "ofRetained": 0.981588},
                    {"name": None, "items": 2, "tokens": 16, "provenance": "exact", "ofRetained": 0.018412},
                ],
                "byTool": [{"name": None, "items": 4, "tokens": 869, "provenance": "exact", "ofRetained": 1.0}],
                "byFile": [
                    {"name": "report.md", "items": 2, "tokens": 853, "provenance": "exact", "ofRetained": 0.981588},
                    {"name": None, "items": 2, "tokens": 16, "provenance": "exact", "ofRetained": 0.018412},
                ],
                "largest": [
                    {
                        "id": "i482915036000003",
                        "layer": "transient",
                        "kind": "report",
                        "agent": "research-1",
                        "title": "report.md",
                        "path": "report.md",
                        "phase": 1,
                        "tokens": 554,
                        "provenance": "exact",
                    }
                ],
                "cost": {
                    "rows": [
                        {
                            "session": "run-1",
                            "agent": "research-1",
                            "agentType": None,
                            "model": "claude-sonnet-4-5",
                            "requests": 1,
                            "unbilled": 0,
                            "outputAtLeast": 0,
                            "tokens": {
                                "input": 12,
                                "cacheRead": 20000,
                                "cacheWrite": 0,
                                "cacheWrite5m": 900,
                                "cacheWrite1h": 0,
                                "output": 350,
                                "total": 21262,
                            },
                            "cost": {
                                "amount": 0.0147,
                                "currency": "USD",
                                "provenance": "reported",
                                "coveredTokens": 21262,
                                "coveredShare": 1.0,
                            },
                        }
                    ],
                    "total": {
                        "session": None,
                        "agent": None,
                        "agentType": None,
                        "model": None,
                        "requests": 1,
                        "unbilled": 0,
                        "outputAtLeast": 0,
                        "tokens": {
                            "input": 12,
                            "cacheRead": 20000,
                            "cacheWrite": 0,
                            "cacheWrite5m": 900,
                            "cacheWrite1h": 0,
                            "output": 350,
                            "total": 21262,
                        },
                        "cost": {
                            "amount": 0.0147,
                            "currency": "USD",
                            "provenance": "reported",
                            "coveredTokens": 21262,
                            "coveredShare": 1.0,
                        },
                    },
                    "unpriced": [],
                    "warning": None,
                },
            },
            "recording": None,
        },
    ),
)


class DidChange(Record):
    """Params of `budget/didChange`."""

    session_id: str
    revision: int
    state: Literal["open", "closed", "deleted"]
    phase: int | None
    status: Figures | None = described("null if the session was deleted.")


DID_CHANGE = Method(
    name="budget/didChange",
    doc="The session's account has changed; several changes may be combined. With an unchanged revision, a file of "
    "settings has changed its figures.",
    params=DidChange,
    result=None,
    direction="serverToClient",
)


class AlertNote(Record):
    """Params of `budget/alert`."""

    session_id: str
    revision: int
    level: Level
    alert: Alert


ALERT = Method(
    name="budget/alert",
    doc="The session's level has risen.",
    params=AlertNote,
    result=None,
    direction="serverToClient",
)
