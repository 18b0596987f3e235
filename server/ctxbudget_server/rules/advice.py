"""What to do about an account now, from its running sums: what is promised here is reached when it is done.

No item is looked at, so a figure is exact only if nothing that goes leaves metadata; otherwise it is a lower bound,
and called "at least".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.rules.breaches import breaches
from ctxbudget_server.rules.items import Figures, total_of
from ctxbudget_server.rules.policy import WORKING_LAYERS
from ctxbudget_server.rules.position import PhaseFigures, Position

MARKER_TOKENS: Final = 50
"""More than any marker costs: 6 tokens in o200k_base, times the largest factor of a calibration."""

MAX_SENTENCES: Final = 4
"""Sentences on what to do; further requests are only counted."""

MAX_HOLDERS: Final = 3
"""Holders of leases that a sentence names."""

NOTHING_TO_DO: Final = "Nothing needs to be done."


class Action(NamedTuple):
    """A request that helps. `saves`: the tokens that it frees at least, after the actions before it; `exact`: exactly
    these. None: unknown.
    """

    method: str
    params: dict[str, object]
    saves: int | None
    exact: bool
    why: str


class Step(NamedTuple):
    """One thing to do: a sentence, and the request behind it if a request can do it."""

    text: str
    action: Action | None = None


class Advice(NamedTuple):
    """The state of the budget and what to do next, in sentences that a model can read, and the requests behind them."""

    text: str
    next: str
    actions: list[Action]


def advise(position: Position, refusal: str | None = None) -> Advice:
    """What to do now. No two actions count the same tokens. `refusal`: a sentence on what is refused for its cost."""
    steps = [*([Step(refusal)] if refusal else []), *_steps(position)]
    said = [step.text for step in steps[:MAX_SENTENCES]]
    if len(steps) > MAX_SENTENCES:
        said.append(f"And {len(steps) - MAX_SENTENCES} more (`ctxbudget report`).")
    todo = " ".join(said) or NOTHING_TO_DO
    return Advice(f"{_state(position)} {todo}", todo, [step.action for step in steps if step.action])


def _state(position: Position) -> str:
    """The first sentence of the advice."""
    budget, retained, leased = position.budget, position.retained, position.leased
    state = f"{retained:,} of {budget:,} budget tokens are in use"
    if leased:
        state += f" and {leased:,} more are reserved"
    left = position.available
    if retained > budget:
        return f"Over budget by {retained - budget:,}: {state}."
    if left < 0:
        return f"Reserved beyond the budget by {-left:,}: {state}."
    if position.level == "critical":
        return f"Critical: {state}, {left:,} left."
    if position.level == "warn":
        return f"Warning: {state}, {left:,} left."
    return f"{state}, {left:,} left."


def _steps(position: Position) -> Iterator[Step]:
    if not position.needed and position.available > 0 and next(breaches(position), None) is None:
        return
    forgotten = 0
    if position.closed:
        yield Step("The session is closed: open it again (session/open) before anything is pruned.")
    elif position.hosted:
        yield from _compaction(position)
    else:
        removals = _removals(position)
        yield from removals
        forgotten = _sure([step for step in removals if step.action and _is_of_metadata(step.action)])
        if position.needed > _sure(removals) and _are_exact(removals):
            yield _what_stays(position)
    yield from _layers(position, forgotten)
    yield from _allocations(position)
    if position.leases and position.available <= 0:
        yield _settling(position)


def _compaction(position: Position) -> Iterator[Step]:
    """The window is the host's: a prune of the account would not free it."""
    if any(position.layers[layer].prunable for layer in ("phase", "metadata", "transient")):
        yield Step("Run /compact (in Gemini CLI /compress); what it removes can still be searched and read.")
    elif position.needed:
        yield _what_stays(position)


def _removals(position: Position) -> list[Step]:
    """Prunes: what completed phases left, then what is transient, then what metadata can spare."""
    done = [phase for phase in position.phases if phase.phase.state == "completed"]
    needed = position.needed
    wanted = bool(needed or position.over_ceiling("phase"))
    steps: list[Step] = []
    for phase in done:
        going = phase.held("transient").plus(phase.held("phase"))
        if phase.held("transient").prunable or (wanted and going.prunable):
            steps.append(pruning(position, f"phase {phase.number}, which is complete", {"phase": phase.number}, going))
    rest = position.layers["transient"].minus(total_of(phase.held("transient") for phase in done))
    if rest.prunable and (needed > _sure(steps) or _is_crowded(position)):
        name = "the other transient items" if rest != position.layers["transient"] else "the transient items"
        steps.append(pruning(position, name, {"layer": "transient"}, rest))
    short = needed > _sure(steps) and (position.level != "warn" or _are_exact(steps))
    if short or position.over_ceiling("metadata"):
        steps += _forgetting(position, done)
    return steps


def _sure(steps: Sequence[Step]) -> int:
    """The tokens that these free at least."""
    return sum(step.action.saves or 0 for step in steps if step.action)


def _are_exact(steps: Sequence[Step]) -> bool:
    """Whether they free exactly that."""
    return all(step.action.exact for step in steps if step.action)


def _is_crowded(position: Position) -> bool:
    """Whether a phase that is not complete is over its allocation and holds transient items that can go."""
    return any(
        phase.over and phase.phase.state != "completed" and phase.held("transient").prunable
        for phase in position.phases
    )


