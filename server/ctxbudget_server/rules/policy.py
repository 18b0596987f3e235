"""What each policy removes, and when. Only decides: the replacements are made by whoever applies the decisions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Literal, cast

from ctxbudget_protocol.values import NamedTuple, dataclass, field
from ctxbudget_protocol.words import Policy, Scope
from ctxbudget_server.rules.allocation import TEMPLATES
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase

Verb = Literal["reduce", "drop", "keep"]

WORKING_LAYERS = ("transient", "phase")
"""The layers whose items are removed when their phase or wave is over."""

DIAGNOSTIC_KINDS = ("debug", "test-output", "log")
"""Kinds that the policy minimal never removes."""

MANY_PHASES = 3
"""`auto` prunes scopes with more phases than this aggressively, the others moderately."""


STRICTNESS: Mapping[Policy, int] = {"minimal": 0, "moderate": 1, "aggressive": 2}


class Step(NamedTuple):
    """What happens to one retained item: `reduce` to metadata, `drop` without replacement, or `keep`."""

    item: Item
    verb: Verb
    reason: str


class MarkerReplacement(NamedTuple):
    """Metadata of a whole phase or wave that turns into its marker."""

    phase: int
    wave: int | None
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """A policy's answer to one event."""

    steps: list[Step] = field(default_factory=list)
    turns: list[MarkerReplacement] = field(default_factory=list)


def effective_policy(setting: str, scope: Scope | None) -> Policy:
    """The policy in force; `auto` means minimal for debugging, moderate up to three phases, otherwise aggressive."""
    if setting != "auto":
        return cast("Policy", setting)
    if scope is None:
        return "aggressive"
    return policy_for(scope, len(TEMPLATES[scope]))


def policy_for(scope: Scope, phases: int) -> Policy:
    """The pruning policy that the original guide chooses: aggressive for more than three phases, else moderate."""
    if scope == "debug-only":
        return "minimal"
    return "aggressive" if phases > MANY_PHASES else "moderate"


class Asked(NamedTuple):
    """The policy that a workflow asks for by its size, and what says so."""

    policy: Policy
    by: str


def asked_policy(scope: Scope | None, phases: Collection[Phase]) -> Asked:
    """What the guide chooses for a scope or for the phases with an allocation, whichever is milder.

    A plan of three phases may divide the budget within a scope whose template has six. Without a scope or an
    allocation, the phases so far count.
    """
    divided = sum(phase.allocated is not None for phase in phases)
    count = divided or len(phases)
    by_phases = Asked(
        policy_for("full-implementation", count), f"a workflow of {count} phase{'' if count == 1 else 's'}"
    )
    if scope is None:
        return by_phases
    by_scope = Asked(effective_policy("auto", scope), f"scope {scope}")
    return min(by_scope, by_phases, key=lambda asked: STRICTNESS[asked.policy]) if divided else by_scope


def on_wave_completed(
    policy: Policy, items: Iterable[Item], phase: int, wave: int, earlier: Collection[int]
) -> Decisions:
    """The wave's working items become metadata, and the metadata of earlier waves becomes their marker.

    Moderate and minimal treat waves as part of their phase.
    """
    of_phase = [item for item in _retained(items) if item.phase == phase]
    if policy != "aggressive":
        return Decisions([_kept(item, "deferred") for item in of_phase if item.wave == wave])
    steps = [_working_step(item, "policy") for item in of_phase if item.wave == wave]
    turns = [
        turn
        for number in sorted(earlier)
        if (turn := _turn(phase, number, [item for item in of_phase if item.wave == number]))
    ]
    return Decisions(steps, turns)


def on_phase_completed(
    policy: Policy, items: Iterable[Item], phase: int, horizon: int | None, known: Collection[int]
) -> Decisions:
    """Aggressive: the phase's working items are removed. With a horizon, old phases' metadata becomes their markers."""
    retained = _retained(items)
    of_phase = [item for item in retained if item.phase == phase]
    if policy == "aggressive":
        steps = [_working_step(item, "policy") for item in of_phase]
    else:
        steps = [_kept(item, "deferred") for item in of_phase]
    turns = []
    if horizon is not None and policy != "minimal":
        for number in sorted(number for number in known if number <= phase - horizon):
            if turn := _turn(number, None, [item for item in retained if item.phase == number]):
                turns.append(turn)
    return Decisions(steps, turns)


