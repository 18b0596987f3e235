"""An item as the methods that show items give it."""

from __future__ import annotations

from ctxbudget_protocol.records import Record, described
from ctxbudget_protocol.words import (
    Kind,
    Layer,
    Provenance,
    State,
)


class ItemInfo(Record):
    """An item on the account."""

    id: str
    layer: Layer
    kind: Kind
    state: State
    phase: int | None
    wave: int | None
    agent: str | None
    title: str | None
    path: str | None
    pinned: bool
    marker: bool
    tokens: int = described("The figure that the account adds up, fixed when the item was added.")
    provenance: Provenance
    raw_tokens: int = described("Tokens before any calibration.")
    encoding: str | None = described("The vocabulary of the raw count; null if none was used.")
    factor: float = described("The calibration in force when the item was added; 1: none.")
    bytes: int | None = described("Size of the content in UTF-8; null without content.")
    hash: str | None = described("sha256 of the content.")
    complete: bool | None = described("Whether the metadata is of a finished document; null for other items.")
    reduces: list[str]
    stand_in: str | None = described("The item that replaces this one.")
    reason: str | None = described("Why it is not retained.")
    added_at: str
    revision: int = described("The revision of its last change.")
    dropped_at: str | None = described("When retention dropped the content; null while it is kept.", default=None)
    tool: str | None = None
    again_of: str | None = described(
        "The item that had left the context, which this one brought back; null: none.", default=None
    )
