"""The store as the services see it: snapshots to read from, transactions to write in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.records import (
    CopiedEntry,
    Event,
    ItemFilter,
    KeptFit,
    KeyedResult,
    KnownFit,
    LastEvent,
    LayerRecord,
    LogEntry,
    LoggedFigures,
    LogHead,
    Session,
    TimelineRow,
    Undo,
    UndoRow,
)

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import StoreFinding
    from ctxbudget_server.store.damage.losses import Loss
    from ctxbudget_server.store.space.usage import SpaceUsage


class Log(Protocol):
    """One session's log: the figures after each change, and its entries as the lines that are hashed."""

    def timeline(self, since: int, every: int, limit: int) -> list[TimelineRow]:
        """Up to `limit` groups of `every` changes after a revision, oldest first; changes of older versions are absent.

        Groups end at each multiple of `every`, so the pages of a growing log agree.
        """

    def figures_at(self, revision: int) -> LoggedFigures | None:
        """The figures after this revision; None if they are not recorded."""

    def latest_figures(self, limit: int) -> list[tuple[int, LoggedFigures]]:
        """(revision, figures) of up to `limit` last changes, oldest first; cheap."""

    def first_recorded(self) -> int | None:
        """The first revision whose figures are recorded; earlier ones are of a version that kept none."""

    def head(self) -> LogHead | None:
        """The last entry and its hash; None if no entry has one."""

    def entries(self, after: int, limit: int) -> Iterator[LogEntry]:
        """Up to `limit` entries after a revision, oldest first."""


