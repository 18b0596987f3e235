"""The strategies for dividing a budget among phases that need no past runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Scope
from ctxbudget_server.rules.shares import apportion

TEMPLATE_BUDGET = 7_500
"""The budget, in tokens, for which the templates' figures are made."""

TOKENS_PER_AGENT = 300
"""Tokens of metadata that one research agent leaves, at the templates' budget."""

RESEARCH_PHASE = 1
DEBUG_PHASE = 5

DEFAULT_QUANTILE = 0.8
"""Strategy history: the share of past runs that a phase's figure covers."""

DEFAULT_SCOPE: Scope = "full-implementation"

TEMPLATES: Mapping[Scope, Mapping[int, int]] = {
    "full-implementation": {0: 500, 1: 900, 2: 800, 3: 2_000, 4: 400, 6: 300},
    "research-and-plan": {0: 500, 1: 1_200, 2: 1_000},
    "research-only": {0: 500, 1: 1_200},
    "debug-only": {0: 500, 4: 400, 5: 1_500},
}
"""Tokens for each phase of a scope, from the original guide; debug-only is this project's own choice."""


class PhaseNeed(NamedTuple):
    """A phase that takes part in an allocation. `complexity` is a weight without a unit."""

    number: int
    name: str | None = None
    complexity: float | None = None
    agents: int | None = None


class Shared(NamedTuple):
    """An allocation, tokens: the parts and the buffer sum to `total`."""

    parts: Mapping[int, int]
    buffer: int
    total: int


class AllocationError(ValueError):
    """The strategy cannot be applied to these phases; `phase` and `field` name what is at fault."""

    def __init__(self, message: str, phase: int | None = None, field: str | None = None) -> None:
        super().__init__(message)
        self.phase = phase
        self.field = field


class DoesNotFitError(AllocationError):
    """The phases ask for more than there is: `requested` against `available`, tokens."""

    def __init__(self, requested: int, available: int) -> None:
        super().__init__(f"the phases ask for {requested} tokens and there are {available}")
        self.requested = requested
        self.available = available


def fixed(total: int, scope: Scope, phases: Sequence[PhaseNeed] = (), besides: Collection[int] = ()) -> Shared:
    """The template of a scope; a different total scales each phase and the buffer by largest remainder.

    `agents` sets phase 1 to 300 tokens for each; phases outside the template draw on the buffer, and those in
    `besides` get nothing.
    """
    parts = dict(TEMPLATES[scope])
    for phase in phases:
        if phase.agents is not None and phase.number == RESEARCH_PHASE:
            parts[RESEARCH_PHASE] = TOKENS_PER_AGENT * phase.agents
    buffer = TEMPLATE_BUDGET - sum(parts.values())
    if buffer < 0:
        raise DoesNotFitError(sum(parts.values()), TEMPLATE_BUDGET)
    parts = {number: tokens for number, tokens in parts.items() if number not in besides}
    scaled = apportion(total, [*parts.values(), buffer])
    return Shared(dict(zip(parts, scaled, strict=False)), scaled[-1], total)


def dynamic(total: int, phases: Sequence[PhaseNeed]) -> Shared:
    """All of `total` in proportion to complexity."""
    if not phases:
        raise AllocationError(
            "the strategy dynamic requires phases that are not finished, with their complexity", field="phases"
        )
    weights = [_complexity(phase) for phase in phases]
    parts = apportion(total, weights)
    return Shared({phase.number: part for phase, part in zip(phases, parts, strict=True)}, 0, total)


def reserve(
    total: int,
    scope: Scope,
    shares: tuple[float, float, float],
    phases: Sequence[PhaseNeed] = (),
    besides: Collection[int] = (),
) -> Shared:
    """Core phases, the debug phase and the overflow buffer by the three `shares`, in that order.

    The core's share is split by complexity if every core phase has one, else by the scope's template without the phases
    in `besides`; the buffer gets the share of a core that has no phase.
    """
    core, debug, _ = apportion(total, shares)
    template = TEMPLATES[scope]
    needs = [phase for phase in phases if phase.number != DEBUG_PHASE]
    if any(phase.complexity is not None for phase in needs):
        weights: dict[int, float] = {phase.number: _complexity(phase) for phase in needs}
    else:
        numbers = [phase.number for phase in needs] or [n for n in template if n not in (DEBUG_PHASE, *besides)]
        known = [template[number] for number in numbers if number in template]
        typical = sum(known) // len(known) if known else 1
        weights = {number: template.get(number, typical) for number in numbers}
    parts = dict(zip(weights, apportion(core, list(weights.values())), strict=True)) if weights else {}
    if DEBUG_PHASE not in besides:
        parts[DEBUG_PHASE] = debug
    return Shared(parts, total - sum(parts.values()), total)


def _complexity(phase: PhaseNeed) -> float:
    if phase.complexity is None or phase.complexity <= 0:
        raise AllocationError(f"phase {phase.number} requires a complexity above 0", phase.number, "complexity")
    return phase.complexity
