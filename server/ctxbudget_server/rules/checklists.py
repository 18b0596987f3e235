"""The checklists of good practice, answered from the account: before, during and after each phase, and at the end.

The entries are those of the original guide. An open one names its cure, as a sentence and as requests where requests
can do it; one that does not apply gives the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from ctxbudget_protocol.words import Scope
from ctxbudget_server.rules.advice import Action, frees, pruning
from ctxbudget_server.rules.items import LONG, Figures, Item, total_of
from ctxbudget_server.rules.lifecycle import Wave, phases_due
from ctxbudget_server.rules.policy import STRICTNESS, WORKING_LAYERS, asked_policy
from ctxbudget_server.rules.position import PhaseFigures, Position

When = Literal["before", "during", "afterPhase", "afterWorkflow"]
State = Literal["done", "open", "notApplicable"]

ARTIFACTS: Final = ("report", "plan", "summary", "debug", "test-output")
"""Kinds that an agent leaves behind, of which metadata is enough once it is done."""

MAX_ITEMS: Final = 100
"""Items that one request names."""

FAULTS: Final = {
    "missing": "without metadata",
    "incomplete": "with metadata of an unfinished document",
    "overBound": "with metadata over its bound",
    "largerThanSource": "with metadata larger than the source",
}


class Entry(NamedTuple):
    """One entry. `why`: the evidence, or why it does not apply; `cure` and `actions`: what to do about an open one."""

    id: str
    text: str
    state: State
    why: str
    cure: str | None = None
    actions: tuple[Action, ...] = ()


class Checklist(NamedTuple):
    """One list."""

    when: When
    entries: list[Entry]


class Evidence(NamedTuple):
    """What the lists are answered from, besides the account's position. Figures in tokens.

    `window_known`: someone said how large the window is; `what_next`: the advice, in one line; `faults`: how many
    artifacts have metadata with which fault.
    """

    position: Position
    scope: Scope | None
    window: int
    window_known: bool
    peak: int
    alerts: int
    keep_for: int
    what_next: str
    items: Sequence[Item]
    waves: Sequence[Wave]
    faults: Mapping[str, int]


def checklists(evidence: Evidence) -> list[Checklist]:
    """The four lists, in the order of a workflow."""
    return [
        Checklist("before", list(_before(evidence))),
        Checklist("during", list(_during(evidence))),
        Checklist("afterPhase", list(_after_phase(evidence))),
        Checklist("afterWorkflow", list(_after_workflow(evidence))),
    ]


def _before(evidence: Evidence) -> Iterator[Entry]:
    position = evidence.position
    phases = position.phases
    unphased = "the session of a coding agent has no phases" if position.hosted and not phases else None
    text = "Determine the scope of the workflow"
    if unphased:
        yield Entry("scope", text, "notApplicable", unphased)
    elif evidence.scope:
        yield Entry("scope", text, "done", evidence.scope)
    else:
        cure = "Name it: session/open with config.scope, or send the plan to workflow/plan."
        yield Entry("scope", text, "open", "no scope is set", cure)
    text = "Calculate the expected number of phases"
    if unphased:
        yield Entry("phases", text, "notApplicable", unphased)
    elif phases:
        yield Entry("phases", text, "done", _counted(len(phases), "phase"))
    else:
        yield Entry("phases", text, "open", "no phase is known", "Divide the budget: budget/allocate names the phases.")
    yield _allocation(position, unphased)
    text = "Set the budget"
    if evidence.window_known:
        yield Entry("budget", text, "done", f"{position.budget:,} of {evidence.window:,} tokens")
    else:
        cure = "Set it: run ctxbudget init, or send session/open with config.contextWindow."
        yield Entry("budget", text, "open", "the window's size is not set", cure)
    yield _policy(evidence)


def _allocation(position: Position, unphased: str | None) -> Entry:
    text = "Choose a strategy for dividing the budget"
    if unphased:
        return Entry("allocation", text, "notApplicable", unphased)
    if position.buffer is not None:
        given = [phase.phase.allocated for phase in position.phases if phase.phase.allocated is not None]
        why = f"{sum(given):,} tokens for {_counted(len(given), 'phase')}, {position.buffer:,} as buffer"
        return Entry("allocation", text, "done", why)
    action = Action("budget/allocate", {"strategy": "fixed"}, None, False, "nothing is allocated")
    cure = (
        "Divide it: budget/allocate, by scope (fixed), by complexity (dynamic), with a reserve (reserve) or by what "
        "past runs used (history)."
    )
    return Entry("allocation", text, "open", "nothing is allocated", cure, _sendable(position, action))


def _policy(evidence: Evidence) -> Entry:
    """A policy milder than the workflow asks for is open; a stricter one is anyone's choice."""
    position = evidence.position
    text = "Choose a pruning policy (aggressive for more than 3 phases)"
    count = len(position.phases)
    asked = asked_policy(evidence.scope, [figures.phase for figures in position.phases])
    if STRICTNESS[position.policy] >= STRICTNESS[asked.policy]:
        return Entry("policy", text, "done", f"{position.policy}, for {_counted(count, 'phase')}")
    why = f"{position.policy}, and {asked.by} asks for {asked.policy}"
    action = Action("session/open", {"config": {"policy": asked.policy}}, None, False, why)
    return Entry("policy", text, "open", why, f"Set the policy {asked.policy} (session/open).", (action,))


