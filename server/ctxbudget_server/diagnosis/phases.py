"""Phases that were never completed, phases that were completed without a prune, and what grows in a running one."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form, items_as_evidence, listed
from ctxbudget_server.diagnosis.model import Cause, Cure, ids, tokens_of
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase

BY_PHASE = "Prune phase-scoped context and full responses when the phase completes."


def not_completed(facts: Facts) -> Iterator[Cause]:
    """Phases that others have followed, and that nobody has completed."""
    if facts.policy == "minimal":
        return
    held = {
        phase.number: [item for item in facts.working() if item.phase == phase.number]
        for phase in facts.phases.values()
        if phase.state != "completed" and _followed(facts, phase)
    }
    left = {number: items for number, items in held.items() if items}
    if not left:
        return

    def treat(cure: Cure) -> None:
        for number in sorted(left, key=lambda number: (facts.phases[number].state != "running", number)):
            _complete(cure, facts, number)
            if facts.settings.policy != "aggressive":
                cure.send("context/prune", target={"phase": number}, policy=facts.policy)

    items = [item for of_phase in left.values() for item in of_phase]
    yield Cause(
        "phaseNotCompleted",
        f"{listed(sorted(left), 'phase').capitalize()} {form(left, 'was', 'were')} never completed although "
        f"later phases have begun, so {figure(tokens_of(items))} of finished work remain.",
        BY_PHASE,
        "Send workflow/completePhase at the end of each phase, before the next one starts.",
        [_evidence(facts, number, tokens_of(of_phase)) for number, of_phase in sorted(left.items())],
        treat,
        [*ids(items), *ids(_turning(facts, max(left)))],
    )


def _turning(facts: Facts, last: int) -> list[Item]:
    """Metadata of earlier phases, which the completion of this one turns into markers if there is a horizon."""
    horizon = facts.settings.values["metadataHorizon"]
    if horizon is None:
        return []
    return [item for item in facts.metadata() if item.phase is not None and item.phase <= last - horizon]


def _followed(facts: Facts, phase: Phase) -> bool:
    """Whether a later phase has begun: it was started, or full content was added to it."""
    later = [other for other in facts.phases.values() if other.number > phase.number]
    begun = {item.phase for item in facts.items if item.layer == "transient" and item.brought_in}
    return any((other.order > phase.order) or (other.state == "planned" and other.number in begun) for other in later)


def _complete(cure: Cure, facts: Facts, number: int) -> None:
    running = facts.phases[number].state == "running"
    is_open = any(wave.phase == number and wave.state == "running" for wave in facts.waves) or any(
        lease.phase == number and lease.in_flight(facts.now) for lease in facts.leases
    )
    cure.send("workflow/completePhase", phase=number, **({"force": True} if is_open or not running else {}))


def not_pruned(facts: Facts) -> Iterator[Cause]:
    """Working items of completed phases that the policy in force no longer keeps."""
    left = [item for item in facts.working() if facts.completed(item.phase) and _is_due(facts, item.phase)]
    if not left:
        return
    phases = sorted({item.phase for item in left if item.phase is not None})

    def treat(cure: Cure) -> None:
        for phase in phases:
            cure.send("context/prune", target={"phase": phase})

    yield Cause(
        "contentNotPruned",
        f"{listed(phases, 'phase').capitalize()} {form(phases, 'is', 'are')} complete, and "
        f"{counted(len(left), 'item')} of {figure(tokens_of(left))} {form(left, 'is', 'are')} still there "
        "in full.",
        "Prune full agent responses as soon as their metadata is extracted; transient content is 0 once its phase has "
        "completed.",
        "Add what arrives after the end of a phase with `reduces` or context/handOver; prune again what was restored.",
        items_as_evidence(left),
        treat,
        ids(left),
    )


def _is_due(facts: Facts, number: int | None) -> bool:
    if number is None or facts.settings.policy == "aggressive":
        return number is not None
    if facts.settings.policy == "minimal":
        return False
    later = sum(1 for other in facts.phases.values() if other.order > facts.phases[number].order)
    return later > int(facts.settings.values["keepFor"])


def growing(facts: Facts) -> Iterator[Cause]:
    """Phase-scoped context over its ceiling: earlier states that newer ones of the same kind have replaced."""
    ceiling, held = facts.settings.ceilings["phase"], facts.of_layer("phase")
    if held <= ceiling:
        return
    candidates = [item for item in facts.working() if item.layer == "phase" and not facts.completed(item.phase)]
    newest = {(item.kind, item.wave): item.id for item in candidates}
    bound = facts.settings.values["metadataTokens"]
    old = [
        item
        for item in candidates
        if item.id != newest[item.kind, item.wave] and not (item.hash is not None and item.tokens <= bound)
    ]
    going: list[Item] = []
    for item in old:
        if held - tokens_of(going) <= ceiling:
            break
        going.append(item)
    if not going:
        return

    def treat(cure: Cure) -> None:
        cure.send("context/prune", target={"items": ids(going)})

    yield Cause(
        "phaseContextGrows",
        f"Phase-scoped context has grown to {figure(held)}, {held - ceiling:,} over its ceiling of {ceiling:,}; the "
        f"oldest {counted(len(going), 'item')} hold {figure(tokens_of(going))}.",
        "Clear phase-scoped context between waves; it is at most 12 % of the window.",
        "Replace a state or instructions with `reduces` instead of adding the next beside them.",
        items_as_evidence(going),
        treat,
        ids(going),
    )


def _evidence(facts: Facts, number: int, tokens: int) -> Evidence:
    return Evidence(type="phase", id=str(number), title=facts.phases[number].name, phase=number, tokens=tokens)
