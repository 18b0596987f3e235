"""Models of `budget/*`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from ctxbudget_protocol.models.base import (
    Alert,
    Figures,
    Label,
    Layer,
    Level,
    MutatingParams,
    Params,
    PhaseNumber,
    PhaseStatus,
    Policy,
    PositiveTokens,
    Provenance,
    Result,
    Revision,
    Scope,
    SessionParams,
    SessionResult,
    Timestamp,
    Title,
    Tokens,
    WireModel,
)

Strategy = Literal["fixed", "dynamic", "reserve"]
TtlMs = Annotated[int, Field(ge=1, le=30 * 24 * 3600 * 1000, description="Milliseconds.")]


class PhaseSpec(WireModel):
    """A phase that the allocation is for."""

    number: PhaseNumber
    name: Title | None = None
    complexity: float | None = Field(None, allow_inf_nan=False, description="Above 0; a weight, in no unit.")
    agents: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None,
        description="Research agents: 300 tokens of metadata each at a budget of 7,500 (strategy fixed).",
    )


class AllocateParams(MutatingParams):
    """Params of `budget/allocate`."""

    strategy: Strategy
    scope: Scope | None = Field(None, description="Absent: the session's, else full-implementation.")
    phases: list[PhaseSpec] | None = None
    total: PositiveTokens | None = Field(None, description="Absent: the budget, or what is left of it.")
    basis: Literal["total", "remaining"] = "total"


class Allocation(Result):
    """Tokens given to a phase."""

    phase: int
    name: str | None = None
    tokens: int
    of_budget: float = Field(description="tokens / budget.")


class AllocateResult(SessionResult):
    """Result of `budget/allocate`: allocations and buffer sum to `total`."""

    strategy: Strategy
    scope: Scope | None
    basis: Literal["total", "remaining"]
    allocations: list[Allocation]
    allocated: int = Field(description="Sum of the allocations, tokens.")
    buffer: int = Field(description="Kept for phases without an allocation and for overruns, tokens.")
    total: int = Field(description="What was shared out, tokens.")


class StatusParams(SessionParams):
    """Params of `budget/status`."""


class LayerStatus(Result):
    """A layer against its ceiling."""

    layer: Layer
    retained: int = Field(description="Tokens.")
    peak: int = Field(description="Tokens.")
    ceiling: int | None = Field(description="Tokens; null for transient, which is bound by its phase instead.")
    of_window: float = Field(description="retained / window.")
    breached: bool


class WaveStatus(Result):
    """A wave of a phase."""

    wave: int
    state: PhaseStatus
    retained: int = Field(description="Tokens.")


class PhaseState(Result):
    """A phase on the account. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None = Field(description="null: the phase draws on the buffer.")
    retained: int
    peak: int
    processed: int
    saved: int
    leased: int
    of_allocation: float | None = Field(description="retained / allocated.")
    waves: list[WaveStatus]


class Lease(Result):
    """Tokens reserved for work in flight."""

    lease_id: str
    holder: str
    tokens: int
    phase: int | None
    reserved_at: Timestamp
    expires_at: Timestamp


class AdviceAction(Result):
    """Something to do, as data: a request that the caller may send as it stands."""

    method: str
    params: dict[str, Any]
    saves: int | None = Field(description="Expected, tokens; null: unknown.")
    why: str


class Advice(Result):
    """What to do about the budget."""

    text: str = Field(description="One sentence that a model can read.")
    actions: list[AdviceAction]


class Diagnosis(Result):
    """Something out of order; never a refusal."""

    code: Literal["layerCeiling", "transientLeft", "overAllocation", "overBudget", "drawsOnBuffer"]
    layer: Layer | None = None
    phase: int | None = None
    tokens: int = Field(description="The figure at fault, tokens.")
    limit: int = Field(description="What it should not pass, tokens.")
    message: str


class ProvenanceShare(Result):
    """Retained tokens by where their figures come from."""

    provenance: Provenance
    tokens: int


class StatusResult(SessionResult, Figures):
    """Result of `budget/status`."""

    state: Literal["open", "closed"]
    policy: Policy = Field(description="The policy in force.")
    phase: int | None = Field(description="The running phase.")
    warn_at: int = Field(description="Tokens.")
    critical_at: int = Field(description="Tokens.")
    layers: list[LayerStatus]
    phases: list[PhaseState]
    leases: list[Lease]
    buffer: int | None = Field(description="Tokens of the last allocation that no phase has; null: nothing allocated.")
    provenance: list[ProvenanceShare]
    diagnoses: list[Diagnosis]
    advice: Advice


