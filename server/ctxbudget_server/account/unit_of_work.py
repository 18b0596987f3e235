"""A unit of work on one session: collects changes, computes figures, and writes all or nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from ctxbudget_protocol.common import Alert
from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_protocol.values import replace
from ctxbudget_server.account.content import Blob
from ctxbudget_server.account.ids import make_id
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.rules.items import NOTHING, Figures, Item, SumKey, differences, total_of
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.levels import RANK, alert_text, next_level
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.store.interface import Reader, Writer
from ctxbudget_server.store.records import Event, KeptFit, LayerRecord, LoggedFigures, Session, Undo

K = TypeVar("K")
T = TypeVar("T")


class UnitOfWork:
    """Changes to one session on top of a snapshot. If `write` is never called, it was a rehearsal and nothing is kept.

    Loops over items call `check`, which raises if the request was cancelled.
    """

    def __init__(self, reader: Reader, session: Session, request: Request) -> None:
        self.reader = reader
        self.check = request.cancellation.check
        self.now = now = request.now()
        self.stored = session
        created_at = session.created_at if session.revision else now  # the first event tells when it was created
        self.session = session._replace(revision=session.revision + 1, created_at=created_at, updated_at=now)
        self.settings = request.settings_of(session)
        self._stored_phases: dict[int, Phase] = reader.phases(session.id)
        self.phases = dict(self._stored_phases)
        self._was_running = self.running_phase()
        self._stored_waves: dict[tuple[int, int], Wave] = {(w.phase, w.number): w for w in reader.waves(session.id)}
        self.waves = dict(self._stored_waves)
        self.detail: dict[str, Any] = {}
        self.alerts: list[Alert] = []
        self._stored: dict[str, Item] = {}
        self._before: dict[str, Item | None] = {}
        self._items: dict[str, Item] = {}
        self._known_deltas: dict[SumKey, Figures] | None = None
        self._undoable: set[str] = set()
        self.has_undoable_setup = False
        """Whether the undo behind `undo_id` also reverts the `setup` in `detail`."""
        self._removed_phases: set[int] = set()
        self._undo_id: str | None = None
        self._blobs: dict[str, Blob] = {}
        self._stored_leases: dict[str, Lease] | None = None
        self._leases: dict[str, Lease] = {}
        self._layers: dict[str, LayerRecord] = {}
        self._fits: list[KeptFit] = []
        self._forgets_fits = False
        self._freezing: set[int] = set()
        self._figured = False
        self._has_departed: bool | None = None

    @property
    def id(self) -> str:
        """The session's id."""
        return self.session.id

    @property
    def revision(self) -> int:
        """The revision that this unit creates."""
        return self.session.revision

    def new_id(self, kind: str) -> str:
        """An id unique across all lives of all sessions: a letter for its kind, the session's nonce, and a number."""
        seq = self.session.next_seq
        self.session = self.session._replace(next_seq=seq + 1)
        return make_id(kind, self.session.nonce, seq)

    def next_order(self) -> int:
        """A number that increases with each start and completion."""
        order = self.session.next_order
        self.session = self.session._replace(next_order=order + 1)
        return order

    def find(self, item_id: str) -> Item | None:
        """An item as this unit leaves it."""
        return self._items.get(item_id) or self._as_stored(item_id)

    def _as_stored(self, item_id: str) -> Item | None:
        found = self._stored.get(item_id) or self.reader.item(self.id, item_id)
        if found is not None:
            self._stored[item_id] = found
        return found

    def item(self, item_id: str, loc: Location) -> Item:
        """An item as this unit leaves it; raises `unknownItem`."""
        if (item := self.find(item_id)) is None:
            raise ProtocolError("unknownItem", f"the session has no item {item_id!r}", loc=loc, itemId=item_id)
        return item

    def items(
        self,
        *,
        state: str | None = None,
        layer: str | None = None,
        phase: int | None = None,
        hashes: Collection[str] | None = None,
    ) -> list[Item]:
        """Items as this unit leaves them, in the order in which they were added."""
        found = self.reader.items(self.id, state=state, layer=layer, phase=phase, hashes=hashes)
        stored = {item.id: item for item in found}
        self._stored.update(stored)
        if not self._items:
            return found
        merged = {**stored, **self._items}
        return sorted(
            (
                item
                for item in self.each(merged.values())
                if not item.withdrawn
                and state in (None, item.state)
                and layer in (None, item.layer)
                and phase in (None, item.phase)
                and (hashes is None or item.hash in hashes)
            ),
            key=lambda item: item.seq,
        )

    def items_of(self, digests: Collection[str]) -> list[Item]:
        """Items that this unit found with the content of one of these hashes, in the order in which they were added."""
        found = self.reader.items_of(self.id, digests)
        self._stored.update({item.id: item for item in found})
        return found

    def departed(self, digest: str | None, path: str | None, tool: str | None) -> str | None:
        """The id of the latest item with this content that left the context earlier, else of this file and tool."""
        if self._has_departed is None:
            self._has_departed = self.reader.has_departed(self.id)
        return self.reader.departed(self.id, digest, path, tool) if self._has_departed else None

    def each(self, items: Iterable[T]) -> Iterator[T]:
        """The items, with a check for cancellation before each."""
        for item in items:
            self.check()
            yield item

    def put(self, item: Item, *, undoable: bool = False) -> Item:
        """Create or change an item; `undoable`: the undo behind `undo_id` reverts it."""
        self.check()
        if item.id not in self._before:
            is_new = item.seq >= self.stored.next_seq
            self._before[item.id] = None if is_new else self._as_stored(item.id)
        if item.revision != self.session.revision:
            item = item._replace(revision=self.session.revision)
        self._items[item.id] = item
        self._known_deltas = None
        if undoable:
            self._undoable.add(item.id)
        return item

    def put_blob(self, blob: Blob) -> None:
        """Store a blob for the items that name it."""
        self._blobs[blob.digest] = blob

    def put_lease(self, lease: Lease) -> None:
        """Create or change a lease."""
        self._leases[lease.id] = lease

    def put_fit(self, fit: KeptFit) -> None:
        """Keep what a fit decided."""
        self._fits.append(fit)

    def forget_fits(self) -> None:
        """Forget what fits decided about the session's conversations."""
        self._forgets_fits = True

    def put_phase(self, phase: Phase) -> Phase:
        """Create or change a phase."""
        self.phases[phase.number] = phase
        return phase

    def freeze(self, phase: Phase) -> None:
        """Keep what a phase holds at the end of this unit, its peak and its allocation as its final figures."""
        self._freezing.add(phase.number)
        self.put_phase(replace(phase, turned_at=self.revision))

    def turn(self, revision: int) -> None:
        """The undo of a revision: phases that it froze have current figures again, and the other way round."""
        for phase in [phase for phase in self.phases.values() if phase.turned_at == revision]:
            if phase.frozen:
                self.put_phase(replace(phase, used=None, turned_at=self.revision))
            elif phase.state == "completed":
                self.freeze(phase)

    def remove_phase(self, number: int) -> None:
        """Remove a phase that nothing belongs to."""
        del self.phases[number]
        self._removed_phases.add(number)

    def put_wave(self, wave: Wave) -> Wave:
        """Create or change a wave."""
        self.waves[wave.phase, wave.number] = wave
        return wave

    def ensure_phase(self, number: int | None, wave: int | None = None) -> None:
        """Create a phase and a wave that an item or a lease names before they have started."""
        if number is not None and number not in self.phases:
            self.put_phase(Phase(number))
        if number is not None and wave is not None and (number, wave) not in self.waves:
            self.put_wave(Wave(number, wave))

    def configure(self, settings: Settings) -> None:
        """Change the settings."""
        self.settings = settings
        self.session = self.session._replace(config=settings.stored)

    def running_phase(self) -> Phase | None:
        """The running phase, if any."""
        return next((phase for phase in self.phases.values() if phase.state == "running"), None)

    def leases(self) -> list[Lease]:
        """The leases that hold tokens now."""
        if self._stored_leases is None:
            self._stored_leases = {lease.id: lease for lease in self.reader.leases(self.id, active=True)}
        return [lease for lease in {**self._stored_leases, **self._leases}.values() if lease.in_flight(self.now)]

    @property
    def leased(self) -> int:
        """Tokens that leases hold now."""
        return sum(lease.tokens for lease in self.leases())

    def undo_id(self) -> str | None:
        """The id with which to undo what was put as `undoable`; None if nothing was."""
        if (self._undoable or self.has_undoable_setup) and self._undo_id is None:
            self._undo_id = self.new_id("u")
        return self._undo_id

    def _changes(self) -> list[tuple[Item | None, Item]]:
        """Each item before and after."""
        before = self._before
        return [(before[item_id], item) for item_id, item in self._items.items()]

    def _deltas(self) -> dict[SumKey, Figures]:
        """What the items changed so far add to the sums."""
        if self._known_deltas is None:
            self._known_deltas = differences(self.each(self._changes()))
        return self._known_deltas

    def sums(self) -> dict[SumKey, Figures]:
        """The running sums as this unit leaves them."""
        sums = self.reader.sums(self.id)
        for key, delta in self._deltas().items():
            sums[key] = sums.get(key, NOTHING).plus(delta)
        return sums

    def figure_out(self) -> None:
        """Compute figures, peaks, breaches and the level; call it once, after the last change."""
        if self._figured:
            return
        self._figured = True
        self._drop_untrue_markers()
        sums = self.sums()
        total = total_of(sums.values())
        self.session = self.session._replace(
            retained=total.retained,
            processed=total.processed,
            peak=max(self.session.peak, total.retained),
        )
        self._follow_phases(sums)
        self._follow_layers(sums)
        self._follow_level(sums)

    def _drop_untrue_markers(self) -> None:
        """Remove markers of phases and waves of which anything else is retained again: a marker replaces the whole."""
        entered = [
            item
            for item in self.each(self._items.values())
            if item.state == "retained" and not item.marker and item.phase is not None
        ]
        for marker in [item for item in self._items.values() if item.marker and item.state == "retained"]:
            others = self.items(state="retained", phase=marker.phase)  # an undo may bring a marker back beside these
            if any(not other.marker and marker.wave in (None, other.wave) for other in others):
                self.drop_marker(marker)
        for phase in {item.phase for item in entered}:
            waves = {item.wave for item in entered if item.phase == phase}
            for marker in self.items(state="retained", layer="metadata", phase=phase):
                if marker.marker and (marker.wave is None or marker.wave in waves):
                    self.drop_marker(marker)

    def drop_marker(self, marker: Item) -> None:
        """Remove a marker that is no longer true; during a prune or an undo the removal is part of it."""
        gone = marker._replace(state="pruned", reason="superseded")
        self.put(gone, undoable=bool(self._undoable))

    def _follow_phases(self, sums: dict[SumKey, Figures]) -> None:
        by_phase: defaultdict[int, int] = defaultdict(int)
        for key, figures in sums.items():
            if key.phase is not None:
                by_phase[key.phase] += figures.retained
        for number, retained in by_phase.items():
            phase = self.phases.get(number) or Phase(number)
            if (retained > phase.peak and not phase.frozen) or number not in self.phases:
                self.put_phase(replace(phase, peak=max(phase.peak, retained)))
        for number in self._freezing:
            self.put_phase(replace(self.phases[number], used=by_phase[number]))

    def _follow_layers(self, sums: dict[SumKey, Figures]) -> None:
        known = self.reader.layers(self.id)
        running = self.running_phase()
        held: defaultdict[str, int] = defaultdict(int)
        for key, figures in sums.items():
            held[key.layer] += figures.retained
        for layer in ("permanent", "phase", "metadata", "transient"):
            retained = held[layer]
            new = old = known.get(layer) or LayerRecord(layer=layer)
            if retained > old.peak:
                new = replace(old, peak=retained)
            ceiling = self.settings.ceilings.get(layer)
            if ceiling is not None and retained > ceiling and new.breach_revision is None:
                phase = (
                    running.number
                    if running
                    else max((key.phase for key in sums if key.phase is not None), default=None)
                )
                new = replace(new, breach_phase=phase, breach_revision=self.revision)
            if new != old:
                self._layers[layer] = new

    def _what_next(self, session: Session, sums: dict[SumKey, Figures]) -> str:
        from ctxbudget_server.account.position import position_of
        from ctxbudget_server.rules.advice import advise

        return advise(position_of(session, self.settings, self.phases.values(), sums, self.leases())).next

    def _follow_level(self, sums: dict[SumKey, Figures]) -> None:
        at = self.settings.thresholds
        session = self.session
        level = next_level(session.level, session.retained, at)
        if RANK[level] > RANK[session.level]:
            threshold = at.critical_at if level == "critical" else at.warn_at
            budget = self.settings.budget
            self.alerts.append(
                Alert(
                    level="critical" if level == "critical" else "warn",
                    previous=session.level,
                    retained=session.retained,
                    threshold=threshold,
                    budget=budget,
                    window_source=self.settings.window_source,
                    of_budget=ratio(session.retained, budget),
                    revision=self.revision,
                    at=self.now,
                    message=alert_text(level, session.retained, threshold, budget),
                    next=self._what_next(session._replace(level=level), sums),
                )
            )
        self.session = session._replace(level=level)

    def _logged_figures(self) -> LoggedFigures:
        phase, wave = self._subject()
        session = self.session
        return LoggedFigures(
            phase=phase,
            wave=wave,
            agent=self._subject_agent(),
            retained=session.retained,
            processed=session.processed,
            peak=session.peak,
            leased=self.leased,
            level=session.level,
        )

    def _subject(self) -> tuple[int | None, int | None]:
        """(phase, wave) that this unit is about: those of what it changed, otherwise the running ones."""
        changed = self._leases.values() or self._items.values()
        phase = _common(one.phase for one in changed)
        if phase is None:
            running = self.running_phase() or self._was_running
            phase = running.number if running else None
        wave = _common(item.wave for item in self._items.values() if item.phase == phase)
        if wave is None:
            open_waves = (one for one in self.waves.values() if one.phase == phase and one.state == "running")
            wave = _common(one.number for one in open_waves)
        return phase, wave

    def _subject_agent(self) -> str | None:
        """The agent of everything that this unit adds, or who holds the lease that it changes."""
        added = [self._items[item_id].agent for item_id, before in self._before.items() if before is None]
        return _common(added) if added else _common(lease.holder for lease in self._leases.values())

    def write(self, writer: Writer, actor: str, method: str) -> None:
        """Write everything into the transaction."""
        self.figure_out()
        if self._blobs:
            writer.put_blobs(self._blobs.values())
        writer.put_items(self.id, self._changes())
        writer.add_sums(self.id, self._deltas())
        writer.remove_phases(self.id, self._removed_phases - {*self.phases})
        if phases := _differing(self.phases, self._stored_phases):
            writer.put_phases(self.id, phases)
        if waves := _differing(self.waves, self._stored_waves):
            writer.put_waves(self.id, waves)
        if self._layers:
            writer.put_layers(self.id, self._layers.values())
        for lease in self._leases.values():
            writer.put_lease(self.id, lease)
        if self._forgets_fits:
            writer.forget_fits(self.id)
        for fit in self._fits:
            writer.put_fit(fit)
        writer.add_event(
            self.session,
            Event(
                session_id=self.id,
                revision=self.revision,
                at=self.now,
                actor=actor,
                method=method,
                why=str(self.detail.get("why", method)),
                detail=self.detail,
                alerts=[alert.wire() for alert in self.alerts],
            ),
            self._changes(),
            self._logged_figures(),
        )
        if self._undo_id is not None:
            before = _Images({item_id: self._before[item_id] for item_id in self._items if item_id in self._undoable})
            writer.put_undo(Undo(id=self._undo_id, session_id=self.id, revision=self.revision, before=before))
        writer.put_session(self.session)


class _Images(Mapping[str, dict[str, Any] | None]):
    """The values of items by name, made when they are asked for: a store needs only the ids."""

    def __init__(self, items: Mapping[str, Item | None]) -> None:
        self._items = items

    def __getitem__(self, item_id: str) -> dict[str, Any] | None:
        item = self._items[item_id]
        return None if item is None else item.image()

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


def _differing(now: Mapping[K, T], stored: Mapping[K, T]) -> list[T]:
    """The values that are not stored yet."""
    return [value for key, value in now.items() if value is not stored.get(key)]


def _common(values: Iterable[T | None]) -> T | None:
    """The value that all of them are; None if they differ or there are none."""
    different = {*values}
    return different.pop() if len(different) == 1 else None
