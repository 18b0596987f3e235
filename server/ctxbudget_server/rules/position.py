"""Where an account stands: what advice and diagnoses are made of. Figures are running sums, tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Layer, Level, Policy
from ctxbudget_server.rules.items import NOTHING, Figures, SumKey, total_of
from ctxbudget_server.rules.leases import Lease, available
from ctxbudget_server.rules.levels import Thresholds
from ctxbudget_server.rules.lifecycle import Phase

LAYERS: tuple[Layer, ...] = ("permanent", "phase", "metadata", "transient")


class PhaseFigures(NamedTuple):
    """What a phase holds now, by layer."""

    phase: Phase
    layers: Mapping[str, Figures]

    @property
    def number(self) -> int:
        """The phase's number."""
        return self.phase.number

    def held(self, layer: str) -> Figures:
        """What it holds in a layer."""
        return self.layers.get(layer, NOTHING)

    @property
    def retained(self) -> int:
        """Tokens of the phase in the context."""
        return sum(figures.retained for figures in self.layers.values())

    @property
    def over(self) -> int:
        """Tokens beyond its allocation; 0 without one."""
        return 0 if self.phase.allocated is None else max(0, self.retained - self.phase.allocated)

    @property
    def drawn(self) -> int:
        """What it draws on the buffer: its overrun, or all of it without an allocation."""
        return self.retained if self.phase.allocated is None else self.over


class Limits(NamedTuple):
    """What an account is held to. `metadata_tokens`: the most that replaces one content; `hosted`: a coding agent
    reports what is in its own window, which only that agent can make smaller.
    """

    budget: int
    thresholds: Thresholds
    ceilings: Mapping[str, int]
    policy: Policy
    metadata_tokens: int
    markers: bool
    hosted: bool


class Holdings(NamedTuple):
    """What an account has: `sums` by phase, wave, layer and provenance; `leases` that hold tokens now."""

    level: Level
    closed: bool
    buffer: int | None
    sums: Mapping[SumKey, Figures]
    phases: Sequence[Phase]
    leases: Sequence[Lease]


class Position:
    """An account against its limits. Nothing is computed before it is asked for."""

    def __init__(self, limits: Limits, holdings: Holdings) -> None:
        self.budget, self.thresholds, self.ceilings, self.policy = limits[:4]
        self.metadata_tokens, self.markers, self.hosted = limits[4:]
        self.level, self.closed, self.buffer = holdings[:3]
        self.leases = holdings.leases
        self._sums, self._phases = holdings.sums, holdings.phases

    @cached_property
    def layers(self) -> dict[str, Figures]:
        """What each layer holds."""
        return {
            layer: total_of(figures for key, figures in self._sums.items() if key.layer == layer) for layer in LAYERS
        }

    @cached_property
    def phases(self) -> list[PhaseFigures]:
        """What each phase holds."""
        held: dict[int, dict[str, Figures]] = {phase.number: {} for phase in self._phases}
        for key, figures in self._sums.items():
            if key.phase in held:
                of_phase = held[key.phase]
                known = of_phase.get(key.layer)
                of_phase[key.layer] = figures if known is None else known.plus(figures)
        return [PhaseFigures(phase, held[phase.number]) for phase in self._phases]

    @cached_property
    def retained(self) -> int:
        """Tokens in the context."""
        return sum(figures.retained for figures in self._sums.values())

    @cached_property
    def leased(self) -> int:
        """Tokens that leases hold."""
        return sum(lease.tokens for lease in self.leases)

    @property
    def available(self) -> int:
        """Tokens that neither the context nor a lease holds; negative beyond the budget."""
        return available(self.budget, self.retained, self.leased)

    @property
    def needed(self) -> int:
        """Tokens that must go until the level is ok and the leases fit; 0: none."""
        above = self.retained - self.thresholds.warn_release + 1 if self.level != "ok" else 0
        return max(0, above, -self.available)

    @property
    def running(self) -> PhaseFigures | None:
        """The running phase."""
        return next((phase for phase in self.phases if phase.phase.state == "running"), None)

    @property
    def drawn(self) -> int:
        """What phases draw on the buffer: overruns, and phases without an allocation. 0 if nothing is allocated."""
        if self.buffer is None:
            return 0
        return sum(phase.drawn for phase in self.phases)

    def over_ceiling(self, layer: str) -> int:
        """Tokens of a layer beyond its ceiling; 0 if it has none."""
        ceiling = self.ceilings.get(layer)
        return 0 if ceiling is None else max(0, self.layers[layer].retained - ceiling)
