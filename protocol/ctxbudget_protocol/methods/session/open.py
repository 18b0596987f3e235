"""`session/open`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import (
    Alert,
    MutatingParams,
    Noticed,
    SessionResult,
)
from ctxbudget_protocol.fields import PositiveTokens, Share
from ctxbudget_protocol.method import Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, Record, described
from ctxbudget_protocol.words import Policy, Scope, SessionState, Strategy, WindowSource

PolicySetting = Policy | Literal["auto"]


Threshold = Annotated[
    float, Constraint(gt=0, le=1000000000, finite=True), Meaning("Up to 1 a share of the budget, above 1 tokens.")
]


class Thresholds(Record):
    """A level is reached at `>=` its threshold and left below its release figure."""

    warn: Threshold | None = 0.75
    critical: Threshold | None = 0.95
    warn_release: Threshold | None = described("Absent: 5 % of the budget below `warn`.", default=None)
    critical_release: Threshold | None = described("Absent: 5 % of the budget below `critical`.", default=None)


class ReserveShares(Record):
    """How the strategy `reserve` divides the total; the shares add up to 1."""

    core: Share | None = described("The share for phases.", default=0.6)
    debug: Share | None = described("The share for debugging.", default=0.2)
    overflow: Share | None = described("The share for what exceeds the other shares.", default=0.2)


class LayerCeilings(Record):
    """Ceilings as shares of the window. Transient items should be gone once their phase has completed."""

    permanent: Share | None = 0.04
    phase: Share | None = 0.12
    metadata: Share | None = 0.06


class Config(Record):
    """Settings of a session, any subset: absent ones stay as they are, and null takes one back, or one member."""

    context_window: PositiveTokens | None = described("The model's context size, tokens.", default=25000)
    target_share: Annotated[float, Constraint(gt=0, le=1, finite=True)] | None = described(
        "budget = floor(window x target share), computed in decimal.", default=0.3
    )
    thresholds: Thresholds | None = Thresholds()
    policy: PolicySetting | None = described(
        "The pruning policy; `auto`: by scope and number of phases.", default="auto"
    )
    scope: Scope | None = None
    model: Annotated[str, Constraint(min_length=1, max_length=200)] | None = described(
        "Selects the vocabulary. Absent: o200k_base.", default=None
    )
    metadata_horizon: Annotated[int, Constraint(ge=1, le=10000)] | None = described(
        "Completing phase N turns the metadata of phases <= N - horizon into markers. Absent: never.", default=None
    )
    keep_for: Annotated[int, Constraint(ge=0, le=10000)] | None = described(
        "Policy `moderate`: for how many more phases full content stays.", default=0
    )
    markers: bool | None = True
    auto_prune: bool | None = described(
        "At `critical`, remove unpinned transient items once per crossing.", default=False
    )
    metadata_tokens: Annotated[int, Constraint(ge=20, le=100000)] | None = described(
        "Maximum size of metadata that the policy extracts, tokens.", default=300
    )
    strategy: Strategy | None = described(
        "How `workflow/plan` divides the budget. Absent: `dynamic` for a plan with phases, else `fixed`.", default=None
    )
    max_cost: Annotated[float, Constraint(gt=0, le=1000000000, finite=True)] | None = described(
        "`budget/reserve` refuses once the session's bills come to this, in the prices' currency. Absent: no limit.",
        default=None,
    )
    reserve_shares: ReserveShares | None = ReserveShares()
    layer_ceilings: LayerCeilings | None = LayerCeilings()


class HostReport(Record):
    """What the program that a session runs in reports about itself. It counts where no setting says otherwise."""

    context_window: PositiveTokens | None = described("The window it works with, tokens.", default=None)
    model: Annotated[str, Constraint(min_length=1, max_length=200)] | None = described(
        "The model it works with.", default=None
    )


class OpenParams(MutatingParams):
    """Params of `session/open`."""

    config: Config | None = described(
        "Settings of this session alone; the others come from files and defaults (`settings/get`).",
        default=None,
    )
    host: HostReport | None = described(
        "For adapters of coding agents. Absent members stay as they are; null takes one back.", default=None
    )
    watch: bool = described(
        "Send `budget/didChange` and `budget/alert` to this connection; false stops them.", default=False
    )


class OpenResult(SessionResult, Noticed):
    """Result of `session/open`."""

    created: bool
    state: SessionState
    config: dict[str, Any] = described("Every setting as it is in force, wherever it comes from.")
    window_source: WindowSource = described("Where `contextWindow` comes from, as in `budget/status`.")
    host: HostReport = described("What the host has reported.")
    budget: int = described("Tokens.")
    effective_policy: Policy = described("The policy in force, after resolving `auto`.")
    alerts: list[Alert] = described("Alerts raised because settings changed the budget or the thresholds.")


OPEN = Method(
    name="session/open",
    doc="Create or resume a session by id, and configure it.",
    params=OpenParams,
    result=OpenResult,
    errors=("conflict", "requestKeyReused"),
    mutates=True,
    repeatable=True,
    example=Example(
        params={"sessionId": "run-1", "config": {"policy": "aggressive", "scope": "research-only"}},
        result={
            "sessionId": "run-1",
            "revision": 1,
            "notices": [],
            "created": True,
            "state": "open",
            "config": {
                "contextWindow": 25000,
                "targetShare": 0.3,
                "thresholds": {"warn": 0.75, "critical": 0.95, "warnRelease": None, "criticalRelease": None},
                "policy": "aggressive",
                "scope": "research-only",
                "model": None,
                "metadataHorizon": None,
                "keepFor": 0,
                "markers": True,
                "autoPrune": False,
                "metadataTokens": 300,
                "strategy": None,
                "maxCost": None,
                "reserveShares": {"core": 0.6, "debug": 0.2, "overflow": 0.2},
                "layerCeilings": {"permanent": 0.04, "phase": 0.12, "metadata": 0.06},
            },
            "windowSource": "default",
            "host": {"contextWindow": None, "model": None},
            "budget": 7500,
            "effectivePolicy": "aggressive",
            "alerts": [],
        },
    ),
)
