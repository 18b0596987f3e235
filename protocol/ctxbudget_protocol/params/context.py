"""Params of `context/*`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from ctxbudget_protocol.params.base import (
    ItemId,
    Label,
    LineNumber,
    Model,
    MutatingParams,
    PhaseNumber,
    PositiveTokens,
    SessionParams,
    Text,
    Title,
    Tokens,
    WaveNumber,
    WireModel,
)
from ctxbudget_protocol.words import Kind, Layer, MessageFormat, Policy, State

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
    allow_estimate: bool = Field(
        False, description="Estimate while the vocabulary is not loaded; `session/recalibrate` counts it later."
    )


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


class SearchParams(SessionParams):
    """Params of `context/search`."""

    query: Annotated[Label, Field(description="Words, or a string as it stands.")]
    kind: Kind | None = None
    phase: PhaseNumber | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = Field(20, description="Most lines answered.")


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


class RenderParams(SessionParams):
    """Params of `context/render`."""

    max_tokens: PositiveTokens = Field(description="A hard bound, tokens of the session's model.")
    phase: PhaseNumber | None = Field(None, description="Whose phase-scoped items stand. Absent: the running phase.")
    focus: Text | None = Field(
        None, description="What the next step is about: items and passages that speak of it come first."
    )


MAX_MESSAGES = 100_000


def _messages(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or len(value) > MAX_MESSAGES or not all(isinstance(one, dict) for one in value):
        raise PydanticCustomError("messages_type", "Input should be a list of at most 100000 objects")
    return value


Messages = Annotated[
    list[dict[str, Any]],
    PlainValidator(_messages),
    WithJsonSchema({"type": "array", "items": {"type": "object", "additionalProperties": True}}),
]
"""Messages of a provider: what lies inside is open, and comes back unchanged."""


class CachePrices(WireModel):
    """Prices of the provider's prompt cache, as multiples of an input token's price."""

    read: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 0.1
    write: Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)] = 1.25


class FitParams(MutatingParams):
    """Params of `context/fit`. Without `sessionId` no account is touched."""

    messages: Messages
    format: MessageFormat
    max_tokens: PositiveTokens
    keep_turns: Annotated[int, Field(ge=0, le=10_000)] = Field(
        2, description="The latest turns that stay byte for byte. A turn begins where the agent begins to speak."
    )
    pins: list[int | str] | None = Field(
        None,
        max_length=MAX_ITEMS,
        description="What stays byte for byte: indexes of messages, or ids of calls (the call and its result).",
    )
    focus: Text | None = Field(None, description="What the next turns are about: names that speak of it stay first.")
    min_reclaim: Tokens | None = Field(
        None, description="Room to win below the limit, once the array is over it. Absent: a tenth of maxTokens."
    )
    archive: bool = Field(
        True, description="False: nothing is written, what goes is gone, and no marker promises to bring it back."
    )
    dry_run: bool = Field(
        False, description="Answer what would go, and keep nothing: the markers in `messages` lead nowhere."
    )
    cache_prices: CachePrices | None = Field(None, description="For `breakEvenTurns`. Absent: read 0.1, write 1.25.")
    model: Model | None = Field(None, description="Absent: the session's if one is named, else o200k_base.")
