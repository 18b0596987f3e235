"""Metadata that is missing, too large, larger than its source, or kept for too long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form, items_as_evidence, listed
from ctxbudget_server.diagnosis.model import Cause, Cure, Treatment, ids, no_request, tokens_of
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.markers import marker_text

SUMMARY_TOKENS = 800
"""What a plan's metadata and a phase's summary may have, tokens."""
BLATANT = 2
"""How many times its bound an artifact's metadata may have while its layer and the budget have room."""
HORIZON = 2
ARTIFACTS = ("report", "plan")


def larger_than_source(facts: Facts) -> Iterator[Cause]:
    """Metadata of sources that are short enough to be their own metadata."""
    found = [(item, sources) for item in facts.metadata() if (sources := _short_sources(facts, item))]
    if not found:
        return
    metadata = [item for item, _ in found]
    sources = [source for _, of_item in found for source in of_item]

    def treat(cure: Cure) -> None:
        cure.send("context/prune", target={"items": ids(metadata)})
        cure.send("context/restore", items=ids(sources))
        cure.undo("context/prune", target={"items": ids(sources)})
        for source in sources:
            if source.layer != "metadata":
                cure.send("context/update", itemId=source.id, layer="metadata")
                cure.undo("context/update", itemId=source.id, layer=source.layer)

    yield Cause(
        "metadataLargerThanSource",
        f"The metadata of {counted(len(found), 'artifact')} is larger than the {form(found, 'artifact', 'artifacts')}: "
        f"{figure(tokens_of(metadata))} instead of {tokens_of(sources):,}.",
        "Metadata reduces an artifact by 95 to 97 %; cross-check its token count against the source.",
        "Let the server extract metadata: a document that is shorter than its metadata becomes its own.",
        items_as_evidence(metadata),
        treat,
        ids(metadata),
    )


def _short_sources(facts: Facts, item: Item) -> list[Item]:
    """The removed sources of metadata that is larger than they are together, if they fit its bound."""
    if not item.reduces:
        return []
    sources = [facts.by_id[source] for source in item.reduces if source in facts.by_id]
    whole = len(sources) == len(item.reduces) and all(
        source.state == "reduced" and source.stand_in == item.id and source.dropped_at is None for source in sources
    )
    total = tokens_of(sources)
    return sources if whole and total < item.tokens and total <= _bound(facts, item) else []


def not_extracted(facts: Facts) -> Iterator[Cause]:
    """Whole artifacts that were put into the layer of metadata."""
    found = [item for item in _over(facts) if item.brought_in and not item.reduces]
    if found:
        yield Cause(
            "metadataNotExtracted",
            f"{counted(len(found), 'artifact')} in the layer of metadata {form(found, 'was', 'were')} never reduced: "
            f"{figure(tokens_of(found))}.",
            "Extract metadata as soon as an agent completes; the layer keeps 200 to 300 tokens for each artifact.",
            "Add full content as `transient`, or with context/handOver, so that its metadata is extracted.",
            items_as_evidence(found),
            _reduction(facts, found),
            ids(found),
        )


def too_large(facts: Facts) -> Iterator[Cause]:
    """Metadata over its bound."""
    found = [item for item in _over(facts) if item.reduces or not item.brought_in]
    if found:
        yield Cause(
            "metadataTooLarge",
            f"The metadata of {counted(len(found), 'artifact')} is over its bound of "
            f"{facts.settings.values['metadataTokens']:,}: {figure(tokens_of(found))}.",
            "The layer keeps 200 to 300 tokens of metadata for each artifact.",
            "Let the server extract it, or pass its `maxTokens` to whoever writes the metadata.",
            items_as_evidence(found),
            _reduction(facts, found),
            ids(found),
        )


def _over(facts: Facts) -> list[Item]:
    short = facts.tight or facts.of_layer("metadata") > facts.settings.ceilings["metadata"]
    return [item for item in facts.metadata() if item.tokens > _bound(facts, item) * (1 if short else BLATANT)]


def _bound(facts: Facts, item: Item) -> int:
    bound = int(facts.settings.values["metadataTokens"])
    return max(bound, SUMMARY_TOKENS) if item.kind in ("plan", "summary") else bound


