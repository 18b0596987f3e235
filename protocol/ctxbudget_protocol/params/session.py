"""Params of `session/*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from ctxbudget_protocol.params.base import MutatingParams, Params, PositiveTokens, SessionId, Share, WireModel
from ctxbudget_protocol.words import Policy, Scope, SessionState

MAX_SESSIONS = 10_000
"""In one page of `session/list`."""

PolicySetting = Policy | Literal["auto"]
Threshold = Annotated[
    float,
    Field(
        gt=0,
        le=1_000_000_000,
        allow_inf_nan=False,
        description="Up to 1 a share of the budget, above 1 tokens.",
    ),
]


class Thresholds(WireModel):
    """Levels are reached at `>=` and released strictly below the release figure."""

    warn: Threshold = 0.75
    critical: Threshold = 0.95
    warn_release: Threshold | None = Field(None, description="Absent: 5 % of the budget below `warn`.")
    critical_release: Threshold | None = Field(None, description="Absent: 5 % of the budget below `critical`.")


class ReserveShares(WireModel):
    """Shares of the total that the strategy `reserve` gives out; their sum is 1."""

    core: Share = 0.6
    debug: Share = 0.2
    overflow: Share = 0.2


class LayerCeilings(WireModel):
    """Ceilings as shares of the window. Transient items are due to be gone once their phase has completed."""

    permanent: Share = 0.04
    phase: Share = 0.12
    metadata: Share = 0.06


class Config(WireModel):
    """Settings of a session. `session/open` takes any part of them; absent settings stay as they are."""

    context_window: PositiveTokens = Field(25_000, description="The model's context size, tokens.")
    target_share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = Field(
        0.3, description="budget = floor(window x target share), computed in decimal."
    )
    thresholds: Thresholds = Thresholds()
    policy: PolicySetting = "auto"
    scope: Scope | None = None
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None, description="Selects the vocabulary. Absent: o200k_base."
    )
    metadata_horizon: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None,
        description="Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never.",
    )
    keep_for: Annotated[int, Field(ge=0, le=10_000)] = Field(
        0, description="Policy moderate: for how many more phases full content stays."
    )
    markers: bool = True
    auto_prune: bool = Field(False, description="At `critical`, remove unpinned transient items once per crossing.")
    metadata_tokens: Annotated[int, Field(ge=20, le=100_000)] = Field(
        300, description="The bound of metadata that the policy extracts, tokens."
    )
    reserve_shares: ReserveShares = ReserveShares()
    layer_ceilings: LayerCeilings = LayerCeilings()


class OpenParams(MutatingParams):
    """Params of `session/open`."""

    config: Config | None = None
    watch: bool = Field(False, description="Send this connection `budget/didChange` and `budget/alert`; false ends it.")

    @field_validator("config", mode="before")
    @classmethod
    def _null_config_is_absent(cls, value: object) -> object:
        return {} if value is None else value


class CloseParams(MutatingParams):
    """Params of `session/close`."""


class ListParams(Params):
    """Params of `session/list`."""

    state: SessionState | None = None
    after: SessionId | None = Field(None, description="Go on after this session.")
    limit: Annotated[int, Field(ge=1, le=MAX_SESSIONS)] = Field(1000, description="Most sessions answered.")


class DeleteParams(MutatingParams):
    """Params of `session/delete`."""


class RecalibrateParams(MutatingParams):
    """Params of `session/recalibrate`."""
