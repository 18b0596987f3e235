"""Params of `budget/*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctxbudget_protocol.params.base import (
    Label,
    MutatingParams,
    PhaseNumber,
    PositiveTokens,
    SessionParams,
    Title,
    Tokens,
    WireModel,
)
from ctxbudget_protocol.words import Basis, Scope, Strategy

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
    basis: Basis = "total"


class StatusParams(SessionParams):
    """Params of `budget/status`."""


class ReserveParams(MutatingParams):
    """Params of `budget/reserve`."""

    tokens: PositiveTokens
    holder: Label = Field(description="Who will use them: an agent's name or id.")
    phase: PhaseNumber | None = Field(None, description="Absent: the running phase.")
    ttl_ms: TtlMs = 1_800_000
    force: bool = Field(False, description="The work has begun already: take the lease even where it does not fit.")


class SettleParams(MutatingParams):
    """Params of `budget/settle`."""

    lease_id: Label
    used: Tokens = Field(description="What the work brought into the context, tokens.")


class ReleaseParams(MutatingParams):
    """Params of `budget/release`."""

    lease_id: Label


class RenewParams(MutatingParams):
    """Params of `budget/renew`."""

    lease_id: Label
    ttl_ms: TtlMs = 1_800_000


class ReportParams(SessionParams):
    """Params of `budget/report`."""

    format: Literal["json", "markdown"] = "json"