def pruning(position: Position, name: str, target: dict[str, object], going: Figures) -> Step:
    """The prune of a target, which removes what has these figures."""
    saves = going.freed(position.metadata_tokens)
    exact = going.prunable == going.unreplaced
    action = Action("context/prune", {"target": target, "policy": "aggressive"}, saves, exact, _why(target))
    if not saves:
        return Step(f"Prune {name}: metadata replaces {going.prunable:,} tokens.", action)
    return Step(f"Prune {name}: {frees(saves, exact=exact)}.", action)


def _why(target: dict[str, object]) -> str:
    if "wave" in target:
        return f"wave {target['wave']} of phase {target['phase']} is complete"
    if "phase" in target:
        return f"phase {target['phase']} is complete"
    return "transient items can go; metadata and originals stay retrievable"


def frees(tokens: int, *, exact: bool = True) -> str:
    """What a request does, in words."""
    return f"frees {'' if exact else 'at least '}{tokens:,} {'token' if tokens == 1 else 'tokens'}"


def _forgetting(position: Position, done: Sequence[PhaseFigures]) -> Iterator[Step]:
    """Metadata of completed phases becomes one line each, and metadata without a phase is removed."""
    loose = position.layers["metadata"].minus(total_of(phase.held("metadata") for phase in position.phases)).prunable
    saves = loose + sum(_shortened(position, phase) for phase in done)
    if saves > 0:
        action = Action(
            "context/prune",
            {"target": {"layer": "metadata"}},
            saves,
            False,
            "one line can replace what is kept of a complete phase",
        )
        text = f"Prune the metadata of what is complete: {frees(saves, exact=False)}; originals stay retrievable."
        yield Step(text, action)


def _shortened(position: Position, phase: PhaseFigures) -> int:
    """What a marker in place of a completed phase's metadata frees at least, after the phase was pruned.

    Negative if the marker may be longer than what it replaces; that may also be metadata which the prune leaves.
    """
    tokens = phase.held("metadata").prunable
    going = total_of(map(phase.held, WORKING_LAYERS))
    grows = going.prunable > going.unreplaced
    marker = MARKER_TOKENS if position.markers else 0
    if tokens <= MARKER_TOKENS:  # these may be the marker itself, which stays
        return min(0, tokens - marker) if tokens or grows else 0
    return tokens - marker


def _what_stays(position: Position) -> Step:
    """Room is needed, and no prune makes any: what holds it, and what does."""
    pinned = total_of(position.layers.values()).pinned
    permanent = position.layers["permanent"].prunable
    held = []
    if pinned:
        held.append(f"{pinned:,} tokens are pinned")
    if permanent:
        held.append(f"{permanent:,} are permanent" if held else f"{permanent:,} tokens are permanent")
    text = "Nothing more that is finished can be pruned" + (f": {' and '.join(held)}" if held else "") + "."
    if pinned:
        text += " Unpin what is no longer needed (context/update)."
    running = position.running
    if running is not None and position.policy == "aggressive" and running.held("phase").prunable:
        text += f" Complete phase {running.number} when its work is done: that prunes what belongs to it alone."
    elif not pinned:
        text += " Reduce the scope, or set a larger budget."
    return Step(text)


def _is_of_metadata(action: Action) -> bool:
    return action.params["target"] == {"layer": "metadata"}


def _layers(position: Position, forgotten: int) -> Iterator[Step]:
    """Ceilings that are breached; `forgotten`: what a proposed prune frees of metadata, tokens."""
    for layer in ("permanent", "phase"):
        over = position.over_ceiling(layer)
        if over <= 0:
            continue
        limit = f"Layer {layer} is {over:,} over its ceiling of {position.ceilings[layer]:,}"
        running = position.running
        if layer == "permanent":
            yield Step(f"{limit}: no prune touches it, so move items to another layer (context/update).")
        elif running is not None and position.policy == "aggressive" and running.held("phase").prunable:
            yield Step(f"{limit}: complete phase {running.number} when its work is done.")
        else:
            yield Step(f"{limit}: prune items of it that are no longer needed.")
    over = position.over_ceiling("metadata")
    if over > forgotten:
        limit = f"Layer metadata is {over:,} over its ceiling of {position.ceilings['metadata']:,}"
        yield Step(
            f"{limit}: keep less of each artifact (setting metadataTokens), or raise the ceiling (layerCeilings)."
        )


def _allocations(position: Position) -> Iterator[Step]:
    over = [(phase, phase.over) for phase in position.phases if phase.over]
    drawn = position.drawn
    for phase, tokens in over:
        yield Step(f"Phase {phase.number} holds {tokens:,} tokens more than its {phase.phase.allocated:,} allocated.")
    if position.buffer is None or not drawn:
        return
    if drawn > position.buffer:
        # A finished phase keeps its allocation, and a division of what remains gives a full one less than it holds.
        unfinished = any(phase.drawn and not phase.phase.frozen for phase in position.phases)
        more = ", or allocate them more (budget/allocate)" if unfinished else ""
        yield Step(
            f"The buffer of {position.buffer:,} does not cover the {drawn:,} tokens that phases draw on it: keep less "
            f"in them{more}."
        )
    elif over:
        yield Step(f"The buffer of {position.buffer:,} covers it.")


def _settling(position: Position) -> Step:
    holders = list(dict.fromkeys(lease.holder for lease in position.leases))
    named = ", ".join(holders[:MAX_HOLDERS])
    if len(holders) > MAX_HOLDERS:
        named += f" and {len(holders) - MAX_HOLDERS} more"
    count = len(position.leases)
    who = "1 lease holds" if count == 1 else f"{count} leases hold"
    return Step(f"{who} {position.leased:,} tokens ({named}): settle or release what is done.")
