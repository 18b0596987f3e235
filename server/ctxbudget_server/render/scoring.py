"""Which items may be in the text, in which details, and how they score.

score = layer x recency x focus, in whole numbers:

- layer: phase-scoped 16, metadata 4, transient of the phase 2, all else 1. Permanent items are chosen before the
others, so their 16 only compares them with each other.
- recency: 8 / (8 + age), where age is the number of younger items in the same layer.
- focus: 1 + 4 x relevance.

A phase's marker scores as much as the line of the youngest metadata, the closing line four times that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ctxbudget_protocol.words import Detail, Layer, RenderReason
from ctxbudget_server.render.model import CLOSING, SHARES, RenderCandidate, RenderRequest
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.markers import marker_text

UNIT = 10_000
"""The score of the youngest item of weight 1."""
AGE = 8
"""Number of younger items in its layer that halves an item's score."""
FOCUS = 4
"""How many times its score the most relevant item gains from the focus."""
READ = 120_000
"""Tokens of documents that may be read for extracts: about 0.8 s of CPU time. At most a quarter of this counts per
document, because no more of a huge one is read.
"""
_WEIGHTS: dict[Layer, int] = {"permanent": 16, "phase": 16, "metadata": 4, "transient": 2}
_ELSEWHERE = 1


def candidates(request: RenderRequest) -> list[RenderCandidate]:
    """All candidates: markers of completed phases, items in the order in which they were added, the closing line."""
    retained = {item.id: item for item in request.items}
    chosen = [item for item in request.items if not _is_doubled(item, retained)]
    found = _readable([_candidate(item, age, request) for item, age in zip(chosen, _ages(chosen), strict=True)])
    return [*_phase_markers(found, request), *found, _frame(CLOSING, None, 4)] if found else []


def _is_doubled(item: Item, retained: dict[str, Item]) -> bool:
    """Whether everything that an item replaces was restored and is therefore shown itself."""
    if item.pinned or item.layer != "metadata" or not item.reduces:
        return False
    sources = [retained.get(source) for source in item.reduces]
    return all(source is not None and source.hash is not None for source in sources)


def _readable(found: list[RenderCandidate]) -> list[RenderCandidate]:
    """Rule out extracts of the lowest-scoring items if there is more than may be read."""
    left = READ
    is_read: dict[str, bool] = {}
    for each in sorted(found, key=lambda each: -each.score):
        read = each.source or each.item
        if read is not None and not {"brief", "metadata"}.isdisjoint(each.details):
            cost = min(read.tokens, READ // 4)
            is_read[each.key] = cost <= left
            left -= cost if cost <= left else 0
    return [each if is_read.get(each.key, True) else _unread(each) for each in found]


def _unread(each: RenderCandidate) -> RenderCandidate:
    return each._replace(details=("line", "whole"), ceiling="fits" if each.ceiling == "focus" else each.ceiling)


def _ages(items: Sequence[Item]) -> list[int]:
    younger: Counter[Layer] = Counter()
    ages = []
    for item in reversed(items):
        ages.append(younger[item.layer])
        younger[item.layer] += 1
    return ages[::-1]


def _candidate(item: Item, age: int, request: RenderRequest) -> RenderCandidate:
    relevance = (request.relevance or {}).get(item.id, 0.0)
    source = None if item.pinned or item.hash is None else request.sources.get(item.id)
    details, ceiling = _details(item, request) if source is None else _extract_details(item, request, relevance)
    here = _is_here(item, request)
    weight = _WEIGHTS[item.layer] if here or item.layer in ("permanent", "metadata") else _ELSEWHERE
    return RenderCandidate(
        key=item.id,
        item=item,
        phase=item.phase,
        section=item.layer,
        details=details,
        required=details[-1] if item.pinned else details[0] if item.layer == "permanent" else None,
        score=int(UNIT * weight * AGE / (AGE + age) * (1 + FOCUS * relevance)),
        ceiling=ceiling,
        source=source,
    )


def _is_here(item: Item, request: RenderRequest) -> bool:
    """Whether an item belongs to the requested phase or to none."""
    return item.phase is None or (request.phase is not None and item.phase == request.phase.number)


def _details(item: Item, request: RenderRequest) -> tuple[tuple[Detail, ...], RenderReason]:
    """The allowed details of an item, and why no finer one is allowed."""
    if item.hash is None:
        return ("line",), "noContent"
    if item.pinned:
        return ("whole",), "pinned"
    if item.marker:
        return ("marker",), "marker"
    if item.layer == "phase" and not _is_here(item, request):
        return ("line",), "otherPhase"
    ceiling: RenderReason = "permanent" if item.layer == "permanent" else "fits"
    if item.tokens <= request.metadata_tokens:
        return ("line", "whole"), ceiling
    if item.layer in ("permanent", "phase"):
        return ("line", "metadata", "whole"), ceiling
    return ("line", "brief", "metadata", "whole"), ceiling


def _extract_details(item: Item, request: RenderRequest, relevance: float) -> tuple[tuple[Detail, ...], RenderReason]:
    """The details of extracted metadata: if its source is about the focus, a new extract about that is the finest."""
    if relevance > 0:
        return ("line", "brief", "metadata"), "focus"
    return ("line", "brief", "whole") if item.tokens > request.metadata_tokens // 2 else ("line", "whole"), "fits"


def _phase_markers(found: Sequence[RenderCandidate], request: RenderRequest) -> Iterator[RenderCandidate]:
    """A marker for each completed phase with items, if none of them is a marker or always included."""
    if not request.markers:
        return
    phases = {each.phase for each in found if each.phase in request.completed}
    spoken_for = {each.phase for each in found if each.required or (each.item and each.item.marker)}
    for phase in sorted(number for number in phases - spoken_for if number is not None):
        yield _frame(marker_text(phase, None), phase, 1)


def _frame(key: str, phase: int | None, lines: int) -> RenderCandidate:
    """A line that is not an item; it scores as much as the lines of that many of the youngest metadata items."""
    return RenderCandidate(
        key=key,
        item=None,
        phase=phase,
        section="metadata",
        details=("marker",),
        required=None,
        score=lines * UNIT * _WEIGHTS["metadata"] * SHARES["metadata"]["line"] // 100,
        ceiling="marker",
    )
