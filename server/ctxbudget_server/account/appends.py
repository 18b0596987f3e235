"""Appending to an item's content: only the addition is stored, and only the tail is recounted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ctxbudget_server.account.content import Blob, Figure, decode, digest_of, encode, make_blob
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.rehearsal import Rehearsed
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.items import Item

MAX_SEGMENTS = 32
"""Blobs of one item before they are joined: appends write little, and reads gather few parts."""


@dataclass(frozen=True, slots=True)
class Growth:
    """An item after an append. `recounted`: how many characters were counted."""

    item: Item
    blob: Blob
    recounted: int


class Grower:
    """Works out appends to one item; the slow work is rehearsed for each state of the item."""

    def __init__(self, addition: str, counter: Counter, check: Callable[[], None]) -> None:
        self._addition = addition
        self._counter = counter
        self._check = check
        self.rehearsed: Rehearsed[str | None, Growth] = Rehearsed()

    def grow(self, unit: UnitOfWork, item: Item) -> Growth:
        """The item with the addition at its end; puts the addition's blob into the unit."""
        growth = self.rehearsed.result(item.hash, lambda: self._grow(unit, item))
        unit.put_blob(growth.blob)
        return replace(growth, item=growth.item._replace(pinned=item.pinned, state=item.state))

    def _grow(self, unit: UnitOfWork, item: Item) -> Growth:
        old = unit.reader.content(item)
        new = encode(self._addition)
        whole = old + new
        counted, recounted = self._count(item, decode(old))
        if len(item.segments) < MAX_SEGMENTS:
            blob = make_blob(new, self._check)
            segments = (*item.segments, blob.digest)
        else:
            blob = make_blob(whole, self._check)
            segments = (blob.digest,)
        grown = item._replace(
            tokens=counted.tokens,
            raw_tokens=counted.raw,
            encoding=counted.encoding,
            factor=counted.factor,
            provenance=counted.provenance,
            bytes=len(whole),
            hash=digest_of(whole),
            segments=segments,
        )
        return Growth(grown, blob, recounted)

    def _count(self, item: Item, old: str) -> tuple[Figure, int]:
        if item.encoding == self._counter.family.encoding:
            return self._counter.grown(old, item.raw_tokens, self._addition, self._check)
        # The session's model has changed since, so the whole content is counted again.
        return self._counter.figure(old + self._addition, self._check), len(old) + len(self._addition)
