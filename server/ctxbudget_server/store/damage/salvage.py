"""Copies what can be read of a damaged store into a new one, and records what is lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ctxbudget_server.rules.items import Item, differences
from ctxbudget_server.rules.levels import next_level
from ctxbudget_server.store.damage.rebuild import rebuilt, thresholds_of
from ctxbudget_server.store.damage.scan import Row, RowScan, Table, listed
from ctxbudget_server.store.encoding.content import unpacked
from ctxbudget_server.store.records import Event, Session
from ctxbudget_server.store.schema import MIGRATIONS
from ctxbudget_server.store.transaction import SqliteWriter

KEPT_APART = ("store_facts",)
"""Tables that describe the file itself, not its content."""

REBUILT = ("phases", "waves", "layers", "leases")
"""Tables whose lost rows follow from the log."""


@dataclass(slots=True)
class Salvaged:
    """What was recovered from a damaged store, and what was not."""

    rows: Counter[str] = field(default_factory=Counter)
    """Rows read, by table."""
    incomplete: list[str] = field(default_factory=list)
    """Tables that could not be read completely."""
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    """For each session that lost something: figures by what was lost."""

    def note(self, session_id: str, what: str, amount: Any) -> None:
        """Note that something of a session was lost or reconstructed."""
        self.sessions.setdefault(session_id, {"sessionId": session_id})[what] = amount

    def add(self, session_id: str, what: str, one: str) -> None:
        """Add one to what was noted of a session."""
        self.sessions.setdefault(session_id, {"sessionId": session_id}).setdefault(what, []).append(one)


def salvage(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> Salvaged:
    """Copy all rows that can be read, then recompute the figures from them. `fresh` has the tables and an open
    transaction that the caller commits.
    """
    found = Salvaged()
    for (name,) in fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid").fetchall():
        if name not in KEPT_APART and not name.startswith("sqlite_"):
            _copy(damaged, fresh, Table(fresh, damaged, name), found)
    writer = SqliteWriter(fresh)
    for session_id in _known_sessions(fresh):
        _Repair(fresh, writer, session_id, found).run()
    return found


def _copy(damaged: sqlite3.Connection, fresh: sqlite3.Connection, table: Table, found: Salvaged) -> None:
    if not table.columns:
        if not _predates(damaged, table.name):  # its description cannot be read
            found.incomplete.append(table.name)
        return
    scan = RowScan(damaged, table)
    marks = ", ".join("?" * len(table.columns))
    insert = f'INSERT OR IGNORE INTO "{table.name}" ({listed(table.columns)}) VALUES ({marks})'
    sound = _sound_blobs if table.name == "blobs" else iter
    for row in sound(scan.rows()):
        try:
            found.rows[table.name] += fresh.execute(insert, row).rowcount
        except sqlite3.Error:  # damage produced a value that the table does not allow
            scan.complete = False
    if not scan.complete:
        found.incomplete.append(table.name)


def _predates(damaged: sqlite3.Connection, table: str) -> bool:
    """Whether the damaged store is of a version that did not have the table yet."""
    try:
        (version,) = damaged.execute("PRAGMA user_version").fetchone()
    except sqlite3.Error:
        return False
    return not any(f"CREATE TABLE {table} " in step for step in MIGRATIONS[:version])


def _sound_blobs(rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        digest, _, data = row
        if isinstance(digest, str) and isinstance(data, bytes) and unpacked(digest, data) is not None:
            yield row


def _known_sessions(fresh: sqlite3.Connection) -> list[str]:
    rows = fresh.execute(
        "SELECT id FROM sessions UNION SELECT session_id FROM items UNION SELECT session_id FROM events"
    )
    return [row[0] for row in rows.fetchall()]


class _Repair:
    """Repairs one session that may have lost something."""

    def __init__(self, fresh: sqlite3.Connection, writer: SqliteWriter, session_id: str, found: Salvaged) -> None:
        self._sql = fresh
        self._writer = writer
        self._id = session_id
        self._found = found
        self._log = self._events()
        self._told = rebuilt(self._log)

    def run(self) -> None:
        """Restore what the log has, note what it lacks, and sum up the figures again."""
        self._sql.execute("DELETE FROM blob_holders WHERE session_id = ?", (self._id,))
        items = self._items()
        session = self._session(items)
        self._rebuild_tables(self._log_is_whole(session.revision))
        self._miss_undos()
        self._miss_calibration(items)
        self._miss_originals(items)
        self._miss_events(session)
        self._hold_blobs(items)
        self._sum_up(session, items)

    def _events(self) -> list[Event]:
        try:
            return self._writer.events(self._id)
        except (KeyError, ValueError, TypeError):  # the log has gaps, so later changes cannot be applied
            return []

    def _log_is_whole(self, revision: int) -> bool:
        return [event.revision for event in self._log] == [*range(1, revision + 1)] and not self._told.unreadable

    def _items(self) -> dict[str, Item]:
        """The items that could be read; the others as the log has them."""
        items = {item.id: item for item in self._all_items()}
        logged = {change["id"]: change["after"] for event in self._log for change in event.changes}
        missing = [image for item_id, image in logged.items() if item_id not in items]
        remade = [item for image in missing if (item := _item_of(image)) is not None]
        if remade:
            self._writer.put_items(self._id, ((None, item) for item in remade))
            self._found.note(self._id, "itemsFromLog", len(remade))
        if len(remade) < len(missing):
            self._found.note(self._id, "items", len(missing) - len(remade))
        return {**items, **{item.id: item for item in remade}}

    def _all_items(self) -> list[Item]:
        ids = self._sql.execute("SELECT id FROM items WHERE session_id = ?", (self._id,)).fetchall()
        items = (self._writer.item(self._id, row[0]) for row in ids)
        return [item for item in items if item is not None]

    def _session(self, items: dict[str, Item]) -> Session:
        """Its row, reconstructed from the log and the items if it was lost, and never behind them."""
        found = self._writer.session(self._id)
        last = self._figure("SELECT max(revision) FROM events WHERE session_id = ?")
        revision = max([last, *(item.revision for item in items.values())])
        if found is None:
            found = self._remade(items, self._log_is_whole(revision))
        if found.revision > max(revision, last):
            self._found.note(self._id, "lastEvent", last)
        return found._replace(
            revision=max(found.revision, revision),
            next_seq=max([found.next_seq, *(item.seq + 1 for item in items.values())]),
        )

    def _remade(self, items: dict[str, Item], log_is_whole: bool) -> Session:
        told = self._told
        self._found.note(self._id, "madeAgain", True)
        if not log_is_whole:
            self._found.add(self._id, "uncertain", "session")
            if not told.configured:
                self._found.note(self._id, "settings", "back to the defaults")
        if not told.allocated:
            self._found.note(self._id, "allocation", True)
        dates = self._sql.execute("SELECT min(at), max(at) FROM events WHERE session_id = ?", (self._id,)).fetchone()
        added = [item.added_at for item in items.values()]
        times = sorted([*filter(None, dates), *added])
        return Session(
            id=self._id,
            nonce=next((nonce_of(item) for item in items.values()), "remade"),
            state=told.state,
            created_at=times[0],
            updated_at=max(told.updated_at or "", *added) or times[-1],
            closed_at=told.closed_at,
            revision=0,
            config=told.config,
            peak=told.peak,
            level=told.level,
            buffer=told.buffer,
            dropped_revision=told.dropped_revision,
            next_order=1_000_000,  # later than all earlier starts and completions
            next_seq=1_000_000,  # so that no id is reused
        )

    def _rebuild_tables(self, log_is_whole: bool) -> None:
        """Restore phases, waves, layers and leases that could not be read as the log tells them."""
        told, lost = self._told, [name for name in REBUILT if name in self._found.incomplete]
        if "phases" in lost:
            kept = self._writer.phases(self._id)
            phases = [phase for phase in told.phases.values() if phase.number not in kept]
            self._writer.put_phases(self._id, phases)
            if nameless := sorted(told.phase_names & {phase.number for phase in phases}):
                self._found.note(self._id, "phaseNames", nameless)
            if not told.allocated:
                self._found.note(self._id, "allocation", True)
        if "waves" in lost:
            known = {(wave.phase, wave.number) for wave in self._writer.waves(self._id)}
            self._writer.put_waves(self._id, [wave for key, wave in told.waves.items() if key not in known])
        if "layers" in lost:
            layers = self._writer.layers(self._id)
            self._writer.put_layers(self._id, [layer for key, layer in told.layers.items() if key not in layers])
        if "leases" in lost:
            there = {lease.id for lease in self._writer.leases(self._id)}
            missing = [lease for lease in told.leases.values() if lease.id not in there]
            for lease in missing:
                self._writer.put_lease(self._id, lease)
            if expired := [each.id for each in missing if each.state == "active" and each.id in told.unknown_expiry]:
                self._found.note(self._id, "leaseExpiry", expired)
        if not log_is_whole:
            for name in (*lost, *({"undos"} & {*self._found.incomplete})):
                self._found.add(self._id, "uncertain", name)

    def _miss_undos(self) -> None:
        if "undos" in self._found.incomplete:
            rows = self._sql.execute("SELECT revision FROM undos WHERE session_id = ?", (self._id,)).fetchall()
            if missing := sorted(set(self._told.undoable) - {row[0] for row in rows}):
                self._found.note(self._id, "undos", missing)

    def _miss_calibration(self, items: dict[str, Item]) -> None:
        if "calibrations" in self._found.incomplete and any(each.provenance == "calibrated" for each in items.values()):
            self._found.note(self._id, "calibration", True)

    def _miss_originals(self, items: dict[str, Item]) -> None:
        kept = {row[0] for row in self._sql.execute("SELECT hash FROM blobs")}
        missing = [item.id for item in items.values() if item.dropped_at is None and not kept.issuperset(item.segments)]
        if missing:
            self._found.note(self._id, "originals", missing)

    def _miss_events(self, session: Session) -> None:
        kept = self._figure("SELECT count(*) FROM events WHERE session_id = ?")
        if kept < session.revision:
            self._found.note(self._id, "events", session.revision - kept)

    def _hold_blobs(self, items: dict[str, Item]) -> None:
        holders = [(digest, self._id, item.id) for item in items.values() for digest in set(item.segments)]
        self._sql.executemany(
            "INSERT OR IGNORE INTO blob_holders (hash, session_id, item_id) VALUES (?, ?, ?)", holders
        )

    def _sum_up(self, session: Session, items: dict[str, Item]) -> None:
        sums = differences((None, item) for item in items.values())
        self._sql.execute("DELETE FROM sums WHERE session_id = ?", (self._id,))
        self._writer.add_sums(self._id, sums)
        retained = sum(figures.retained for figures in sums.values())
        processed = sum(figures.processed for figures in sums.values())
        made_again = "madeAgain" in self._found.sessions.get(self._id, ())
        if (retained, processed) != (session.retained, session.processed) and not made_again:
            self._found.note(self._id, "retained", {"before": session.retained, "after": retained})
        self._writer.put_session(
            session._replace(
                retained=retained,
                processed=processed,
                peak=max(session.peak, retained),
                level=next_level(session.level, retained, thresholds_of(session.config)),
            )
        )

    def _figure(self, query: str) -> int:
        return self._sql.execute(query, (self._id,)).fetchone()[0] or 0


def nonce_of(item: Item) -> str:
    """The nonce of the session's life, from the id of an item: the id's letter and number removed."""
    rest = item.id[1:]
    number = f"{item.seq:06}"
    return rest.removesuffix(number if rest.endswith(number) else str(item.seq))


def _item_of(image: dict[str, Any]) -> Item | None:
    try:
        return Item.of_image(image)
    except (KeyError, TypeError):
        return None