class Reader(Protocol):
    """One consistent snapshot."""

    def session(self, session_id: str) -> Session | None:
        """A session by id."""

    def sessions(self) -> list[Session]:
        """All sessions, the oldest first."""

    def latest_session(self, besides: str) -> Session | None:
        """The most recently changed session other than `besides`."""

    def revisions(self) -> dict[str, tuple[str, int]]:
        """(nonce, revision) of every session by id."""

    def session_page(self, state: str | None, after: str | None, limit: int) -> tuple[list[Session], int]:
        """(up to `limit` sessions in that state after session `after`, oldest first; how many there are in all)."""

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The session's phases by number."""

    def waves(self, session_id: str) -> list[Wave]:
        """The session's waves, by phase and number."""

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums, which add up to the session's figures."""

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """The history of each layer: its peak and its first breach."""

    def item(self, session_id: str, item_id: str) -> Item | None:
        """An item by id, even if withdrawn."""

    def items(
        self,
        session_id: str,
        *,
        state: str | None = None,
        layer: str | None = None,
        phase: int | None = None,
        hashes: Collection[str] | None = None,
        ids: Collection[str] | None = None,
    ) -> list[Item]:
        """Items in the order in which they were added, without withdrawn ones."""

    def items_of(self, session_id: str, digests: Collection[str]) -> list[Item]:
        """Items whose content has one of these hashes, as `items` gives them."""

    def items_with_content(self, session_id: str) -> list[Item]:
        """Items whose bytes are kept, including withdrawn ones."""

    def newest_texts(self, session_id: str, wanted: ItemFilter, *, brought_in: bool) -> Iterator[Item]:
        """Items whose bytes are kept, the newest first, without markers and withdrawn ones; read as they are taken.

        `brought_in`: those that callers brought in, otherwise those that replace others.
        """

    def item_of(self, session_id: str, digest: str) -> str | None:
        """The id of the latest item whose content has this hash, ignoring withdrawn ones."""

    def has_departed(self, session_id: str) -> bool:
        """Whether any item that a caller brought in is no longer retained; cheap."""

    def departed(self, session_id: str, digest: str | None, path: str | None, tool: str | None) -> str | None:
        """The id of the latest item with this content that is no longer retained, else of this file and tool.

        Of those that callers brought in, and that have not been brought back yet.
        """

    def read_again(self, session_id: str) -> int:
        """Tokens of items that had left the context and were brought back: of each at most its own tokens."""

    def page(self, session_id: str, wanted: ItemFilter, after: str | None, limit: int) -> tuple[list[Item], int, int]:
        """(one page of items, how many items match in all, the retained tokens of all of them)."""

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The session's leases; `active`: only those neither settled nor released."""

    def lease(self, session_id: str, lease_id: str) -> Lease | None:
        """A lease by id."""

    def events(self, session_id: str, after: int = 0) -> list[Event]:
        """The events after a revision; reads the session's whole log."""

    def log(self, session: Session) -> Log:
        """A session's log in pages."""

    def items_after(self, session_id: str, seq: int, limit: int) -> list[Item]:
        """Up to `limit` items after this `seq`, withdrawn ones included."""

    def undo_rows(self, session_id: str) -> list[UndoRow]:
        """All undos of a session, in the order of their revisions."""

    def segment(self, digest: str) -> bytes | None:
        """The bytes with this hash; None if they are missing or damaged."""

    def last_event(self, session_id: str) -> LastEvent | None:
        """The latest event of a session; cheap, since it reads no other."""

    def alerts(self, session_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The alerts raised after a revision, the oldest first."""

    def undo(self, session_id: str, undo_id: str) -> Undo | None:
        """An undo by id."""

    def keyed(self, scope: str, key: str) -> KeyedResult | None:
        """The first result stored under a request key."""

    def calibration(self, model: str) -> dict[str, Any] | None:
        """A model's calibration, as stored by `put_calibration`."""

    def known_fits(self, session_id: str, conversation: str) -> list[KnownFit]:
        """The beginnings of a conversation about which decisions are kept; reads none of the decisions."""

    def kept_fit(self, session_id: str, conversation: str, digest: bytes) -> dict[str, Any] | None:
        """What a fit decided, as stored by `put_fit`; None also if it cannot be read."""

    def holds_items(self, session_id: str, ids: Collection[str]) -> bool:
        """Whether the session has all these items, none of them withdrawn."""

    def used_bytes(self) -> int:
        """Bytes of disk that the store uses, not counting free pages and the WAL; cheap to ask."""

    def usage(self) -> SpaceUsage:
        """What the store's space is used for; reads the whole store."""

    def content(self, item: Item) -> bytes:
        """The bytes of an item whose content is kept, verified against their hash; raises `contentDamaged`."""


class Writer(Reader, Protocol):
    """One transaction: either everything is kept or nothing."""

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""

    def remove_phases(self, session_id: str, numbers: Iterable[int]) -> None:
        """Remove phases."""

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Create or replace phases."""

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Create or replace waves."""

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Create or replace layer records."""

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Create or replace items, given as (before, after) pairs, and hold the blobs that they name."""

    def add_sums(self, session_id: str, deltas: dict[SumKey, Figures]) -> None:
        """Add to the running sums."""

    def put_lease(self, session_id: str, lease: Lease) -> None:
        """Create or replace a lease."""

    def put_blobs(self, blobs: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep bytes under their hashes, given as (hash, size, compressed bytes), unless they are already there."""

    def add_event(
        self, session: Session, event: Event, changes: Iterable[tuple[Item | None, Item]], figures: LoggedFigures
    ) -> None:
        """Append to a session's log, with each changed item before and after, and the figures after the change."""

    def copy_entry(self, session: Session, entry: CopiedEntry) -> bytes | None:
        """Append an entry that another store logged; returns its hash here, which must be the one it had there."""

    def copy_undo(self, session_id: str, row: UndoRow) -> None:
        """Keep an undo of another store."""

    def put_undo(self, undo: Undo) -> None:
        """Keep what undoes a prune; the event of its revision must have been added already."""

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """Keep the result of a request key; a later result of the same request replaces it."""

    def expire_keys(self, limit: int) -> int:
        """Forget up to `limit` expired request keys, oldest first; returns how many."""

    def put_calibration(self, model: str, state: dict[str, Any], at: str) -> None:
        """Keep a model's calibration."""

    def put_fit(self, fit: KeptFit) -> None:
        """Keep what a fit decided; of each conversation, and of the session, the latest decisions stay."""

    def forget_fits(self, session_id: str) -> None:
        """Forget what fits decided about a session's conversations."""

    def delete_session(self, session_id: str) -> None:
        """Delete a session and the blobs that no other session holds."""


class Store(Protocol):
    """Where sessions live. Safe to use from many threads and many processes at once."""

    def read(self, check: Check = never_cancelled, until: float | None = None) -> AbstractContextManager[Reader]:
        """A snapshot; raises `ProtocolError` when the store cannot be used.

        Every read in it calls `check` regularly, and stops with whatever that raises. A store on another machine that
        does not answer is given up at `until` (`time.monotonic`), or after a default time.
        """

    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> AbstractContextManager[Writer]:
        """A transaction that commits when the block ends without an exception and `before_commit` has returned.

        All work in it calls `check`, as in `read`.
        Waits for other writers until `until` (`time.monotonic`) or, if absent, for the store's default time; then
        raises `storeBusy`.
        """

    def before_waiting(self) -> None:
        """Say that the request is going to wait or do slow work: one that shares a commit is then made by itself."""

    @property
    def commits(self) -> int:
        """How many writes of this thread have been acknowledged."""

    def change_mark(self) -> int:
        """A number that changes whenever any process has written; cheap enough to ask several times a second."""

    def in_place(self) -> bool:
        """Whether a process that opens the store now would see the same file as this one."""

    def give_back(self) -> bool:
        """Return freed space to the disk; False if other processes prevent it for now.

        Deletions do this themselves; call it for what they had to leave behind.
        """

    def rewrite(self) -> bool:
        """Rewrite the store: as small as possible, and without a trace of what was deleted.

        Nobody else can write meanwhile. False if another process still reads the old contents.
        """

    def relief(self) -> AbstractContextManager[None]:
        """A block in which this thread can delete even if the disk is full."""

    def losses(self) -> list[Loss]:
        """Losses not yet acknowledged, oldest first."""

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Stop reporting these losses, or all of them; returns how many."""

    def check(self) -> list[StoreFinding]:
        """What is wrong with the store's files and content; reads everything and changes nothing."""

    def repair(self) -> list[StoreFinding]:
        """Repair what `check` finds, as far as possible; returns what remains. `losses` has what was lost."""

    def close(self) -> None:
        """Close the files."""
