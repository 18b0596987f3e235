"""What the store keeps of a session besides its items, phases, waves and leases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ctxbudget_protocol.values import NamedTuple, dataclass, field
from ctxbudget_protocol.words import Level, SessionState


class Session(NamedTuple):
    """One workflow run's account, in tokens. `nonce` makes the ids of this life of the session unique forever.

    A named tuple, because each change of a session makes several.
    """

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
    """The revision at which retention last dropped the content; 0: never. Some may have been added since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRecord:
    """A layer's history: its peak, and where its first breach began."""

    layer: str
    peak: int = 0
    breach_phase: int | None = None
    breach_revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One transaction: who did what, when and why, and each changed item before and after."""

    session_id: str
    revision: int
    at: str
    actor: str
    method: str
    why: str
    changes: list[dict[str, Any]] = field(default_factory=list)
    detail: dict[str, Any] = field(default_factory=dict)
    alerts: list[dict[str, Any]] = field(default_factory=list)


class LoggedFigures(NamedTuple):
    """Where the account stood after a change, in tokens, and what the change was about."""

    phase: int | None
    """The phase of the items or the lease that it changed; otherwise the running one."""
    wave: int | None
    agent: str | None
    """The agent of all items that it added, or the holder of the lease."""
    retained: int
    processed: int
    peak: int
    leased: int
    """Tokens that leases held at that time."""
    level: Level


class TimelineRow(NamedTuple):
    """One change, or the last one of a group of changes."""

    revision: int
    at: str
    actor: str
    method: str
    why: str
    figures: LoggedFigures
    changes: int
    """Changes in the group, this one included."""
    highest: int
    """The largest number of retained tokens after any change of the group."""


class Heading(NamedTuple):
    """An entry of a log without what it changed; `alerts` is JSON."""

    revision: int
    at: str
    actor: str
    method: str
    why: str
    alerts: str


class LogHead(NamedTuple):
    """The last entry of a log that has a hash."""

    revision: int
    hash: bytes


class LogEntry(NamedTuple):
    """An entry of a log as one line of JSON."""

    revision: int
    line: bytes
    hash: bytes | None
    """The SHA-256 of the line; None: a version wrote it that kept none."""


class CopiedEntry(NamedTuple):
    """An entry as another store logged it."""

    heading: Heading
    figures: LoggedFigures | None
    """None: the entry has no hash."""
    changes: list[dict[str, Any]]
    """In stored form."""
    detail: dict[str, Any]


class EntryRow(NamedTuple):
    """An entry as the tables have it."""

    session_id: str
    heading: Heading
    body: bytes
    """What changed, packed."""
    figures: LoggedFigures | None
    hash: bytes | None


class UndoRow(NamedTuple):
    """An undo as the store keeps it; `changes` is JSON that only the store reads."""

    id: str
    revision: int
    changes: str


class LastEvent(NamedTuple):
    """The latest event of a session, without what it changed."""

    at: str
    method: str
    why: str


class Undo(NamedTuple):
    """What undoes a prune: by item id, the values that its revision replaced; None for an item that it created.

    They include at least the changed ones: applied to the item as the revision left it, they restore the earlier item.
    `setup` is what the revision changed of the workflow's setup, as its event has it.
    """

    id: str
    session_id: str
    revision: int
    before: Mapping[str, dict[str, Any] | None]
    setup: dict[str, Any] | None = None


class KeyedResult(NamedTuple):
    """The first result of a request key."""

    method: str
    result: dict[str, Any]


class KnownFit(NamedTuple):
    """Which beginning of a conversation a fit decided about, and the session's revision that kept the decision."""

    digest: bytes
    length: int
    touched: bytes
    """Digest of the part of it that the fit changed, with the message after that."""
    touched_length: int
    revision: int


class KeptFit(NamedTuple):
    """What a fit decided about the beginning of a conversation: `length` messages, known by their digest."""

    session_id: str
    conversation: str
    digest: bytes
    length: int
    touched: bytes
    touched_length: int
    revision: int
    decision: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items to list: those that match every field that is not None."""

    state: str | None = None
    layer: str | None = None
    kind: str | None = None
    phase: int | None = None
    wave: int | None = None
    agent: str | None = None
    pinned: bool | None = None
