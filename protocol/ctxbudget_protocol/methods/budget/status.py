"""`budget/status`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from ctxbudget_protocol.common import (
    Figures,
    Forecast,
    Noticed,
    SessionParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Tokens
from ctxbudget_protocol.method import SESSION_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Record, described
from ctxbudget_protocol.words import (
    Layer,
    PhaseStatus,
    Policy,
    Provenance,
    SessionState,
)

MAX_REQUESTS = 1_000
"""Requests whose sizes `budget/status` takes."""


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
