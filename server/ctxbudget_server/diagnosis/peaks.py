"""A peak over the budget that has passed, and content that no prune may touch."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form, items_as_evidence
from ctxbudget_server.diagnosis.model import Cause, Cure, tokens_of

LARGE = 0.5
"""Share of the budget from which protected content is too much while the budget is short."""


def peak(facts: Facts) -> Iterator[Cause]:
    """The account was over its budget, and nothing keeps that from happening again."""
    session = facts.session
    if session.peak <= facts.budget or facts.settings.values["autoPrune"]:
        return
    phases = sorted((phase for phase in facts.phases.values() if phase.peak), key=lambda phase: -phase.peak)

    def treat(cure: Cure) -> None:
        cure.send("session/open", config={"autoPrune": True})
        cure.undo("session/open", config={"autoPrune": facts.settings.own.get("autoPrune")})

    most = f"; phase {phases[0].number} alone held up to {phases[0].peak:,}" if phases else ""
    yield Cause(
        "peak",
        f"At its peak the context held {figure(session.peak)}, {session.peak - facts.budget:,} over the budget "
        f"of {facts.budget:,}{most}.",
        "Prune each full response before the next agent's arrives; emergency pruning at 95 % of the budget.",
        "`autoPrune` removes transient content when the account becomes critical; context/handOver never lets it in.",
        [
            Evidence(type="phase", id=str(phase.number), title=phase.name, phase=phase.number, tokens=phase.peak)
            for phase in phases[:1]
        ],
        treat,
        frees=False,
    )


def protected(facts: Facts) -> Iterator[Cause]:
    """Permanent content over its ceiling, or pinned and permanent content that leaves no room."""
    items = [item for item in facts.retained if item.protected]
    permanent, ceiling = facts.of_layer("permanent"), facts.settings.ceilings["permanent"]
    too_much = facts.tight and tokens_of(items) > LARGE * facts.budget
    if permanent <= ceiling and not too_much:
        return
    if not too_much:
        items = [item for item in items if item.layer == "permanent"]
    pinned = sum(item.tokens for item in items if item.pinned)
    over = f"the permanent layer holds {permanent:,}, its ceiling is {ceiling:,}; " if permanent > ceiling else ""
    yield Cause(
        "protectedTooLarge",
        f"{counted(len(items), 'item')} of {figure(tokens_of(items))} {form(items, 'is', 'are')} kept through "
        f"every prune: {over}{pinned:,} are pinned.",
        "Permanent context is at most 4 % of the window: skeleton, standards, scope, list of functions.",
        "Unpin what is no longer needed, or move it to another layer (context/update); no prune does this unasked.",
        items_as_evidence(items),
        frees=False,
    )
