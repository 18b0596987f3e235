"""An item on the account, and what it contributes to the figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import add, sub
from typing import Any, Final

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Kind, Layer, Provenance, State

LONG: Final = 300
"""Items of more tokens are long: metadata of the default size makes them shorter. Stores keep sums of them."""


class Figures(NamedTuple):
    """What items contribute to the running figures, tokens; `saved` follows, so that retained = processed - saved
    always holds.

    The last three say what a prune certainly frees, without looking at any item.
    """

    retained: int = 0
    processed: int = 0
    pinned: int = 0
    """Retained, and pinned."""
    unreplaced: int = 0
    """Retained, not pinned, and gone without metadata when pruned: there is no content, or the work is over."""
    long_tokens: int = 0
    """Retained, not pinned, and reduced to metadata when pruned: those of more than `LONG` tokens."""
    long_items: int = 0
    """How many these are."""

    @property
    def saved(self) -> int:
        """Tokens removed, less those of the replacements."""
        return self.processed - self.retained

    @property
    def prunable(self) -> int:
        """Retained tokens that are not pinned. (Those of layer permanent stay all the same.)"""
        return self.retained - self.pinned

    def freed(self, metadata_tokens: int) -> int:
        """What removing these items frees at least, if metadata of up to `metadata_tokens` replaces each content.

        Exactly this if nothing but `unreplaced` is prunable. Metadata is never larger than its source.
        """
        return self.unreplaced + max(0, self.long_tokens - self.long_items * metadata_tokens)

    def plus(self, other: Figures) -> Figures:
        """The sum."""
        return Figures(*map(add, self, other))

    def minus(self, other: Figures) -> Figures:
        """The difference."""
        return Figures(*map(sub, self, other))


NOTHING: Final = Figures()


class Item(NamedTuple):
    """One thing in the context. Token figures are frozen when it enters; bytes are of UTF-8.

    A named tuple, because a prune of thousands of items makes, changes and compares as many, several times each.
    """

    id: str
    seq: int
    layer: Layer
    kind: Kind
    phase: int | None
    wave: int | None
    agent: str | None
    title: str | None
    path: str | None
    pinned: bool
    marker: bool
    brought_in: bool
    """Whether the caller brought it in; metadata and markers that replace an item are not."""
    tokens: int
    raw_tokens: int
    encoding: str | None
    factor: float
    provenance: Provenance
    bytes: int | None
    hash: str | None
    segments: tuple[str, ...]
    """Hashes of the blobs that make up the content, in order."""
    complete: bool | None
    state: State
    withdrawn: bool
    """Created by a prune that was undone: no longer on the account or in lists."""
    stand_in: str | None
    reduces: tuple[str, ...]
    reason: str | None
    added_at: str
    revision: int
    dropped_at: str | None = None
    """When retention dropped the content: `hash` and `segments` are gone, the figures remain."""
    tool: str | None = None
    """The tool whose output it is."""
    again_of: str | None = None
    """The item that had left the context, which this one brought back, whole or in part."""

    @property
    def figures(self) -> Figures:
        """What the item contributes to the running figures."""
        processed = self.tokens if self.brought_in else 0
        if self.state != "retained":
            return Figures(0, processed)
        if self.pinned:
            return Figures(self.tokens, processed, self.tokens)
        if self.hash is None or self.obsolete_when_over:
            return Figures(self.tokens, processed, 0, self.tokens)
        if self.tokens > LONG:
            return Figures(self.tokens, processed, 0, 0, self.tokens, 1)
        return Figures(self.tokens, processed)

    @property
    def obsolete_when_over(self) -> bool:
        """Whether it serves nobody once its phase is over, so that metadata of it would only cost tokens."""
        return self.layer == "phase" and self.kind == "instructions"

    @classmethod
    def of_image(cls, image: Mapping[str, Any]) -> Item:
        """The item with these values, as the log or JSON has them. Raises KeyError or TypeError if it has others."""
        return cls(**{**image, "segments": tuple(image["segments"]), "reduces": tuple(image["reduces"])})

    def image(self) -> dict[str, Any]:
        """All values by name, as the log keeps them."""
        return self._asdict()

    @property
    def protected(self) -> str | None:
        """Why no prune may touch the item, or None."""
        if self.pinned:
            return "pinned"
        return "permanent" if self.layer == "permanent" else None


class SumKey(NamedTuple):
    """The key by which running sums are kept."""

    phase: int | None
    wave: int | None
    layer: Layer
    provenance: Provenance


def differences(changes: Iterable[tuple[Item | None, Item]]) -> dict[SumKey, Figures]:
    """What changes of items, given as (before, after) pairs, add to the running sums."""
    deltas: defaultdict[tuple[int | None, int | None, Layer, Provenance], list[int]] = defaultdict(lambda: [*NOTHING])
    for before, item in changes:
        if before is not None:
            delta = deltas[before.phase, before.wave, before.layer, before.provenance]
            delta[:] = map(sub, delta, before.figures)
        delta = deltas[item.phase, item.wave, item.layer, item.provenance]
        delta[:] = map(add, delta, item.figures)
    return {SumKey(*key): Figures(*delta) for key, delta in deltas.items() if any(delta)}


def total_of(figures: Iterable[Figures]) -> Figures:
    """The sum of figures."""
    return Figures(*map(sum, zip(*figures, strict=True))) if (figures := list(figures)) else NOTHING
