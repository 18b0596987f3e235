"""The writes of several requests in one transaction: each kept in memory, and all written in the end.

A request that only adds to a session reads what earlier ones have left from memory, and its rows are written with
theirs, table by table. If it is refused, its rows are forgotten. Anything else (a change of an item, a query that could
see rows that are not written yet) is done as in any other transaction: what is in memory is written first, and the
request has a savepoint of its own from then on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ctxbudget_protocol.values import dataclass, field, replace
from ctxbudget_server.rules.items import NOTHING, Figures, Item, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.cancellation import Check, never_cancelled
from ctxbudget_server.store.damage.checked_transactions import CheckedWriter
from ctxbudget_server.store.damage.high_water_marks import HighWaterMarks, Mark
from ctxbudget_server.store.records import EntryRow, KeyedResult, LayerRecord, Session

Sums = dict[SumKey, Figures]


@dataclass(slots=True)
class _Rows:
    """What is to be written, by session where a session has several."""

    blobs: list[tuple[str, int, bytes]] = field(default_factory=list)
    items: list[tuple[str, Item]] = field(default_factory=list)
    sums: dict[str, Sums] = field(default_factory=dict)
    phases: dict[tuple[str, int], Phase] = field(default_factory=dict)
    waves: dict[tuple[str, int, int], Wave] = field(default_factory=dict)
    layers: dict[tuple[str, str], LayerRecord] = field(default_factory=dict)
    entries: list[EntryRow] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    keyed: dict[tuple[str, str], KeyedResult] = field(default_factory=dict)

    @property
    def bring_back(self) -> bool:
        """Whether any item says of an earlier one that it was brought back."""
        return any(item.again_of is not None for _, item in self.items)

    def add(self, more: _Rows) -> None:
        """Take over what is to be written after these."""
        self.blobs += more.blobs
        self.items += more.items
        for session_id, deltas in more.sums.items():
            self.sums[session_id] = _added(self.sums.get(session_id, {}), deltas)
        self.phases |= more.phases
        self.waves |= more.waves
        self.layers |= more.layers
        self.entries += more.entries
        self.sessions |= more.sessions
        self.keyed |= more.keyed

    def write(self, writer: CheckedWriter) -> None:
        """Write all of it."""
        if self.blobs:
            writer.put_blobs(self.blobs)
        if self.items:
            writer.put_new_items(self.items)
        for session_id, deltas in self.sums.items():
            writer.add_sums(session_id, deltas)
        for (session_id, _), phase in self.phases.items():
            writer.put_phases(session_id, [phase])
        for (session_id, *_), wave in self.waves.items():
            writer.put_waves(session_id, [wave])
        for (session_id, _), layer in self.layers.items():
            writer.put_layers(session_id, [layer])
        if self.entries:
            writer.put_entries(self.entries)
        for session in self.sessions.values():
            writer.put_session(session)
        for (scope, key), result in self.keyed.items():
            writer.put_keyed(scope, key, result)


@dataclass(slots=True)
class _Known:
    """What is known of one session, as the requests so far leave it; None: it was not asked for.

    None of the values is ever changed in place.
    """

    session: Session | None
    phases: dict[int, Phase] | None = None
    waves: dict[tuple[int, int], Wave] | None = None
    sums: Sums | None = None
    layers: dict[str, LayerRecord] | None = None
    leases: list[Lease] | None = None
    has_departed: bool | None = None
    last_hash: bytes | None = None


class GatheringWriter(CheckedWriter):
    """A transaction that several requests share, one after the other; `begin` and `accept` or `refuse` enclose each."""

    def __init__(self, connection: sqlite3.Connection, marks: HighWaterMarks) -> None:
        super().__init__(connection, marks, never_cancelled)
        self.connection = connection
        self._plain = CheckedWriter(connection, marks, never_cancelled)
        """Reads and writes the tables at once."""
        self._accepted = _Rows()
        self._own = _Rows()
        """What the running request has to be written."""
        self._known: dict[str, _Known] = {}
        self._before: dict[str, _Known] = {}
        self._marks_before: dict[str, Mark] = {}
        self._is_direct = False
        """Whether the running request works on the tables, within a savepoint."""

    # ------------------------------------------------------------------ one request after the other

    def begin(self, check: Check) -> None:
        """Another request begins."""
        self._check = check
        self._marks_before = dict(self.changed)
        self._before = {session_id: replace(known) for session_id, known in self._known.items()}

    def accept(self) -> None:
        """Keep what the request did."""
        self._accepted.add(self._own)
        self._end("RELEASE request")

    def refuse(self) -> None:
        """Forget what the request did."""
        self._known = {} if self._is_direct else self._before
        self.changed = self._marks_before
        self._end("ROLLBACK TO request", "RELEASE request")

    def _end(self, *statements: str) -> None:
        self._own = _Rows()
        if self._is_direct:
            self._is_direct = False
            for statement in statements:
                self._connection.execute(statement)

    def settle(self) -> None:
        """Write what the accepted requests have to be written."""
        rows, self._accepted = self._accepted, _Rows()
        rows.write(self._plain)

    @property
    def marks(self) -> dict[str, Mark]:
        """The marks of the sessions that were changed, once all is settled."""
        return {**self._plain.changed, **self.changed}

    @property
    def is_out_of_the_ordinary(self) -> bool:
        """Whether sessions went back, or content was deleted: more is to be done then than to write rows."""
        return self.noticed or self.freed or self._plain.noticed

    # ------------------------------------------------------------------ what is read

    def _of(self, session_id: str) -> _Known:
        known = self._known.get(session_id)
        if known is None:
            known = self._known[session_id] = _Known(self._plain.session(session_id))
        return known

    def session(self, session_id: str) -> Session | None:
        """A session by id."""
        return super().session(session_id) if self._is_direct else self._of(session_id).session

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The session's phases by number."""
        if self._is_direct:
            return super().phases(session_id)
        known = self._of(session_id)
        if known.phases is None:
            known.phases = self._plain.phases(session_id)
        return dict(known.phases)

    def waves(self, session_id: str) -> list[Wave]:
        """The session's waves, by phase and number."""
        if self._is_direct:
            return super().waves(session_id)
        known = self._of(session_id)
        if known.waves is None:
            known.waves = {(wave.phase, wave.number): wave for wave in self._plain.waves(session_id)}
        return [*known.waves.values()]

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums."""
        if self._is_direct:
            return super().sums(session_id)
        known = self._of(session_id)
        if known.sums is None:
            known.sums = self._plain.sums(session_id)
        return dict(known.sums)

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """The history of each layer."""
        if self._is_direct:
            return super().layers(session_id)
        known = self._of(session_id)
        if known.layers is None:
            known.layers = self._plain.layers(session_id)
        return dict(known.layers)

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The session's leases."""
        if self._is_direct or not active:
            return super().leases(session_id, active=active)
        known = self._of(session_id)
        if known.leases is None:
            known.leases = self._plain.leases(session_id, active=True)
        return [*known.leases]

    def has_departed(self, session_id: str) -> bool:
        """Whether any item that a caller brought in is no longer retained."""
        if self._is_direct:
            return super().has_departed(session_id)
        known = self._of(session_id)
        if known.has_departed is None:
            known.has_departed = self._plain.has_departed(session_id)
        return known.has_departed

    def departed(self, session_id: str, digest: str | None, path: str | None, tool: str | None) -> str | None:
        """The latest such item; those that are not written yet are all retained, but may bring one back."""
        if self._is_direct or self._accepted.bring_back or self._own.bring_back:
            return super().departed(session_id, digest, path, tool)
        return self._plain.departed(session_id, digest, path, tool)

    def keyed(self, scope: str, key: str) -> KeyedResult | None:
        """The first result stored under a request key."""
        if self._is_direct:
            return super().keyed(scope, key)
        return self._accepted.keyed.get((scope, key)) or self._plain.keyed(scope, key)

    def calibration(self, model: str) -> dict[str, Any] | None:
        """A model's calibration, which no addition changes."""
        return super().calibration(model) if self._is_direct else self._plain.calibration(model)

    def _previous_hash(self, session: Session) -> bytes:
        if self._is_direct:
            return super()._previous_hash(session)
        return self._of(session.id).last_hash or self._plain._previous_hash(session)

    # ------------------------------------------------------------------ what is written

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""
        if self._is_direct:
            super().put_session(session)
            return
        self._of(session.id).session = session
        self._own.sessions[session.id] = session

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Create or replace phases."""
        if self._is_direct:
            super().put_phases(session_id, phases)
            return
        new = {phase.number: phase for phase in phases}
        self._of(session_id).phases = dict(sorted({**self.phases(session_id), **new}.items()))
        self._own.phases.update(((session_id, number), phase) for number, phase in new.items())

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Create or replace waves."""
        if self._is_direct:
            super().put_waves(session_id, waves)
            return
        new = {(wave.phase, wave.number): wave for wave in waves}
        stored = {(wave.phase, wave.number): wave for wave in self.waves(session_id)}
        self._of(session_id).waves = dict(sorted({**stored, **new}.items()))
        self._own.waves.update(((session_id, *place), wave) for place, wave in new.items())

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Create or replace layer records."""
        if self._is_direct:
            super().put_layers(session_id, layers)
            return
        new = {layer.layer: layer for layer in layers}
        self._of(session_id).layers = {**self.layers(session_id), **new}
        self._own.layers.update(((session_id, layer), record) for layer, record in new.items())

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Create or replace items."""
        pairs = [*changes]
        if self._is_direct or any(before is not None or item.state != "retained" for before, item in pairs):
            super().put_items(session_id, pairs)
        else:
            self._own.items += ((session_id, item) for _, item in pairs)

    def add_sums(self, session_id: str, deltas: Mapping[SumKey, Figures]) -> None:
        """Add to the running sums."""
        if self._is_direct:
            super().add_sums(session_id, deltas)
            return
        self._of(session_id).sums = _added(self.sums(session_id), deltas)
        self._own.sums[session_id] = _added(self._own.sums.get(session_id, {}), deltas)

    def put_blobs(self, blobs: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep bytes under their hashes."""
        if self._is_direct:
            super().put_blobs(blobs)
        else:
            self._own.blobs += blobs

    def put_entries(self, entries: Sequence[EntryRow]) -> None:
        """Append entries to logs."""
        if self._is_direct:
            super().put_entries(entries)
            return
        for entry in entries:
            self._of(entry.session_id).last_hash = entry.hash
        self._own.entries += entries

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """Keep the result of a request key."""
        if self._is_direct:
            super().put_keyed(scope, key, result)
        else:
            self._own.keyed[scope, key] = result

    # ------------------------------------------------------------------ everything else

    @property
    def _sql(self) -> sqlite3.Connection:
        """The tables, with all that was done so far, for whatever is not kept in memory."""
        if not self._is_direct:
            self.settle()
            self._connection.execute("SAVEPOINT request")
            self._is_direct = True
            rows, self._own = self._own, _Rows()
            rows.write(self)
        self._known = {}
        return self._connection


def _added(sums: Mapping[SumKey, Figures], deltas: Mapping[SumKey, Figures]) -> Sums:
    return {**sums, **{key: sums.get(key, NOTHING).plus(delta) for key, delta in deltas.items()}}
