"""A policy that is milder than the scope asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_server.diagnosis.facts import Facts, figure, items_as_evidence, listed
from ctxbudget_server.diagnosis.model import Cause, Cure, ids, tokens_of
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.policy import STRICTNESS, effective_policy


def too_mild(facts: Facts) -> Iterator[Cause]:
    """The policy keeps what the one that the scope asks for would have reduced."""
    settings, wanted = facts.settings, facts.asked.policy
    if STRICTNESS[settings.policy] >= STRICTNESS[wanted]:
        return
    kept = [item for item in facts.working() if _is_over(facts, item)]
    if not kept:
        return
    phases = sorted({item.phase for item in kept if item.phase is not None and facts.completed(item.phase)})
    waves = sorted({(item.phase or 0, item.wave or 0) for item in kept if not facts.completed(item.phase)})

    def treat(cure: Cure) -> None:
        fitting = settings.scope is not None and effective_policy("auto", settings.scope) == wanted
        cure.send("session/open", config={"policy": "auto" if fitting else wanted})
        cure.undo("session/open", config={"policy": settings.own.get("policy")})
        for phase in phases:
            cure.send("context/prune", target={"phase": phase})
        for phase, wave in waves:
            cure.send("context/prune", target={"phase": phase, "wave": wave})

    places = [listed(phases, "phase")] if phases else []
    places += [listed((f"{phase}.{wave}" for phase, wave in waves), "wave")] if waves else []
    yield Cause(
        "policyTooMild",
        f"The policy {settings.policy} is milder than {facts.asked.by} asks for ({wanted}): {figure(tokens_of(kept))} "
        f"of {' and '.join(places)} are still there although that work is complete.",
        "Aggressive pruning for more than three phases, moderate for up to three, minimal only for debugging.",
        "Open sessions with policy `auto` and the scope of the workflow.",
        items_as_evidence(kept),
        treat,
        ids(kept),
    )


def _is_over(facts: Facts, item: Item) -> bool:
    """Whether the work that the item was for is over."""
    if facts.completed(item.phase):
        return True
    if item.wave is None or facts.asked.policy != "aggressive":
        return False
    return any((wave.phase, wave.number, wave.state) == (item.phase, item.wave, "completed") for wave in facts.waves)
