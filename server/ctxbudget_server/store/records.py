"""What the store keeps of a session, beside its items, phases, waves and leases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ctxbudget_protocol.words import Level, SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One workflow run's account. Figures in tokens; `nonce` makes ids of this life of the session unique for ever."""

    id: str
    nonce: str
    state: SessionState
    created_at: str
    updated_at: str
    closed_at: str | None
    revision: int
    config: dict[str, Any]
    retained: int = 0
    processed: int = 0
    peak: int = 0
    level: Level = "ok"
    next_seq: int = 1
    next_order: int = 1
    buffer: int | None = None
    dropped_revision: int = 0
    """The revision at which retention last took the session's content; 0: never. Later ones may hold some again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRecord:
    """A layer over time: its highest figure, and where its first breach began."""

    layer: str
    peak: int = 0
    breach_phase: int | None = None
    breach_revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One transaction: who did what, when and why, and each item before and after it."""

    session_id: str
    revision: int
    at: str
    actor: str
    method: str
    why: str
    changes: list[dict[str, Any]] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """What takes a prune back: by item id, the values that its revision replaced; None for an item that it made.

    They are at least those that it changed: on top of an item as the revision left it, they give the item before.
    """

    id: str
    session_id: str
    revision: int
    before: dict[str, dict[str, Any] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedResult:
    """The first result of a request key."""

    method: str
    result: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list: all that is not None must hold."""

    state: str | None = None
    layer: str | None = None
    kind: str | None = None
    phase: int | None = None
    wave: int | None = None
    agent: str | None = None
    pinned: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUsage:
    """What one session holds. Blobs that several sessions hold are counted with each of them."""

    id: str
    state: SessionState
    updated_at: str
    items: int
    content_bytes: int
    """As it came in."""
    stored_bytes: int
    """The same, compressed."""
    log_bytes: int
    """Of its events and undos."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUse:
    """A kind of thing that the store holds: how many, and the bytes of their values."""

    count: int
    stored_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """What holds the space of a store."""

    used_bytes: int
    free_bytes: int
    """Of pages that are in the file, but not in use."""
    content_bytes: int
    """Of all blobs, as they came in."""
    blobs: SpaceUse
    log: SpaceUse
    request_keys: SpaceUse
    expired_keys: int
    """Request keys whose time is over."""
    sessions: list[SessionUsage]
    """The one that holds most first."""
