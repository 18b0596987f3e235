"""Growing an item's content: the store keeps the addition, the counter looks at the tail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from ctxbudget_server.account.content import Blob, Figure, decode, digest_of, encode, make_blob
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.account.unit_of_work import Unit
from ctxbudget_server.rules.items import Item

MAX_SEGMENTS = 32
"""Blobs of one item before they are joined: appends write little, and reads never gather many parts."""


@dataclass(frozen=True, slots=True)
class Growth:
    """An item after an append. `recounted`: characters that were counted."""

    item: Item
    blob: Blob
    recounted: int


class Grower:
    """Works out appends to one item, each state of it once: a rehearsal does the work, the transaction takes it."""

    def __init__(self, addition: str, counter: Counter, check: Callable[[], None]) -> None:
        self._addition = addition
        self._counter = counter
        self._check = check
        self._done: dict[str | None, Growth] = {}

    def grow(self, unit: Unit, item: Item) -> Growth:
        """The item with the addition at its end; its blob goes into the unit."""
        if item.hash not in self._done:
            self._done[item.hash] = self._grow(unit, item)
        growth = self._done[item.hash]
        unit.put_blob(growth.blob)
        return replace(growth, item=replace(growth.item, pinned=item.pinned, state=item.state))

    def _grow(self, unit: Unit, item: Item) -> Growth:
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
        grown = replace(
            item,
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
        # The session counts for another model by now: the whole is counted anew.
        return self._counter.figure(old + self._addition, self._check), len(old) + len(self._addition)