def _during(evidence: Evidence) -> Iterator[Entry]:
    position = evidence.position
    artifacts = [item for item in evidence.items if item.layer == "transient" and item.brought_in]
    yield _extraction(evidence, artifacts)
    text = "Prune full responses once their metadata is taken"
    retained = {item.id for item in evidence.items if item.state == "retained"}
    done = _completed(position)
    double = [
        item
        for item in evidence.items
        if item.id in retained and item.stand_in in retained and not item.protected and item.phase not in done
    ]
    if not artifacts:
        yield Entry("pruned", text, "notApplicable", "no artifact was brought in")
    elif double:
        tokens = sum(item.tokens for item in double[:MAX_ITEMS])
        why = f"{_counted(len(double), 'item')} in the context beside the metadata"
        action = _removal(double, tokens, exact=True, why=why)
        yield Entry("pruned", text, "open", why, f"Prune them: {frees(tokens)}.", _sendable(position, action))
    else:
        yield Entry("pruned", text, "done", "no item is in the context beside its metadata")
    text = "Monitor how much of the context is used"
    why = f"{position.retained:,} of {position.budget:,} tokens now, {evidence.peak:,} at most"
    if not evidence.window_known:
        why = f"{_counted(position.retained, 'token')} now, {evidence.peak:,} at most"
    yield Entry("monitored", text, "done", why)
    yield _alerting(evidence)


def _extraction(evidence: Evidence, artifacts: Sequence[Item]) -> Entry:
    position = evidence.position
    text = "Take the metadata of a response as soon as its agent is done"
    if not artifacts:
        return Entry("extracted", text, "notApplicable", "no artifact was brought in")
    if position.policy != "aggressive":
        return Entry("extracted", text, "notApplicable", f"policy {position.policy} keeps full responses meanwhile")
    if position.hosted:
        return Entry("extracted", text, "notApplicable", "the window is the coding agent's own")
    busy = {lease.holder for lease in position.leases}
    elsewhere = _completed(position)  # the next list has these
    ended = {(wave.phase, wave.number) for wave in evidence.waves if wave.state == "completed"}
    full = [
        item
        for item in artifacts
        if item.state == "retained" and not item.pinned and item.kind in ARTIFACTS and item.tokens > LONG
        if item.stand_in is None and item.agent not in busy
        if item.phase not in elsewhere and (item.phase, item.wave) not in ended
    ]
    if not full:
        return Entry("extracted", text, "done", "no long response of a finished agent is in the context")
    going = total_of(item.figures for item in full[:MAX_ITEMS])
    tokens, exact = going.freed(position.metadata_tokens), going.prunable == going.unreplaced
    why = f"{_counted(len(full), 'full response')} in the context"
    reduce = f"Reduce {'it' if len(full) == 1 else 'them'} to metadata"
    cure = f"{reduce}: {frees(tokens, exact=exact)}." if tokens else f"{reduce}."
    return Entry(
        "extracted", text, "open", why, cure, _sendable(position, _removal(full, tokens, exact=exact, why=why))
    )


def _alerting(evidence: Evidence) -> Entry:
    position = evidence.position
    text = "Alert when most of the budget is used"
    if not evidence.window_known:
        return Entry("alerted", text, "notApplicable", "the window's size is not set")
    at = f"the warning at {position.thresholds.warn_at:,} tokens"
    if position.level != "ok":
        return Entry("alerted", text, "open", f"{at} is reached, level {position.level}", evidence.what_next)
    if evidence.alerts:
        return Entry("alerted", text, "done", f"{_counted(evidence.alerts, 'alert')}, and the level is ok again")
    return Entry("alerted", text, "done", f"{at} was not reached")


def _after_phase(evidence: Evidence) -> Iterator[Entry]:
    position = evidence.position
    done = [phase for phase in position.phases if phase.phase.state == "completed"]
    yield _phase_scoped(evidence, done)
    yield _completed_waves(evidence)
    text = "Update the figures of the phase"
    if done:
        used = ", ".join(
            f"phase {phase.number} used {phase.phase.used or 0:,}"
            + (f" of {phase.phase.allocated:,}" if phase.phase.allocated is not None else "")
            for phase in done
        )
        yield Entry("figures", text, "done", used)
    else:
        yield Entry("figures", text, "notApplicable", "no phase is complete")
    text = "Verify that the metadata could be taken"
    if evidence.faults:
        found = [f"{_counted(count, 'artifact')} {FAULTS[fault]}" for fault, count in evidence.faults.items() if count]
        cure = "Read the originals (context/get) and add metadata that replaces them (context/add with reduces)."
        yield Entry("verified", text, "open", ", ".join(found), cure)
    elif reduced := sum(1 for item in evidence.items if item.state == "reduced"):
        yield Entry("verified", text, "done", f"{_counted(reduced, 'artifact')} reduced, none to something longer")
    else:
        yield Entry("verified", text, "notApplicable", "no artifact was reduced")


