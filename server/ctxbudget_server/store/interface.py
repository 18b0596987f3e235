"""The store as the services see it: snapshots to read from, transactions to write in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.records import Event, ItemFilter, KeyedResult, LayerRecord, Session, Undo

if TYPE_CHECKING:
    from ctxbudget_server.store.damage.check import Finding
    from ctxbudget_server.store.damage.losses import Loss
    from ctxbudget_server.store.space.usage import SpaceUsage


class Reader(Protocol):
    """One consistent snapshot."""

    def session(self, session_id: str) -> Session | None:
        """A session by id."""

    def sessions(self) -> list[Session]:
        """All sessions, the oldest first."""

    def latest_session(self, besides: str) -> Session | None:
        """The session that changed last, `besides` left out."""

    def revisions(self) -> dict[str, tuple[str, int]]:
        """(nonce, revision) of every session by id."""

    def session_page(self, state: str | None, after: str | None, limit: int) -> tuple[list[Session], int]:
        """(up to `limit` sessions in that state, those that follow `after`, the oldest first; how many in all)."""

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The session's phases by number."""

    def waves(self, session_id: str) -> list[Wave]:
        """The session's waves, by phase and number."""

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums; their total is the session's account."""

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """What is known of each layer over time."""

    def item(self, session_id: str, item_id: str) -> Item | None:
        """An item by id, withdrawn ones too."""

    def items(
        self, session_id: str, *, state: str | None = None, layer: str | None = None, phase: int | None = None
    ) -> list[Item]:
        """Items in the order in which they entered, without withdrawn ones."""

    def items_with_content(self, session_id: str) -> list[Item]:
        """Items whose bytes are kept, withdrawn ones too."""

    def item_of(self, session_id: str, digest: str) -> str | None:
        """The id of the latest item whose content has this hash, withdrawn ones left out."""

    def page(self, session_id: str, wanted: ItemFilter, after: str | None, limit: int) -> tuple[list[Item], int, int]:
        """(items, how many match in all, their retained tokens in all)."""

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The session's leases, all or those neither settled nor released."""

    def lease(self, session_id: str, lease_id: str) -> Lease | None:
        """A lease by id."""

    def events(self, session_id: str, after: int = 0) -> list[Event]:
        """The event log after a revision; reads all of the session's log."""

    def alerts(self, session_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The alerts raised after a revision, the oldest first."""

    def undo(self, session_id: str, undo_id: str) -> Undo | None:
        """An undo by id."""

    def keyed(self, scope: str, key: str) -> KeyedResult | None:
        """What a request key was answered with first."""

    def calibration(self, model: str) -> dict[str, Any] | None:
        """What the bills of a model have taught, as `put_calibration` kept it."""

    def used_bytes(self) -> int:
        """What the store uses on the disk, without its free pages and its WAL; costs nothing to ask."""

    def usage(self) -> SpaceUsage:
        """What holds the store's space; looks at all of it."""

    def content(self, item: Item) -> bytes:
        """The bytes of an item whose content is kept, held against their hash; raises `contentDamaged`."""


class Writer(Reader, Protocol):
    """One transaction: all of it is kept, or nothing."""

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Create or replace phases."""

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Create or replace waves."""

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Create or replace layer records."""

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Create or replace items, each given before and after; hold on to the blobs that they name."""

    def add_sums(self, session_id: str, deltas: dict[SumKey, Figures]) -> None:
        """Move the running sums."""

    def put_lease(self, session_id: str, lease: Lease) -> None:
        """Create or replace a lease."""

    def put_blob(self, digest: str, size: int, compressed: bytes) -> None:
        """Keep bytes under their hash; nothing happens where they are kept already."""

    def add_event(self, event: Event) -> None:
        """Append to the event log."""

    def put_undo(self, undo: Undo) -> None:
        """Keep what takes a prune back; the event of its revision has been added before."""

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """Keep the result of a request key; a later result of the same request replaces it."""

    def expire_keys(self, limit: int) -> int:
        """Forget up to `limit` request keys whose time is over, the oldest first; how many they were."""

    def put_calibration(self, model: str, state: dict[str, Any], at: str) -> None:
        """Keep what the bills of a model have taught."""

    def delete_session(self, session_id: str) -> None:
        """Forget a session, and the blobs that no other session holds."""


class Store(Protocol):
    """Where sessions live. Safe for many threads, and for many processes at once."""

    def read(self, check: Check = never_cancelled) -> AbstractContextManager[Reader]:
        """A snapshot; raises `ProtocolError` when the store cannot be used.

        Whatever is read in it looks at `check` all the time, and stops with what that raises.
        """

    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> AbstractContextManager[Writer]:
        """A transaction that commits when the block ends well, after `before_commit` has agreed by returning.

        All work in it looks at `check`, as in `read`.
        Waits for other writers until `until` (of `time.monotonic`), else for the store's own time; then `storeBusy`.
        """

    @property
    def commits(self) -> int:
        """How many writes of this thread have been acknowledged."""

    def change_mark(self) -> int:
        """A figure that moves when any process has written; cheap enough to ask several times a second."""

    def in_place(self) -> bool:
        """Whether another process that opens the store now would see the same one as this."""

    def give_back(self) -> bool:
        """Give the space of what was deleted back to the disk; False if other processes do not let it now.

        Deletions do this by themselves; it is for what they had to leave.
        """

    def rewrite(self) -> bool:
        """Write the store afresh: as small as it can be, without a trace of what was deleted.

        Others cannot write meanwhile. False if another process still reads what was there before.
        """

    def relief(self) -> AbstractContextManager[None]:
        """A block in which this thread can delete on a full disk."""

    def losses(self) -> list[Loss]:
        """Losses that were not acknowledged yet, the oldest first."""

    def acknowledge_losses(self, ids: Collection[int] | None = None) -> int:
        """Tell no more of these losses, or of all; how many that were."""

    def check(self) -> list[Finding]:
        """What is wrong with the store's files and content now; reads all of it and changes nothing."""

    def repair(self) -> list[Finding]:
        """Mend what `check` finds as far as it can be; the findings that are left. What was lost is in `losses`."""

    def close(self) -> None:
        """Let go of files."""
