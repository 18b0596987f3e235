"""What is wrong with an account: every level, ceiling, allocation and lease that is breached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.rules.position import PhaseFigures, Position

OF_WINDOW: Final = frozenset({"overBudget", "overCommitted", "layerCeiling"})
"""Codes of diagnoses that compare with a share of the window; they say little while nobody chose the window."""


class Diagnosis(NamedTuple):
    """Something wrong; figures in tokens."""

    code: str
    tokens: int
    limit: int
    message: str
    layer: str | None = None
    phase: int | None = None


def diagnose(position: Position) -> list[Diagnosis]:
    """Everything worth knowing now: what is breached, and which phases draw on the buffer."""
    return [*breaches(position), *_draws(position)]


def breaches(position: Position) -> Iterator[Diagnosis]:
    """Every limit that the account is beyond."""
    budget, retained = position.budget, position.retained
    if retained > budget:
        yield Diagnosis(
            "overBudget", retained, budget, f"{retained:,} tokens are retained, {retained - budget:,} over budget"
        )
    elif position.available < 0:
        yield Diagnosis(
            "overCommitted",
            retained + position.leased,
            budget,
            f"{retained:,} tokens are retained and {position.leased:,} reserved, {-position.available:,} over budget",
        )
    for layer, ceiling in position.ceilings.items():
        if position.over_ceiling(layer):
            tokens = position.layers[layer].retained
            message = f"layer {layer} holds {tokens:,} tokens, its ceiling is {ceiling:,}"
            yield Diagnosis("layerCeiling", tokens, ceiling, message, layer=layer)
    for phase in position.phases:
        yield from _of_phase(phase)
    if position.buffer is not None and position.drawn > position.buffer:
        message = f"phases draw {position.drawn:,} tokens on the buffer of {position.buffer:,}"
        yield Diagnosis("overBuffer", position.drawn, position.buffer, message)


def _of_phase(phase: PhaseFigures) -> Iterator[Diagnosis]:
    if phase.phase.state == "completed" and (left := phase.held("transient").prunable):
        yield Diagnosis(
            "transientLeft",
            left,
            0,
            f"phase {phase.number} is complete and {left:,} transient tokens remain",
            layer="transient",
            phase=phase.number,
        )
    if (allocated := phase.phase.allocated) is not None and phase.over:
        yield Diagnosis(
            "overAllocation",
            phase.retained,
            allocated,
            f"phase {phase.number} holds {phase.retained:,} tokens of {allocated:,} allocated, {phase.over:,} over",
            phase=phase.number,
        )


def _draws(position: Position) -> Iterator[Diagnosis]:
    for phase in position.phases if position.buffer is not None else ():
        if phase.phase.allocated is None and phase.retained:
            yield Diagnosis(
                "drawsOnBuffer",
                phase.retained,
                0,
                f"phase {phase.number} has no allocation and draws {phase.retained:,} tokens on the buffer",
                phase=phase.number,
            )
