"""A store on which requests are rehearsed: they see each other's changes, and nobody else ever does."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.interface import Reader, Store, Writer

if TYPE_CHECKING:
    from ctxbudget_server.rules.leases import Lease
    from ctxbudget_server.rules.lifecycle import Phase, Wave
    from ctxbudget_server.store.records import (
        CopiedEntry,
        Event,
        KeyedResult,
        LayerRecord,
        LoggedFigures,
        Session,
        Undo,
        UndoRow,
    )


class StagedAccount:
    """One session's rows as the requests so far leave them, over a snapshot of the store that stays as it is.

    Whatever a rehearsal does not change is read from the snapshot.
    """

    def __init__(self, snapshot: Reader) -> None:
        self._snapshot = snapshot
        self._session: Session | None = None
        self._phases: dict[int, Phase | None] = {}
        self._waves: dict[tuple[int, int], Wave] = {}
        self._layers: dict[str, LayerRecord] = {}
        self._stored: dict[str, Item] = {}
        self._items: dict[str, Item] = {}
        self._sums: dict[SumKey, Figures] = {}
        self._leases: dict[str, Lease] = {}
        self._blobs: dict[str, bytes] = {}
        self._undos: dict[str, Undo] = {}

    def copy(self) -> StagedAccount:
        """The same state, to which changes can be made that this one does not have."""
        twin = StagedAccount(self._snapshot)
        for name, value in vars(self).items():
            setattr(twin, name, dict(value) if isinstance(value, dict) and name != "_stored" else value)
        return twin

    def __getattr__(self, name: str) -> Any:
        """What no rehearsed request changes, from the snapshot."""
        return getattr(self._snapshot, name)

    def session(self, session_id: str) -> Session | None:
        """The session."""
        return self._session or self._snapshot.session(session_id)

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The phases by number."""
        phases = {**self._snapshot.phases(session_id), **self._phases}
        return {number: phase for number, phase in sorted(phases.items()) if phase is not None}

    def waves(self, session_id: str) -> list[Wave]:
        """The waves, by phase and number."""
        stored = {(wave.phase, wave.number): wave for wave in self._snapshot.waves(session_id)}
        return [wave for _, wave in sorted({**stored, **self._waves}.items())]

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums."""
        sums = self._snapshot.sums(session_id)
        for key, delta in self._sums.items():
            sums[key] = sums.get(key, Figures()).plus(delta)
        return sums

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """The history of each layer."""
        return {**self._snapshot.layers(session_id), **self._layers}

    def item(self, session_id: str, item_id: str) -> Item | None:
        """An item by id."""
        return self._items.get(item_id) or self._snapshot.item(session_id, item_id)

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
        """Items in the order in which they were added."""
        current = [*self._unchanged(session_id), *self._items.values()]
        wanted = [
            item
            for item in current
            if not item.withdrawn
            and state in (None, item.state)
            and layer in (None, item.layer)
            and phase in (None, item.phase)
            and (hashes is None or item.hash in hashes)
            and (ids is None or item.id in ids)
        ]
        return sorted(wanted, key=lambda item: item.seq)

    def _unchanged(self, session_id: str) -> list[Item]:
        """The snapshot's items that no request has changed; read once, since each step of a rehearsal needs them."""
        if not self._stored:
            self._stored.update((item.id, item) for item in self._snapshot.items(session_id))
        return [item for item in self._stored.values() if item.id not in self._items]

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The leases."""
        stored = {lease.id: lease for lease in self._snapshot.leases(session_id)}
        return [lease for lease in {**stored, **self._leases}.values() if not active or lease.state == "active"]

    def lease(self, session_id: str, lease_id: str) -> Lease | None:
        """A lease by id."""
        return self._leases.get(lease_id) or self._snapshot.lease(session_id, lease_id)

    def undo(self, session_id: str, undo_id: str) -> Undo | None:
        """An undo by id."""
        return self._undos.get(undo_id) or self._snapshot.undo(session_id, undo_id)

    def content(self, item: Item) -> bytes:
        """The bytes of an item."""
        if item.segments and all(digest in self._blobs for digest in item.segments):
            return b"".join(zlib.decompress(self._blobs[digest]) for digest in item.segments)
        return self._snapshot.content(item)

    def put_session(self, session: Session) -> None:
        """Change the session."""
        self._session = session

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Change phases."""
        self._phases.update((phase.number, phase) for phase in phases)

    def remove_phases(self, session_id: str, numbers: Iterable[int]) -> None:
        """Remove phases."""
        self._phases.update((number, None) for number in numbers)

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Change waves."""
        self._waves.update(((wave.phase, wave.number), wave) for wave in waves)

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Change layer records."""
        self._layers.update((layer.layer, layer) for layer in layers)

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Change items."""
        self._items.update((item.id, item) for _, item in changes)

    def add_sums(self, session_id: str, deltas: dict[SumKey, Figures]) -> None:
        """Add to the running sums."""
        for key, delta in deltas.items():
            self._sums[key] = self._sums.get(key, Figures()).plus(delta)

    def put_lease(self, session_id: str, lease: Lease) -> None:
        """Change a lease."""
        self._leases[lease.id] = lease

    def put_blobs(self, blobs: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep bytes."""
        self._blobs.update((digest, compressed) for digest, _, compressed in blobs)

    def put_undo(self, undo: Undo) -> None:
        """Keep what undoes a prune."""
        self._undos[undo.id] = undo

    def add_event(
        self, session: Session, event: Event, changes: Iterable[tuple[Item | None, Item]], figures: LoggedFigures
    ) -> None:
        """Nothing reads the log of a rehearsal."""

    def copy_entry(self, session: Session, entry: CopiedEntry) -> bytes | None:
        """A rehearsal takes in no log of another store."""
        return None

    def copy_undo(self, session_id: str, row: UndoRow) -> None:
        """Nor its undos."""

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """A rehearsal has no request keys."""


class Stage:
    """The store of a rehearsal. Its transactions take no lock, and its last state is simply dropped."""

    commits = 0

    def __init__(self, account: StagedAccount) -> None:
        self.account = account

    @contextmanager
    def read(self, check: Check = never_cancelled, until: float | None = None) -> Iterator[Reader]:
        """The state so far."""
        yield cast("Reader", self.account)

    @contextmanager
    def write(
        self, before_commit: Callable[[], None], until: float | None = None, check: Check = never_cancelled
    ) -> Iterator[Writer]:
        """A transaction on the state so far; kept in the rehearsal only if the block ends without an exception.

        `before_commit` is not called: the request that rehearses commits nothing, and can still be cancelled.
        """
        changed = self.account.copy()
        yield cast("Writer", changed)
        self.account = changed

    def before_waiting(self) -> None:
        """A rehearsal shares nothing."""

    @property
    def store(self) -> Store:
        """This, as the store that requests are answered from."""
        return cast("Store", self)
