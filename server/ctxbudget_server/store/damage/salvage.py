"""Copies what can be read of a damaged store into a new one, and records what is lost."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from ctxbudget_server.rules.items import Figures, Item, SumKey, sum_key
from ctxbudget_server.store.damage.scan import Row, RowScan, Table, listed
from ctxbudget_server.store.encoding.content import unpacked
from ctxbudget_server.store.records import Session
from ctxbudget_server.store.transaction import SqliteWriter

KEPT_APART = ("store_facts",)
"""Tables that describe the file itself, not its content."""


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
    if not table.columns:  # the damaged store predates this table, or its description cannot be read
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
        self._config: dict[str, Any] = {}

    def run(self) -> None:
        """Restore what the log has, note what it lacks, and sum up the figures again."""
        self._sql.execute("DELETE FROM blob_holders WHERE session_id = ?", (self._id,))
        items = self._items()
        session = self._session(items)
        self._miss_originals(items)
        self._miss_events(session)
        self._hold_blobs(items)
        self._sum_up(session, items)

    def _items(self) -> dict[str, Item]:
        """The items that could be read; the others as the log has them."""
        items = {item.id: item for item in self._all_items()}
        logged: dict[str, dict[str, Any]] = {}
        try:
            for event in self._writer.events(self._id):
                self._config = event.detail.get("config", self._config)
                logged.update({change["id"]: change["after"] for change in event.changes})
        except (KeyError, ValueError, TypeError):  # the log has gaps, so later changes cannot be applied
            pass
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
            if not self._config:
                self._found.note(self._id, "settings", "back to the defaults")
            found = self._remade(items)
        if found.revision > max(revision, last):
            self._found.note(self._id, "lastEvent", last)
        return replace(
            found,
            revision=max(found.revision, revision),
            next_seq=max([found.next_seq, *(item.seq + 1 for item in items.values())]),
        )

    def _remade(self, items: dict[str, Item]) -> Session:
        dates = self._sql.execute("SELECT min(at), max(at) FROM events WHERE session_id = ?", (self._id,)).fetchone()
        first, last = (each or "1970-01-01T00:00:00.000Z" for each in dates)
        some_id = next(iter(items), "iremade1")
        return Session(
            id=self._id,
            nonce=some_id[1:].rstrip("0123456789"),
            state="open",
            created_at=first,
            updated_at=last,
            closed_at=None,
            revision=0,
            config=self._config,
            next_order=1_000_000,  # later than all earlier starts and completions
            next_seq=1_000_000,  # so that no id is reused
        )

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
        sums: dict[SumKey, Figures] = {}
        for item in items.values():
            sums[sum_key(item)] = sums.get(sum_key(item), Figures()).plus(item.figures)
        self._sql.execute("DELETE FROM sums WHERE session_id = ?", (self._id,))
        self._writer.add_sums(self._id, {key: figures for key, figures in sums.items() if figures != Figures()})
        retained = sum(figures.retained for figures in sums.values())
        processed = sum(figures.processed for figures in sums.values())
        if (retained, processed) != (session.retained, session.processed):
            self._found.note(self._id, "retained", {"before": session.retained, "after": retained})
        self._writer.put_session(
            replace(session, retained=retained, processed=processed, peak=max(session.peak, retained))
        )

    def _figure(self, query: str) -> int:
        return self._sql.execute(query, (self._id,)).fetchone()[0] or 0


def _item_of(image: dict[str, Any]) -> Item | None:
    try:
        return Item(**{**image, "segments": tuple(image["segments"]), "reduces": tuple(image["reduces"])})
    except (KeyError, TypeError):
        return None