def _phase_scoped(evidence: Evidence, done: Sequence[PhaseFigures]) -> Entry:
    position = evidence.position
    text = "Prune what belongs to the phase alone"
    if not done:
        return Entry("phaseScoped", text, "notApplicable", "no phase is complete")
    due = done
    if position.policy == "moderate":
        running = position.running
        phases = [phase.phase for phase in position.phases]
        numbers = phases_due(phases, running.phase, evidence.keep_for) if running else []
        due = [phase for phase in done if phase.number in numbers]
    elif position.policy == "minimal" and not position.closed:
        return Entry("phaseScoped", text, "notApplicable", "policy minimal prunes when the session closes")
    left = [(phase, total_of(map(phase.held, WORKING_LAYERS))) for phase in due]
    left = [(phase, held) for phase, held in left if held.prunable]
    if not left:
        return Entry("phaseScoped", text, "done", f"nothing is left that policy {position.policy} prunes by now")
    why = f"{_named([phase.number for phase, _ in left])} left {sum(held.prunable for _, held in left):,} tokens"
    steps = [pruning(position, f"phase {phase.number}", {"phase": phase.number}, held) for phase, held in left]
    actions = [step.action for step in steps if step.action]
    return Entry("phaseScoped", text, "open", why, " ".join(s.text for s in steps), _sendable(position, *actions))


def _completed_waves(evidence: Evidence) -> Entry:
    position = evidence.position
    text = "Prune what completed waves left"
    done = _completed(position)
    waves = [wave for wave in evidence.waves if wave.state == "completed"]
    if not waves:
        return Entry("waves", text, "notApplicable", "no wave is complete")
    if position.policy != "aggressive":
        return Entry("waves", text, "notApplicable", f"policy {position.policy} treats waves as part of their phase")
    left = []
    for wave in waves:
        held = _held_by(evidence.items, wave)
        if wave.phase not in done and held.prunable:
            left.append((wave, held))
    if not left:
        return Entry("waves", text, "done", f"{_counted(len(waves), 'wave')} complete, nothing left")
    steps = [
        pruning(
            position,
            f"wave {wave.number} of phase {wave.phase}",
            {"phase": wave.phase, "wave": wave.number},
            held,
        )
        for wave, held in left
    ]
    why = f"{_counted(len(left), 'completed wave')} left {sum(held.prunable for _, held in left):,} tokens"
    actions = [step.action for step in steps if step.action]
    return Entry("waves", text, "open", why, " ".join(step.text for step in steps), _sendable(position, *actions))


def _held_by(items: Iterable[Item], wave: Wave) -> Figures:
    """What a wave holds of what is removed at its end."""
    return total_of(
        item.figures
        for item in items
        if (item.phase, item.wave) == (wave.phase, wave.number) and item.layer in WORKING_LAYERS
    )


def _after_workflow(evidence: Evidence) -> Iterator[Entry]:
    position = evidence.position
    states = {phase.phase.state for phase in position.phases}
    finished = position.closed or (bool(states) and states == {"completed"})
    unfinished = "the workflow is not over"
    text = "Report what was used against the budget"
    if not finished:
        yield Entry("reported", text, "notApplicable", unfinished)
        yield Entry("archived", "Close the session", "notApplicable", unfinished)
        yield Entry("overruns", "Note overruns for the next workflow", "notApplicable", unfinished)
        return
    yield Entry("reported", text, "done", "this report")
    text = "Close the session, which keeps its log and originals"
    if position.closed:
        yield Entry("archived", text, "done", "it is closed")
    else:
        action = Action("session/close", {}, None, False, "all phases are complete")
        yield Entry("archived", text, "open", "all phases are complete", "Close it (session/close).", (action,))
    text = "Note overruns for the next workflow"
    over = [(phase.number, phase.phase.overrun(phase.retained)) for phase in position.phases]
    found = [f"phase {number} used {tokens:,} more than allocated" for number, tokens in over if tokens]
    if found:
        yield Entry("overruns", text, "done", ", ".join(found))
    elif position.buffer is None:
        yield Entry("overruns", text, "notApplicable", "nothing was allocated")
    else:
        yield Entry("overruns", text, "done", "no phase used more than allocated")


def _completed(position: Position) -> set[int | None]:
    return {phase.number for phase in position.phases if phase.phase.state == "completed"}


def _removal(items: Sequence[Item], tokens: int, *, exact: bool, why: str) -> Action:
    return Action("context/prune", {"target": {"items": [item.id for item in items[:MAX_ITEMS]]}}, tokens, exact, why)


def _sendable(position: Position, *actions: Action) -> tuple[Action, ...]:
    """The requests, after the one that opens a closed session again."""
    if not position.closed or not actions:
        return actions
    return (Action("session/open", {}, None, False, "the session is closed"), *actions)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + "s" * (count != 1)


def _named(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"phase {numbers[0]}"
    return f"phases {', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