class ReserveParams(MutatingParams):
    """Params of `budget/reserve`."""

    tokens: PositiveTokens
    holder: Label = Field(description="Who will use them: an agent's name or id.")
    phase: PhaseNumber | None = Field(None, description="Absent: the running phase.")
    ttl_ms: TtlMs = 1_800_000


class ReserveResult(SessionResult):
    """Result of `budget/reserve`."""

    lease_id: str
    expires_at: Timestamp
    available: int = Field(description="Left after this reserve, tokens.")


class SettleParams(MutatingParams):
    """Params of `budget/settle`."""

    lease_id: Label
    used: Tokens = Field(description="What the work brought into the context, tokens.")


class SettleResult(SessionResult):
    """Result of `budget/settle`. The account moves by what `context/add` brings in, not by this."""

    lease_id: str
    reserved: int = Field(description="Tokens.")
    used: int = Field(description="Tokens.")
    refunded: int = Field(description="Reserved and not used, tokens.")
    overrun: int = Field(description="Used beyond what was reserved, tokens.")
    expired: bool = Field(description="The lease had run out before it was settled.")
    available: int = Field(description="Tokens.")


class ReleaseParams(MutatingParams):
    """Params of `budget/release`."""

    lease_id: Label


class ReleaseResult(SessionResult):
    """Result of `budget/release`."""

    lease_id: str
    refunded: int = Field(description="Tokens.")
    available: int = Field(description="Tokens.")


class RenewParams(MutatingParams):
    """Params of `budget/renew`."""

    lease_id: Label
    ttl_ms: TtlMs = 1_800_000


class RenewResult(SessionResult):
    """Result of `budget/renew`."""

    lease_id: str
    expires_at: Timestamp
    available: int = Field(description="Tokens.")


class ReportParams(SessionParams):
    """Params of `budget/report`."""

    format: Literal["json", "markdown"] = "json"


class PhaseReport(Result):
    """Actual against budget of one phase. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None
    retained: int = Field(description="What the phase leaves in the context: its actual.")
    peak: int
    processed: int
    saved: int
    over: int = Field(description="retained - allocated where that is positive, else 0.")
    peak_over: int = Field(description="peak - allocated where that is positive, else 0.")
    of_allocation: float | None
    draws_on_buffer: bool


class LayerReport(Result):
    """A layer against its ceiling, over the whole session. All figures are tokens."""

    layer: Layer
    retained: int
    peak: int
    ceiling: int | None
    breached: bool = Field(description="At any time so far.")
    since_phase: int | None = Field(None, description="The phase in which the first breach began.")
    since_revision: int | None = None


class LeaseReport(Result):
    """Leases over the whole session. All figures are tokens."""

    reserved: int
    used: int
    refunded: int
    overrun: int
    open: int
    expired: int = Field(description="Tokens of leases that ran out unsettled.")
    overruns: list[dict[str, Any]]


class ArtifactIssue(Result):
    """An artifact whose metadata is not what it should be."""

    item_id: str
    title: str | None
    phase: int | None
    issue: Literal["missing", "incomplete", "overBound", "largerThanSource"]
    source_tokens: int
    metadata_tokens: int | None


class ReportResult(SessionResult):
    """Result of `budget/report`."""

    state: Literal["open", "closed"]
    status: Figures
    policy: Policy
    allocated: int | None = Field(description="Sum of the allocations, tokens.")
    buffer: int | None = Field(description="Tokens.")
    under_allocation: int | None = Field(description="allocated - retained, tokens; negative when over.")
    under_budget: int = Field(description="budget - retained, tokens; negative when over.")
    under_allocation_share: float | None = Field(description="underAllocation / allocated.")
    under_budget_share: float = Field(description="underBudget / budget.")
    peak_of_budget: float = Field(description="peak / budget.")
    savings_share: float = Field(description="saved / processed.")
    phases: list[PhaseReport]
    layers: list[LayerReport]
    leases: LeaseReport
    artifacts: list[ArtifactIssue]
    alerts: list[Alert]
    diagnoses: list[Diagnosis]
    provenance: list[ProvenanceShare]
    markdown: str | None = Field(None, description="With format markdown: the report for a person.")


class DidChangeParams(Params):
    """Params of `budget/didChange`."""

    session_id: str
    revision: Revision
    state: Literal["open", "closed", "deleted"]
    phase: int | None
    status: Figures | None = Field(description="null when the session was deleted.")


class AlertParams(Params):
    """Params of `budget/alert`."""

    session_id: str
    revision: Revision
    level: Level
    alert: Alert
