"""An item on the account, and what it contributes to the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from ctxbudget_protocol.words import Kind, Layer, Provenance, State


class Figures(NamedTuple):
    """Retained and processed tokens; `saved` follows, so that retained = processed - saved always holds."""

    retained: int = 0
    processed: int = 0

    @property
    def saved(self) -> int:
        """Tokens removed, less those of the replacements."""
        return self.processed - self.retained

    def plus(self, other: Figures) -> Figures:
        """The sum."""
        return Figures(self.retained + other.retained, self.processed + other.processed)

    def minus(self, other: Figures) -> Figures:
        """The difference."""
        return Figures(self.retained - other.retained, self.processed - other.processed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing in the context. Token figures are frozen when it enters; bytes are of UTF-8."""

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

    @property
    def figures(self) -> Figures:
        """What the item contributes to the running figures."""
        return Figures(self.tokens if self.state == "retained" else 0, self.tokens if self.brought_in else 0)

    def image(self) -> dict[str, Any]:
        """All values by name, as the log keeps them."""
        return {name: getattr(self, name) for name in self.__slots__}

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


def sum_key(item: Item) -> SumKey:
    """The running sum that the item belongs to."""
    return SumKey(item.phase, item.wave, item.layer, item.provenance)
