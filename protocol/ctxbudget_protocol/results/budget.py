"""Results of `budget/*`, and what the server tells about the account unasked."""

from __future__ import annotations

from typing import Any, Literal

from ctxbudget_protocol.results.base import Alert, Figures, Noticed, SessionResult
from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.words import Basis, Layer, Level, PhaseStatus, Policy, Provenance, Scope, SessionState, Strategy


class Allocation(Record):
    """Tokens given to a phase."""

    phase: int
    name: str | None = None
    tokens: int
    of_budget: float = described("tokens / budget.")


class AllocateResult(SessionResult):
    """Result of `budget/allocate`: allocations and buffer sum to `total`."""

    strategy: Strategy
    scope: Scope | None
    basis: Basis
    allocations: list[Allocation]
    allocated: int = described("Sum of the allocations, tokens.")
    buffer: int = described("Kept for phases without an allocation and for overruns, tokens.")
    total: int = described("What was shared out, tokens.")
    draws_on_buffer: list[int] = described("Phases that were named and have no allocation.")


class LayerStatus(Record):
    """A layer against its ceiling."""

    layer: Layer
    retained: int = described("Tokens.")
    peak: int = described("Tokens.")
    ceiling: int | None = described("Tokens; null for transient, which is bound by its phase instead.")
    of_window: float = described("retained / window.")
    breached: bool


class WaveStatus(Record):
    """A wave of a phase."""

    wave: int
    state: PhaseStatus
    retained: int = described("Tokens.")


class PhaseState(Record):
    """A phase on the account. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None = described("null: the phase draws on the buffer.")
    retained: int
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
    """Something to do, as data: a request that the caller may send as it stands."""

    method: str
    params: dict[str, Any]
    saves: int | None = described("At most, tokens: what will stand in is not known yet. null: unknown.")
    why: str


class Advice(Record):
    """What to do about the budget."""

    text: str = described("One sentence that a model can read.")
    actions: list[AdviceAction]


class Diagnosis(Record):
    """Something out of order; never a refusal."""

    code: Literal["layerCeiling", "transientLeft", "overAllocation", "overBudget", "drawsOnBuffer"]
    layer: Layer | None = None
    phase: int | None = None
    tokens: int = described("The figure at fault, tokens.")
    limit: int = described("What it should not pass, tokens.")
    message: str


class ProvenanceShare(Record):
    """Retained tokens by where their figures come from."""

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
    leases: list[Lease]
    buffer: int | None = described("Tokens of the last allocation that no phase has; null: nothing allocated.")
    provenance: list[ProvenanceShare]
    diagnoses: list[Diagnosis]
    advice: Advice


class ReserveResult(SessionResult):
    """Result of `budget/reserve`."""

    lease_id: str
    expires_at: str
    available: int = described("Left after this reserve, tokens.")


class SettleResult(SessionResult):
    """Result of `budget/settle`. The account moves by what `context/add` brings in, not by this."""

    lease_id: str
    reserved: int = described("Tokens.")
    used: int = described("Tokens.")
    refunded: int = described("Reserved and not used, tokens.")
    overrun: int = described("Used beyond what was reserved, tokens.")
    expired: bool = described("The lease had run out before it was settled.")
    available: int = described("Tokens.")


class ReleaseResult(SessionResult):
    """Result of `budget/release`."""

    lease_id: str
    refunded: int = described("Tokens.")
    available: int = described("Tokens.")


class RenewResult(SessionResult):
    """Result of `budget/renew`."""

    lease_id: str
    expires_at: str
    available: int = described("Tokens.")


class PhaseReport(Record):
    """Actual against budget of one phase. All figures are tokens."""

    phase: int
    name: str | None
    state: PhaseStatus
    allocated: int | None
    retained: int = described("What the phase leaves in the context: its actual.")
    peak: int
    processed: int
    saved: int
    over: int = described("retained - allocated where that is positive, else 0.")
    peak_over: int = described("peak - allocated where that is positive, else 0.")
    of_allocation: float | None
    draws_on_buffer: bool


class LayerReport(Record):
    """A layer against its ceiling, over the whole session. All figures are tokens."""

    layer: Layer
    retained: int
    peak: int
    ceiling: int | None
    breached: bool = described("At any time so far.")
    since_phase: int | None = described("The phase in which the first breach began.", default=None)
    since_revision: int | None = None


class LeaseReport(Record):
    """Leases over the whole session. All figures are tokens."""

    reserved: int
    used: int
    refunded: int
    overrun: int
    open: int
    expired: int = described("Tokens of leases that ran out unsettled.")
    overruns: list[dict[str, Any]]


class ArtifactIssue(Record):
    """An artifact whose metadata is not what it should be."""

    item_id: str
    title: str | None
    phase: int | None
    issue: Literal["missing", "incomplete", "overBound", "largerThanSource"]
    source_tokens: int
    metadata_tokens: int | None


class ReportResult(SessionResult, Noticed):
    """Result of `budget/report`."""

    state: SessionState
    status: Figures
    policy: Policy
    allocated: int | None = described("Sum of the allocations, tokens.")
    buffer: int | None = described("Tokens.")
    under_allocation: int | None = described("allocated - retained, tokens; negative when over.")
    under_budget: int = described("budget - retained, tokens; negative when over.")
    under_allocation_share: float | None = described("underAllocation / allocated.")
    under_budget_share: float = described("underBudget / budget.")
    peak_of_budget: float = described("peak / budget.")
    savings_share: float = described("saved / processed.")
    phases: list[PhaseReport]
    layers: list[LayerReport]
    leases: LeaseReport
    artifacts: list[ArtifactIssue]
    alerts: list[Alert]
    diagnoses: list[Diagnosis]
    provenance: list[ProvenanceShare]
    markdown: str | None = described("With format markdown: the report for a person.", default=None)


class DidChange(Record):
    """Params of `budget/didChange`."""

    session_id: str
    revision: int
    state: Literal["open", "closed", "deleted"]
    phase: int | None
    status: Figures | None = described("null when the session was deleted.")


class AlertNote(Record):
    """Params of `budget/alert`."""

    session_id: str
    revision: int
    level: Level
    alert: Alert