def on_phase_started(policy: Policy, items: Iterable[Item], due: Collection[int]) -> Decisions:
    """Moderate: the full content of the phases that are `due` becomes metadata."""
    if policy != "moderate":
        return Decisions()
    return Decisions([_working_step(item, "policy") for item in _retained(items) if item.phase in due])


def on_close(policy: Policy, items: Iterable[Item]) -> Decisions:
    """A policy's final prune: all working items; with minimal, only transient items that are not diagnostics."""
    if policy != "minimal":
        return Decisions([_working_step(item, "policy") for item in _retained(items)])
    return Decisions([_minimal_step(item, "policy") for item in _retained(items)])


def on_request(
    policy: Policy,
    items: Iterable[Item],
    *,
    named: bool,
    running: Callable[[Item], bool],
    turn_metadata: bool,
) -> Decisions:
    """A prune on request.

    `named`: the items were listed individually and are removed even if the policy would keep them. `turn_metadata`: the
    target was the layer `metadata` itself, so completed phases keep only their markers. `running(item)` says whether
    the item's phase is still running.
    """
    decisions = Decisions()
    turning: dict[int, list[Item]] = {}
    for item in items:
        turns = turn_metadata and item.layer == "metadata" and item.state == "retained" and not item.protected
        if turns and not named and item.phase is not None and not running(item):
            turning.setdefault(item.phase, []).append(item)
        elif turns and not named:
            lone = item.phase is None
            decisions.steps.append(Step(item, "drop" if lone else "keep", "requested" if lone else "running"))
        else:
            decisions.steps.append(_requested_step(policy, item, named=named, running=running(item)))
    for phase, metadata in sorted(turning.items()):
        if turn := _turn(phase, None, metadata):
            decisions.turns.append(turn)
        else:
            decisions.steps.extend(Step(item, "keep", "marker") for item in metadata)
    return decisions


def _requested_step(policy: Policy, item: Item, *, named: bool, running: bool) -> Step:
    if item.state != "retained":
        return Step(item, "keep", "notRetained")
    if named and not item.protected:
        return Step(item, "drop" if item.layer == "metadata" else "reduce", "requested")
    if policy == "minimal":
        return _minimal_step(item, "requested")
    if policy == "moderate" and running:
        return _kept(item, "running")
    return _working_step(item, "requested")


def on_emergency(items: Iterable[Item]) -> Decisions:
    """All unpinned transient items, and nothing else."""
    return Decisions(
        [
            Step(item, "reduce", "emergency")
            for item in _retained(items)
            if item.layer == "transient" and not item.protected
        ]
    )


def _retained(items: Iterable[Item]) -> list[Item]:
    return [item for item in items if item.state == "retained"]


def _kept(item: Item, reason: str) -> Step:
    return Step(item, "keep", item.protected or ("metadata" if item.layer == "metadata" else reason))


def _working_step(item: Item, reason: str) -> Step:
    if item.protected or item.layer not in WORKING_LAYERS:
        return _kept(item, reason)
    return Step(item, "drop" if item.obsolete_when_over else "reduce", reason)


def _minimal_step(item: Item, reason: str) -> Step:
    if item.protected or item.layer != "transient":
        return _kept(item, "deferred")
    if item.kind in DIAGNOSTIC_KINDS:
        return _kept(item, "diagnostic")
    return Step(item, "reduce", reason)


def _turn(phase: int, wave: int | None, items: Sequence[Item]) -> MarkerReplacement | None:
    """The metadata among `items` that a marker replaces; None if there is nothing but that marker."""
    metadata = tuple(item for item in items if item.layer == "metadata" and not item.pinned)
    if all(item.marker and item.wave == wave for item in metadata):
        return None
    return MarkerReplacement(phase, wave, metadata)
