"""Results of `context/*`."""

from __future__ import annotations

from typing import Any, Literal

from ctxbudget_protocol.results.base import Alert, Figures, PruneOutcome, SessionResult
from ctxbudget_protocol.results.record import Record, described
from ctxbudget_protocol.words import Detail, FitReason, Kind, Layer, Policy, Provenance, RenderReason, State


class AddedItem(Record):
    """An item as it entered."""

    id: str
    tokens: int
    provenance: Provenance
    layer: Layer
    kind: Kind
    state: State
    phase: int | None
    wave: int | None
    reduces: list[str]


class AddResult(SessionResult):
    """Result of `context/add`."""

    items: list[AddedItem]
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = described("What `autoPrune` removed because of this call.", default=None)


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
    tokens: int = described("The figure that the accounts sum, frozen when the item entered.")
    provenance: Provenance
    raw_tokens: int = described("Before any factor, tokens.")
    encoding: str | None = described("Of the raw count; null for figures that no vocabulary counted.")
    factor: float = described("The calibration in force when the item entered; 1: none.")
    bytes: int | None = described("Of the content, UTF-8; null without content.")
    hash: str | None = described("sha256 of the content.")
    complete: bool | None = described("Whether the metadata is; null for other items.")
    reduces: list[str]
    stand_in: str | None = described("The item that stands for this one.")
    reason: str | None = described("Why it is not retained.")
    added_at: str
    revision: int = described("Of the last change.")
    dropped_at: str | None = described("When retention dropped the content; null while it is kept.", default=None)


class UpdateResult(SessionResult):
    """Result of `context/update`."""

    item: ItemInfo
    status: Figures
    alerts: list[Alert]


class AppendResult(SessionResult):
    """Result of `context/append`."""

    item: ItemInfo
    added: int = described("Tokens by which the item grew.")
    recounted: int = described("Characters that were counted again: the tail and the addition.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


class ListResult(SessionResult):
    """Result of `context/list`."""

    items: list[ItemInfo]
    total: int = described("Items that match, on all pages.")
    tokens: int = described("Retained tokens of the items that match, on all pages.")
    next: str | None = described("For `after`, when there is more.")


class Match(Record):
    """A line that a search found, the best first; `context/get` by lines has what stands around it."""

    line: int = described("1-based.")
    text: str


class GetResult(SessionResult):
    """Result of `context/get`."""

    item_id: str
    content: str | None = described("The bytes asked for, as text; null for a search.")
    start_line: int | None
    end_line: int | None
    tokens: int = described("Of what is answered, raw count in the item's vocabulary.")
    provenance: Provenance
    bytes: int
    hash: str = described("sha256 of the whole original.")
    matches: list[Match]


class FoundLine(Record):
    """A line of an item's original that a search found; `context/get` by lines has what stands around it."""

    item_id: str
    title: str | None
    kind: Kind
    state: State
    line: int = described("1-based.")
    text: str = described("Of a line over 500 characters what stands around the match, between `…`.")


class SearchResult(SessionResult):
    """Result of `context/search`: those with the query as it stands come first, then by BM25 over all lines.

    Lines that read the same are answered once, from the newest item.
    """

    matches: list[FoundLine]
    searched: int = described("Items whose content was looked at; equal content counts once.")
    complete: bool = described("False if there was more content than a search looks at; the newest items come first.")


class RestoreResult(SessionResult):
    """Result of `context/restore`."""

    items: list[ItemInfo]
    restored: int = described("Tokens brought back.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


class PruneResult(SessionResult, PruneOutcome):
    """Result of `context/prune`."""

    dry_run: bool
    policy: Policy
    status: Figures
    alerts: list[Alert]


class UndoResult(SessionResult):
    """Result of `context/undo`."""

    restored: list[str] = described("Items that are as they were before.")
    withdrawn: list[str] = described("Stand-ins that the prune had made and that are gone with it.")
    undo: str = described("Takes this undo back.")
    status: Figures
    alerts: list[Alert]


class RenderedItem(Record):
    """A retained item, and what of it stands in the text."""

    id: str
    detail: Detail = described(
        "`metadata`: an extract, of its source where it stands in for one. `brief`: one of half the size. "
        "`line`: title, kind and tokens. `marker`: a marker, or behind that of its phase."
    )
    tokens: int = described("Of what stands in the text for it; 0 when omitted or behind its phase's marker.")
    reason: RenderReason = described(
        "pinned, permanent, fits: whole, because of that; focus: extracted anew, because its source speaks of the "
        "focus; room: finer did not fit; noContent: a token figure alone; "
        "otherPhase: instructions and state of another phase; marker, phaseMarker; sourceRetained: what it stands for "
        "is there itself."
    )


class RenderResult(SessionResult):
    """Result of `context/render`."""

    text: str = described("Markdown: permanent, phase-scoped, metadata, transient.")
    tokens: int = described("Of `text`, as `tokens/count` says for the session; at most `maxTokens`.")
    provenance: Provenance
    max_tokens: int
    phase: int | None = described("Whose phase-scoped items stand; null: no phase runs.")
    stable_prefix_tokens: int = described(
        "Of the permanent items at the beginning of `text`, the same bytes as long as none of them changes."
    )
    omitted: int = described("Items that do not stand in `text` at all.")
    items: list[RenderedItem] = described("All retained items, in the order in which they entered.")


class FittedPart(Record):
    """A part that is no longer whole in the array."""

    id: str | None = described("`context/get` of this item returns it exactly; null with `archive: false`.")
    index: int = described("Of the message in the array that was given.")
    kind: Literal["result", "turn"] = described("A tool's result, or a whole turn of the agent with its results.")
    reason: FitReason
    call_id: str | None = described("Of the call whose result it is.")
    title: str = described("The calls, in a few words.")
    encoding: Literal["text", "json"] = described(
        "How the item holds it: a result's text, or JSON of what stood there."
    )
    tokens_before: int
    tokens_after: int = described("Of what stands for it, without names that a record shares among turns.")


class FitResult(Record):
    """Result of `context/fit`."""

    session_id: str | None = described("The session that keeps what was removed, for `context/get`; null: none does.")
    revision: int | None = described("Of that session; null without one.")
    messages: list[dict[str, Any]] = described("Legal for the provider if the given array was.")
    tokens: int = described(
        "Of `messages`: what `tokens/count` says of their JSON text, with 1,600 for each image or document."
    )
    source_tokens: int = described("Of the array that was given, counted the same way.")
    provenance: Provenance
    fits: bool = described("False: even the smallest legal array is over `maxTokens`; `untouchable` says why.")
    unchanged: bool = described(
        "`messages` is the array that was given: it fits already, or could not be made smaller."
    )
    untouchable: int = described("Tokens of the messages that stay byte for byte, with the calls of their results.")
    removed: list[FittedPart]
    first_changed: int | None = described("Index of the first message that differs; null when unchanged.")
    stable_prefix_tokens: int = described("Before the first changed message: what a provider's cache still holds.")
    break_even_turns: int | None = described(
        "Turns until the smaller array has paid for writing the cache anew; null when unchanged or never."
    )
    status: Figures | None = described("The account of the session that was named; null without one.")
    alerts: list[Alert]
