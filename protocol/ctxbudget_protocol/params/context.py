"""Params of `context/*`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ctxbudget_protocol.params.base import (
    ItemId,
    Label,
    LineNumber,
    MutatingParams,
    PhaseNumber,
    SessionParams,
    Text,
    Title,
    Tokens,
    WaveNumber,
    WireModel,
)
from ctxbudget_protocol.words import Kind, Layer, Policy, State

MAX_ITEMS = 10_000


class NewItem(WireModel):
    """An item that enters: exactly one of content, path and tokens."""

    layer: Layer | None = Field(None, description="Absent with `reduces`: metadata; otherwise required.")
    kind: Kind | None = Field(None, description="Absent: other; with `reduces` that of the sources, if they share one.")
    phase: PhaseNumber | None = Field(None, description="Absent: the running phase; permanent items: none.")
    wave: WaveNumber | None = None
    agent: Label | None = None
    title: Title | None = None
    pinned: bool = Field(False, description="Kept byte for byte through every prune.")
    reduces: list[ItemId] | None = Field(
        None, min_length=1, max_length=MAX_ITEMS, description="Items that this one stands for from now on."
    )
    complete: bool | None = Field(
        None, description="With `reduces`: whether the metadata is of a finished document, as `metadata/extract` said."
    )
    content: Text | None = None
    path: Title | None = Field(None, description="Absolute, a file: URI, or relative to the workspace; read now.")
    tokens: Tokens | None = None


class AddParams(MutatingParams):
    """Params of `context/add`."""

    items: Annotated[list[NewItem], Field(min_length=1, max_length=MAX_ITEMS)]


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


class AppendParams(MutatingParams):
    """Params of `context/append`."""

    item_id: ItemId
    content: Text


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


class Lines(WireModel):
    """A range of lines, both ends included."""

    start: LineNumber
    end: LineNumber


class GetParams(SessionParams):
    """Params of `context/get`: the whole, or one of section, lines and search."""

    item_id: ItemId
    section: Label | None = Field(None, description="A heading, or a path of headings joined by ` > `.")
    lines: Lines | None = None
    search: Label | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = Field(20, description="Most matches of a search.")


class RestoreParams(MutatingParams):
    """Params of `context/restore`."""

    items: Annotated[list[ItemId], Field(min_length=1, max_length=MAX_ITEMS)]


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
    policy: Policy | Literal["auto"] | None = Field(
        None, description="Absent: the session's; items named one by one go whatever it is."
    )
    dry_run: bool = False


class UndoParams(MutatingParams):
    """Params of `context/undo`."""

    undo: Label