def _reduction(facts: Facts, found: list[Item]) -> Treatment:
    """Reduce items of metadata to an extract of themselves, or of their source if they have no content."""
    own = [item for item in found if item.hash is not None]
    by_source = [(item, source) for item in found if item.hash is None and (source := _readable_source(facts, item))]

    def treat(cure: Cure) -> None:
        for item in own:
            cure.send("context/update", itemId=item.id, layer="transient")
            cure.undo("context/update", itemId=item.id, layer="metadata")
        if own:
            cure.send("context/prune", target={"items": ids(own)})
        if by_source:
            replacements = [
                {"layer": "metadata", "reduces": [item.id], "content": _extract(cure, source, _bound(facts, item))}
                for item, source in by_source
            ]
            added = cure.send("context/add", items=replacements)
            cure.undo("context/restore", items=[item.id for item, _ in by_source])
            cure.undo("context/prune", target={"items": [row["id"] for row in added["items"]]})

    return treat if own or by_source else no_request


def _extract(cure: Cure, source: Item, limit: int) -> str:
    return str(cure.ask("metadata/extract", itemId=source.id, maxTokens=limit)["text"])


def _readable_source(facts: Facts, item: Item) -> Item | None:
    sources = (facts.by_id[source] for source in item.reduces if source in facts.by_id)
    return next((source for source in sources if source.hash is not None), None)


def missing(facts: Facts) -> Iterator[Cause]:
    """Artifacts that were pruned without metadata, since only a figure of them was known."""
    found = [
        item
        for item in facts.items
        if item.state == "pruned" and item.reason == "noMetadata" and item.kind in ARTIFACTS and not item.withdrawn
    ]
    if found:
        yield Cause(
            "metadataMissing",
            f"{counted(len(found), 'artifact')} of {figure(tokens_of(found))} {form(found, 'was', 'were')} "
            "pruned without metadata: nothing of what they said remains.",
            "Extract metadata immediately after an agent completes, and verify that it succeeded.",
            "Add artifacts by `path` or `content`, not by `tokens` alone. For these, context/add with `reduces` and "
            "their ids adds metadata later.",
            [evidence.copy(tokens=0) for evidence in items_as_evidence(found)],
            frees=False,
        )


def accumulates(facts: Facts) -> Iterator[Cause]:
    """Metadata of phases that ended two phases ago, while its layer or the budget is full."""
    metadata = facts.of_layer("metadata") - sum(
        facts.by_id[item_id].tokens for item_id in facts.claimed if facts.by_id[item_id].layer == "metadata"
    )
    full = metadata > facts.settings.ceilings["metadata"] or facts.tight
    done = [phase.number for phase in facts.phases.values() if phase.state == "completed"]
    if not full or not done or facts.policy == "minimal":
        return
    last = max(done, key=lambda number: facts.phases[number].order)
    old: defaultdict[int, list[Item]] = defaultdict(list)
    for item in facts.metadata():
        if item.phase is None or item.title == marker_text(item.phase, None):
            continue
        if item.phase <= last - HORIZON and facts.completed(item.phase):
            old[item.phase].append(item)
    if not old:
        return
    items = [item for phase in sorted(old) for item in old[phase]]
    yield Cause(
        "metadataAccumulates",
        f"Metadata accumulates: {figure(tokens_of(items))} of {listed(sorted(old), 'phase')} are still there after "
        f"phase {last}.",
        "After phase N completes, prune the metadata of phase N-2 and keep only `Phase N-2: complete ✓`.",
        "Set `metadataHorizon` to 2.",
        items_as_evidence(items),
        lambda cure: _forget(cure, facts, old),
        ids(items),
    )


def _forget(cure: Cure, facts: Facts, old: dict[int, list[Item]]) -> None:
    """Set the horizon, and leave the markers that it would have left."""
    if facts.settings.values["metadataHorizon"] is None:
        cure.send("session/open", config={"metadataHorizon": HORIZON})
        cure.undo("session/open", config={"metadataHorizon": None})
    marked: list[dict[str, Any]] = []
    dropped: list[Item] = []
    for phase, items in sorted(old.items()):
        others = [item for item in facts.retained if item.phase == phase and item not in items and not item.marker]
        if others or not facts.settings.values["markers"]:
            dropped += items
        else:
            line = marker_text(phase, None)
            marked.append({"reduces": ids(items), "phase": phase, "kind": "other", "title": line, "content": line})
    if dropped:
        cure.send("context/prune", target={"items": ids(dropped)})
    if marked:
        added = cure.send("context/add", items=marked)
        cure.undo("context/restore", items=[item_id for item in marked for item_id in item["reduces"]])
        cure.undo("context/prune", target={"items": [row["id"] for row in added["items"]]})
