"""Figures that are estimates although they could be counts."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_server.diagnosis.facts import Facts, counted, figure, items_as_evidence
from ctxbudget_server.diagnosis.model import Cause, Cure, no_request, tokens_of

LARGE = 0.25
"""Share of the context from which estimates without content matter."""
RULE = "Token counts are cross-checked; characters / 4 is off by a fifth on average."


def estimated(facts: Facts) -> Iterator[Cause]:
    """Estimates of content that can be counted now, and estimates that callers gave instead of content."""
    guessed = [item for item in facts.retained if item.provenance == "estimated" and not item.marker]
    countable = [item for item in guessed if item.hash is not None and facts.counts_as != "estimated"]
    # A picture's cost follows from its size: it has no text that could be counted.
    blind = [item for item in guessed if item.hash is None and item.kind != "tool-output"]
    if tokens_of(blind) < LARGE * facts.session.retained:
        blind = []
    found = [*countable, *blind]
    if not found:
        return

    def treat(cure: Cure) -> None:
        cure.send("session/recalibrate")

    what = f"now they would be {facts.counts_as}" if countable else "their content was never given"
    yield Cause(
        "estimatesNotCounts",
        f"The figures of {counted(len(found), 'item')}, {figure(tokens_of(found))}, are estimates; {what}.",
        RULE,
        "Add content or a path instead of an estimate, and send session/recalibrate when a model's bills are known.",
        items_as_evidence(found),
        treat if countable else no_request,
        frees=False,
    )
