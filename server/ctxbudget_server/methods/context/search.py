"""`context/search`: searches the originals of all items, including pruned ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.context.search import FoundLine, SearchResult
from ctxbudget_server.account.content import undamaged
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import Snapshot, reading
from ctxbudget_server.rules.naming import title_of
from ctxbudget_server.store.records import ItemFilter

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.search import SearchParams
    from ctxbudget_server.rules.items import Item
    from ctxbudget_server.store.interface import Reader


MAX_BYTES = 32 * 1024 * 1024
"""Maximum content that one search reads."""
MIN_BYTES = 1024
"""What a shorter text counts: to find and unpack it takes about as long as to search this much."""


def search(request: Request, params: SearchParams) -> SearchResult:
    """The lines that match, best first; among equals, those of the newest items first."""
    from ctxbudget_server.extract.search.lines import search_all

    with reading(request, params.session_id) as snapshot:
        session = snapshot.session
        items, complete = _newest(snapshot, params)
        texts = _Texts(snapshot.reader, items)
        found = search_all(texts, params.query, params.limit, request.cancellation.check)
    return SearchResult(
        session_id=session.id,
        revision=session.revision,
        matches=[_wire(items[hit.source], hit.line, hit.text) for hit in found],
        searched=len(items),
        complete=complete and not texts.damaged,
    )


class _Texts:
    """The texts of items, one at a time in memory; a damaged one is empty, and counted."""

    def __init__(self, reader: Reader, items: list[Item]) -> None:
        self._reader = reader
        self._items = items
        self.damaged = 0

    def __iter__(self) -> Iterator[str]:
        for item in self._items:
            text = undamaged(self._reader, item)
            self.damaged += text is None
            yield text or ""


def _newest(snapshot: Snapshot, params: SearchParams) -> tuple[list[Item], bool]:
    """The items to search, each content once, and whether these are all of them.

    Replacements come after all items that were brought in, since both contain the lines of short documents.
    """
    chosen: dict[str, Item] = {}
    size = 0
    wanted = ItemFilter(kind=params.kind, phase=params.phase)
    for brought_in in (True, False):
        for item in snapshot.reader.newest_texts(snapshot.session.id, wanted, brought_in=brought_in):
            if item.hash is None or item.hash in chosen:
                continue
            size += max(item.bytes or 0, MIN_BYTES)
            if size > MAX_BYTES and chosen:
                return list(chosen.values()), False
            chosen[item.hash] = item
    return list(chosen.values()), True


def _wire(item: Item, line: int, text: str) -> FoundLine:
    return FoundLine(item_id=item.id, title=title_of(item), kind=item.kind, state=item.state, line=line, text=text)
