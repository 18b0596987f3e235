"""What is wrong with an account, and what to do about it, as data and as one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from ctxbudget_protocol.words import Level
from ctxbudget_server.rules.lifecycle import Phase

OF_WINDOW: Final = frozenset({"overBudget", "layerCeiling"})
"""Codes of diagnoses that compare with a share of the window; they say little while nobody chose the window."""


class Diagnosis(NamedTuple):
    """Something wrong; figures in tokens."""

    code: str
    tokens: int
    limit: int
    message: str
    layer: str | None = None
    phase: int | None = None


class Action(NamedTuple):
    """A request that would help. `saves`: the most that it can save, in tokens."""

    method: str
    params: dict[str, object]
    saves: int | None
    why: str


class Advice(NamedTuple):
    """One sentence that a model can read, and the actions behind it."""

    text: str
    actions: list[Action]


class PhaseFigures(NamedTuple):
    """What a phase holds now, tokens."""

    phase: Phase
    retained: int
    transient: int


def diagnose(
    budget: int,
    retained: int,
    layers: Mapping[str, tuple[int, int]],
    phases: Sequence[PhaseFigures],
    allocated: bool,
) -> list[Diagnosis]:
    """Everything that is wrong now. `layers`: retained tokens and ceiling by layer name."""
    found = []
    if retained > budget:
        found.append(
            Diagnosis(
                "overBudget", retained, budget, f"{retained:,} tokens are retained, {retained - budget:,} over budget"
            )
        )
    for layer, (tokens, ceiling) in layers.items():
        if tokens > ceiling:
            found.append(
                Diagnosis(
                    "layerCeiling",
                    tokens,
                    ceiling,
                    f"layer {layer} holds {tokens:,} tokens, its ceiling is {ceiling:,}",
                    layer=layer,
                )
            )
    for figures in phases:
        found.extend(_diagnose_phase(figures, allocated))
    return found


def _diagnose_phase(figures: PhaseFigures, allocated: bool) -> Iterable[Diagnosis]:
    phase = figures.phase
    if phase.state == "completed" and figures.transient:
        yield Diagnosis(
            "transientLeft",
            figures.transient,
            0,
            f"phase {phase.number} is complete and {figures.transient:,} transient tokens remain",
            layer="transient",
            phase=phase.number,
        )
    if phase.allocated is not None and figures.retained > phase.allocated:
        yield Diagnosis(
            "overAllocation",
            figures.retained,
            phase.allocated,
            f"phase {phase.number} holds {figures.retained:,} tokens of {phase.allocated:,} allocated, "
            f"{figures.retained - phase.allocated:,} over",
            phase=phase.number,
        )
    if allocated and phase.allocated is None and figures.retained:
        yield Diagnosis(
            "drawsOnBuffer",
            figures.retained,
            0,
            f"phase {phase.number} has no allocation and draws {figures.retained:,} tokens on the buffer",
            phase=phase.number,
        )


def advise(level: Level, budget: int, retained: int, transient: int, phases: Sequence[PhaseFigures]) -> Advice:
    """What to do now. `transient`: retained tokens of layer transient, which can be removed first."""
    actions = []
    for figures in phases:
        if figures.phase.state == "completed" and figures.transient:
            actions.append(
                Action(
                    "context/prune",
                    {"target": {"phase": figures.phase.number}, "policy": "aggressive"},
                    figures.transient,
                    f"phase {figures.phase.number} is complete",
                )
            )
    if level != "ok" and transient:
        actions.append(
            Action(
                "context/prune",
                {"target": {"layer": "transient"}, "policy": "aggressive"},
                transient,
                "transient items can go; metadata and originals stay retrievable",
            )
        )
    if actions:
        best = max(actions, key=lambda action: action.saves or 0)
        tail = f" Prune up to {best.saves:,} transient tokens ({best.why})."
    elif level == "ok":
        tail = " Nothing needs to be done."
    else:
        tail = " Complete the running phase, move facts to metadata, or reduce the scope."
    return Advice(_state(level, budget, retained) + tail, actions)


def _state(level: Level, budget: int, retained: int) -> str:
    """The first sentence of the advice."""
    left = budget - retained
    state = f"{retained:,} of {budget:,} budget tokens are in use"
    if left < 0:
        return f"Over budget by {-left:,}: {state}."
    if level == "critical":
        return f"Critical: {state}, {left:,} left."
    if level == "warn":
        return f"Warning: {state}, {left:,} left."
    return f"{state[0].upper()}{state[1:]}, {left:,} left."
