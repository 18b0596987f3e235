"""`context/render`: the text for the next agent, within a limit. Changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING

from cachetools import LRUCache, cached

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.render import RenderedItem, RenderResult
from ctxbudget_server.account.content import undamaged
from ctxbudget_server.account.counter import Counter, calibrated_counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot, reading
from ctxbudget_server.render import OverLimitError, RenderedPiece, RenderRequest, RenderTools
from ctxbudget_server.render import render as rendered_items
from ctxbudget_server.rules.items import Item
from ctxbudget_server.rules.lifecycle import Phase

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.render import RenderParams


MAX_SEARCHED = 2_000_000
"""Characters searched for the focus in all items together: about 0.3 s of CPU time."""


MIN_SEARCHED_PER_ITEM = 400
"""Characters of each item searched for the focus, however many items there are."""


DAMAGED = "[the content of this item was damaged in the store]"
"""Rendered for an item whose content cannot be read."""


EXTRACT_BYTES = 500
"""Bytes of overhead of each cached extract."""
MAX_EXTRACTS_BYTES = 8 * 1024 * 1024
"""Maximum size of all cached extracts."""


@cached(
    LRUCache(MAX_EXTRACTS_BYTES, lambda text: EXTRACT_BYTES + len(text)), key=lambda key, extracted: key, lock=Lock()
)
def _extract(key: Hashable, extracted: Callable[[], str]) -> str:
    return extracted()


def render(request: Request, params: RenderParams) -> RenderResult:
    """Render a session's context in the finest detail that fits, and list each item's detail and the reason for it."""
    with reading(request, params.session_id) as snapshot:
        session = snapshot.session
        settings = request.settings_of(session)
        counter = calibrated_counter(snapshot.reader, settings.model)
        phases = snapshot.reader.phases(session.id)
        phase = _phase(phases, params.phase)
        items = snapshot.reader.items(session.id, state="retained")
        tools = SnapshotTools(request, snapshot, counter)
        sources = tools.sources(session.id, items)
        render_request = RenderRequest(
            session_id=session.id,
            items=items,
            max_tokens=params.max_tokens,
            metadata_tokens=settings.values["metadataTokens"],
            phase=phase,
            completed=frozenset(number for number, each in phases.items() if each.state == "completed"),
            markers=settings.values["markers"],
            focus=params.focus,
            relevance=tools.relevance(items, sources, params.focus) if params.focus else None,
            sources=sources,
        )
        try:
            rendered = rendered_items(render_request, tools.renderers())
        except OverLimitError as over:
            raise _exceeded(over.requested, params.max_tokens) from None
    return RenderResult(
        session_id=session.id,
        revision=session.revision,
        text=rendered.text,
        tokens=rendered.tokens,
        provenance=counter.provenance,
        max_tokens=params.max_tokens,
        phase=phase.number if phase else None,
        stable_prefix_tokens=rendered.stable_prefix_tokens,
        omitted=sum(1 for shown in rendered.shown if shown.detail == "omitted"),
        items=[
            RenderedItem(id=shown.item_id, detail=shown.detail, tokens=shown.tokens, reason=shown.reason)
            for shown in rendered.shown
        ],
    )


def _phase(phases: Mapping[int, Phase], wanted: int | None) -> Phase | None:
    """The phase given, else the running one; raises `unknownPhase`."""
    if wanted is None:
        return next((phase for phase in phases.values() if phase.state == "running"), None)
    if wanted not in phases:
        raise ProtocolError("unknownPhase", f"the session has no phase {wanted}", loc=["phase"], phase=wanted)
    return phases[wanted]


def is_extracted(item: Item) -> bool:
    """Whether an item is metadata extracted from one other item, rather than written by someone."""
    return item.layer == "metadata" and len(item.reduces) == 1 and item.complete is not None and not item.marker


def _exceeded(requested: int, available: int) -> ProtocolError:
    return ProtocolError(
        "budgetExceeded",
        f"pinned items, and a line for each permanent one, need {requested} tokens; maxTokens is {available}",
        loc=["maxTokens"],
        requested=requested,
        available=available,
    )


class SnapshotTools:
    """Gives the renderer what it needs from one snapshot: contents, counts and extracts."""

    def __init__(self, request: Request, snapshot: Snapshot, counter: Counter) -> None:
        self._documents = request.documents
        self._reader = snapshot.reader
        self._counter = counter
        self._check = request.cancellation.check

    def renderers(self) -> RenderTools:
        """The tools for the renderer."""
        return RenderTools(
            piece=self._piece,
            joined=lambda text, raw: self._counter.figure_of_raw(text, raw, self._check).tokens,
            figure=self._figure,
            content=self._content,
            metadata=self._metadata,
            check=self._check,
        )

    def sources(self, session_id: str, items: Sequence[Item]) -> dict[str, Item]:
        """The source of each piece of extracted metadata, by the metadata's id: one item whose content is kept."""
        extracted = {item.id: item.reduces[0] for item in items if is_extracted(item)}
        wanted = set(extracted.values())
        reduced = self._reader.items(session_id, state="reduced", ids=wanted) if wanted else []
        found = {item.id: item for item in reduced if item.hash is not None}
        return {own: found[of] for own, of in extracted.items() if of in found}

    def relevance(self, items: Sequence[Item], sources: Mapping[str, Item], focus: str) -> dict[str, float]:
        """How relevant each item is to the focus, 0 to 1, by its names and content (its beginning if there are many
        items).

        Extracted metadata is as relevant as its source.
        """
        from ctxbudget_server.extract import relevance

        length = max(MIN_SEARCHED_PER_ITEM, MAX_SEARCHED // max(1, len(items) + len(sources)))
        texts = []
        for item in items:
            said = [item, sources[item.id]] if item.id in sources else [item]
            contents = [self._content(one)[:length] for one in said if one.hash]
            texts.append(" ".join([item.title or "", item.path or "", item.kind, *contents]))
        scores = relevance(texts, focus, self._check)
        return {item.id: score for item, score in zip(items, scores, strict=True)}

    def _content(self, item: Item) -> str:
        self._check()
        text = undamaged(self._reader, item)
        return DAMAGED if text is None else text

    def _piece(self, text: str) -> RenderedPiece:
        figure = self._counter.figure(text, self._check)
        return RenderedPiece(text, figure.tokens, figure.raw)

    def _figure(self, item: Item) -> int:
        """An item's recorded tokens at the present calibration; recounted if they are of another vocabulary."""
        if item.hash is None or item.encoding == self._counter.family.encoding:
            return math.ceil(item.tokens * self._counter.factor / item.factor)
        return self._counter.figure(self._content(item), self._check).tokens

    def _metadata(self, item: Item, focus: str | None, tokens: int) -> str:
        from ctxbudget_server.extract import extract

        def make() -> str:
            return extract(
                self._content(item),
                count=self._counter.tokens(self._check),
                kind=None if item.kind == "other" else item.kind,
                path=self._documents.shown(item.path),
                max_tokens=tokens,
                focus=focus,
                item_id=item.id,
                check=self._check,
            ).text

        model = self._counter.model, self._counter.factor
        return _extract((item.id, item.hash, item.kind, item.path, focus, tokens, model), make)
