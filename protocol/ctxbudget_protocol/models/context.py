"""Models of `context/*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctxbudget_protocol.models.base import (
    Alert,
    Figures,
    ItemId,
    Kind,
    Label,
    Layer,
    LineNumber,
    MutatingParams,
    PhaseNumber,
    Policy,
    Provenance,
    PruneOutcome,
    Result,
    SessionParams,
    SessionResult,
    State,
    Text,
    Timestamp,
    Title,
    Tokens,
    WaveNumber,
    WireModel,
)

MAX_ITEMS = 10_000


class NewItem(WireModel):
    """An item that enters: exactly one of content, path and tokens."""

    layer: Layer | None = Field(None, description="Absent with `reduces`: metadata; otherwise required.")
    kind: Kind = "other"
    phase: PhaseNumber | None = Field(None, description="Absent: the running phase; permanent items: none.")
    wave: WaveNumber | None = None
    agent: Label | None = None
    title: Title | None = None
    pinned: bool = Field(False, description="Kept byte for byte through every prune.")
    reduces: list[ItemId] | None = Field(
        None, min_length=1, max_length=MAX_ITEMS, description="Items that this one stands for from now on."
    )
    content: Text | None = None
    path: Title | None = Field(None, description="Absolute, a file: URI, or relative to the workspace; read now.")
    tokens: Tokens | None = None


class AddParams(MutatingParams):
    """Params of `context/add`."""

    items: Annotated[list[NewItem], Field(min_length=1, max_length=MAX_ITEMS)]


class AddedItem(Result):
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
    emergency: PruneOutcome | None = Field(None, description="What `autoPrune` removed because of this call.")


class UpdateParams(MutatingParams):
    """Params of `context/update`: absent fields stay as they are, null clears phase, wave, agent and title."""

    item_id: ItemId
    pinned: bool | None = None
    title: Title | None = None
    kind: Kind | None = None
    layer: Layer | None = None
    phase: PhaseNumber | None = None
    wave: WaveNumber | None = None
    agent: Label | None = None


class ItemInfo(Result):
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
    tokens: int = Field(description="The figure that the accounts sum, frozen when the item entered.")
    provenance: Provenance
    raw_tokens: int = Field(description="Before any factor, tokens.")
    encoding: str | None = Field(description="Of the raw count; null for reported figures.")
    factor: float = Field(description="The calibration in force when the item entered; 1: none.")
    bytes: int | None = Field(description="Of the content, UTF-8; null without content.")
    hash: str | None = Field(description="sha256 of the content.")
    complete: bool | None = Field(description="Whether the metadata is; null for other items.")
    reduces: list[str]
    stand_in: str | None = Field(description="The item that stands for this one.")
    reason: str | None = Field(description="Why it is not retained.")
    added_at: Timestamp
    revision: int = Field(description="Of the last change.")


class UpdateResult(SessionResult):
    """Result of `context/update`."""

    item: ItemInfo
    status: Figures
    alerts: list[Alert]


class AppendParams(MutatingParams):
    """Params of `context/append`."""

    item_id: ItemId
    content: Text


class AppendResult(SessionResult):
    """Result of `context/append`."""

    item: ItemInfo
    added: int = Field(description="Tokens by which the item grew.")
    recounted: int = Field(description="Characters that were counted again: the tail and the addition.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


class ListParams(SessionParams):
    """Params of `context/list`: all filters given must hold."""

    state: State | None = None
    layer: Layer | None = None
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    wave: WaveNumber | None = None
    agent: Label | None = None
    pinned: bool | None = None
    after: ItemId | None = Field(None, description="Go on after this item.")
    limit: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = 1000


class ListResult(SessionResult):
    """Result of `context/list`."""

    items: list[ItemInfo]
    total: int = Field(description="Items that match, on all pages.")
    tokens: int = Field(description="Retained tokens of the items that match, on all pages.")
    next: str | None = Field(description="For `after`, when there is more.")


class Lines(WireModel):
    """A range of lines, both ends included."""

    start: LineNumber
    end: LineNumber


class GetParams(SessionParams):
    """Params of `context/get`: the whole, or one of section, lines and search."""

    item_id: ItemId
    section: Title | None = Field(None, description="A heading, or a path of headings joined by ` > `.")
    lines: Lines | None = None
    search: Title | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = Field(20, description="Most matches of a search.")


class Match(Result):
    """A place that a search found."""

    start_line: int
    end_line: int
    text: str


class GetResult(SessionResult):
    """Result of `context/get`."""

    item_id: str
    content: str | None = Field(description="The bytes asked for, as text; null for a search.")
    start_line: int | None
    end_line: int | None
    tokens: int = Field(description="Of what is answered, raw count in the item's vocabulary.")
    provenance: Provenance
    bytes: int
    hash: str = Field(description="sha256 of the whole original.")
    matches: list[Match]


class RestoreParams(MutatingParams):
    """Params of `context/restore`."""

    items: Annotated[list[ItemId], Field(min_length=1, max_length=MAX_ITEMS)]


class RestoreResult(SessionResult):
    """Result of `context/restore`."""

    items: list[ItemInfo]
    restored: int = Field(description="Tokens brought back.")
    status: Figures
    alerts: list[Alert]
    emergency: PruneOutcome | None = None


class Target(WireModel):
    """What a prune is about: exactly one of items, phase (with wave or without), layer and workflow."""

    items: Annotated[list[ItemId], Field(min_length=1, max_length=MAX_ITEMS)] | None = None
    phase: PhaseNumber | None = None
    wave: WaveNumber | None = None
    layer: Layer | None = None
    workflow: Literal[True] | None = None


class PruneParams(MutatingParams):
    """Params of `context/prune`."""

    target: Target
    policy: Policy | None = Field(None, description="Absent: the session's; items named one by one go whatever it is.")
    dry_run: bool = False


class PruneResult(SessionResult, PruneOutcome):
    """Result of `context/prune`."""

    dry_run: bool
    policy: Policy
    status: Figures
    alerts: list[Alert]


class UndoParams(MutatingParams):
    """Params of `context/undo`."""

    undo: Label


class UndoResult(SessionResult):
    """Result of `context/undo`."""

    restored: list[str] = Field(description="Items that are as they were before.")
    withdrawn: list[str] = Field(description="Stand-ins that the prune had made and that are gone with it.")
    undo: str = Field(description="Takes this undo back.")
    status: Figures
    alerts: list[Alert]
