"""Reading and writing inside one SQLite transaction."""

from __future__ import annotations

import json
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, Any, Final

from ctxbudget_protocol.values import field_names
from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.cancellation import Check, checked, never_cancelled, rows_of
from ctxbudget_server.store.digests import new_sha256
from ctxbudget_server.store.encoding.content import content_of, unpacked
from ctxbudget_server.store.encoding.item_changes import History, before_of, stored_change
from ctxbudget_server.store.encoding.json_text import dump, load
from ctxbudget_server.store.encoding.packing import QUICK, pack, unpack
from ctxbudget_server.store.keys import MAX_EXPIRED_AT_ONCE, lifetime_seconds
from ctxbudget_server.store.log import SqliteLog
from ctxbudget_server.store.receipts import CLOSING, opening
from ctxbudget_server.store.records import (
    CopiedEntry,
    EntryRow,
    Event,
    Heading,
    ItemFilter,
    KeptFit,
    KeyedResult,
    KnownFit,
    LastEvent,
    LayerRecord,
    LoggedFigures,
    Session,
    Undo,
    UndoRow,
)
from ctxbudget_server.store.schema import SESSION_TABLES

if TYPE_CHECKING:
    from ctxbudget_server.store.space.usage import SpaceUsage

NONE = -1
"""Stands for None in the key of a running sum, where SQL's NULL does not work."""

FITS_OF_CONVERSATION, FITS_OF_SESSION = 16, 128
"""Decisions of fits that are kept: the latest of each conversation, and of each session."""

FEW_ITEMS: Final = 4
"""More items than this that change in the same way are changed by one statement."""

_DEPARTED: Final = "SELECT id FROM items INDEXED BY {} WHERE session_id = ? AND state <> 'retained' AND brought_in = 1"
"""The index is named: without statistics, SQLite goes through all items of the session by their ids instead."""
_BY_HASH, _BY_PATH = _DEPARTED.format("departed_by_hash"), _DEPARTED.format("departed_by_path")
_LATEST: Final = (
    "AND withdrawn = 0 AND NOT EXISTS (SELECT 1 FROM items AS later WHERE later.session_id = items.session_id"
    " AND later.again_of = items.id AND later.withdrawn = 0) ORDER BY seq DESC LIMIT 1"
)
"""Of these, the latest one that has not been brought back yet."""


SESSION, ITEM, LEASE = Session._fields, Item._fields, field_names(Lease)
PHASE, WAVE, LAYER = field_names(Phase), field_names(Wave), field_names(LayerRecord)
EVENT = (*field_names(Event), "body")
FIGURES = Figures._fields
_APPENDED: Final = ("session_id", *Heading._fields, "changes", "detail", "body")
_APPEND_EVENT: Final = f"INSERT INTO events ({', '.join(_APPENDED)}) VALUES ({', '.join('?' * len(_APPENDED))})"
_APPEND_FIGURES: Final = f"INSERT INTO logged_figures VALUES ({', '.join('?' * (len(LoggedFigures._fields) + 3))})"

_PUT_SESSION: Final = (
    f"INSERT INTO sessions ({', '.join(SESSION)}) VALUES ({', '.join('?' * len(SESSION))}) ON CONFLICT DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in SESSION[1:])
)
"""An update in place: a replacement would also write the index over the ids."""
_PLACES: Final = range(len(ITEM))
_CONFIG: Final = SESSION.index("config")
_TRUTH_VALUES: Final = tuple(map(ITEM.index, ("pinned", "marker", "brought_in", "withdrawn")))
_COMPLETE, _SEGMENTS, _HASH, _REDUCES = map(ITEM.index, ("complete", "segments", "hash", "reduces"))
_NONE_REDUCED: Final = "[]"


@cache
def _select(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


@lru_cache(maxsize=64)
def _config(text: str) -> dict[str, Any]:
    """A session's configuration; the same object for the same text, so that settings are merged once."""
    return dict(json.loads(text))


def _differing(before: Item, item: Item) -> tuple[int, ...]:
    """The columns in which an item as stored differs from the item now."""
    unlike = compress(_PLACES, map(is_not, before, item))
    differing = tuple([at for at in unlike if before[at] != item[at]])
    return (*differing, _SEGMENTS) if _HASH in differing and _SEGMENTS not in differing else differing


@cache
def _replacement(table: str, columns: tuple[str, ...]) -> str:
    marks = ", ".join("?" * len(columns))
    return f"INSERT OR REPLACE INTO {table} ({_select(columns)}) VALUES ({marks})"


def item_from_row(row: tuple[Any, ...]) -> Item:
    """An item from the values of its columns."""
    values = [*row]
    for at in _TRUTH_VALUES:
        values[at] = bool(values[at])
    if values[_COMPLETE] is not None:
        values[_COMPLETE] = bool(values[_COMPLETE])
    values[_SEGMENTS] = segments_from_column(values[_SEGMENTS], values[_HASH])
    values[_REDUCES] = () if values[_REDUCES] == _NONE_REDUCED else tuple(json.loads(values[_REDUCES]))
    return Item._make(values)


def segments_from_column(column: str, digest: str | None) -> tuple[str, ...]:
    """The hashes of an item's blobs, from the stored column and the hash of the whole."""
    if column:
        return tuple(json.loads(column))
    return () if digest is None else (digest,)


def item_to_row(item: Item) -> list[Any]:
    """The values of an item's columns."""
    row: list[Any] = [*item]
    row[_SEGMENTS] = "" if segments_from_column("", item.hash) == item.segments else dump(item.segments)
    row[_REDUCES] = dump(item.reduces) if item.reduces else _NONE_REDUCED
    return row


def _body(body: bytes | None, changes: str, detail: str, check: Check) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """(changes as stored, detail) of an event; older rows have them in separate columns."""
    if body is None:
        return load(changes, check), json.loads(detail)
    packed = unpack(body, check)
    return packed["changes"], packed["detail"]


class SqliteReader:
    """One snapshot of the store. Long operations call `check`, which raises to stop them."""

    def __init__(self, connection: sqlite3.Connection, check: Check = never_cancelled) -> None:
        self._connection = connection
        self._check = check

    @property
    def _sql(self) -> sqlite3.Connection:
        return self._connection

    def _rows(self, columns: tuple[str, ...], rest: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        return rows_of(self._sql.execute(f"SELECT {_select(columns)} FROM {rest}", values), self._check)

    def _row(self, columns: tuple[str, ...], rest: str, *values: Any) -> tuple[Any, ...] | None:
        return next(self._rows(columns, rest, *values), None)

    def session(self, session_id: str) -> Session | None:
        """A session by id."""
        row = self._row(SESSION, "sessions WHERE id = ?", session_id)
        return self._session(row) if row else None

    def sessions(self) -> list[Session]:
        """All sessions, the oldest first."""
        return [self._session(row) for row in self._rows(SESSION, "sessions ORDER BY created_at, id")]

    def session_page(self, state: str | None, after: str | None, limit: int) -> tuple[list[Session], int]:
        """(up to `limit` sessions, how many match in all)."""
        where, values = ("state = ?", [state]) if state is not None else ("1", [])
        (total,) = self._sql.execute(f"SELECT count(*) FROM sessions WHERE {where}", values).fetchone()
        if after is not None:
            where += " AND (created_at, id) > (SELECT created_at, id FROM sessions WHERE id = ?)"
            values = [*values, after]
        rows = self._rows(SESSION, f"sessions WHERE {where} ORDER BY created_at, id LIMIT ?", *values, limit)
        return [self._session(row) for row in rows], total

    def latest_session(self, besides: str) -> Session | None:
        """The most recently changed session other than `besides`."""
        rest = "sessions WHERE id <> ? ORDER BY updated_at DESC, created_at DESC LIMIT 1"
        row = self._row(SESSION, rest, besides)
        return self._session(row) if row else None

    def revisions(self) -> dict[str, tuple[str, int]]:
        """(nonce, revision) of every session by id: cheap enough to compare all of them with an earlier result."""
        return {row[0]: (row[1], row[2]) for row in self._rows(("id", "nonce", "revision"), "sessions")}

    def _session(self, row: tuple[Any, ...]) -> Session:
        return Session._make(row)._replace(config=_config(row[_CONFIG]))

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The session's phases by number."""
        return {
            row[0]: Phase(*row) for row in self._rows(PHASE, "phases WHERE session_id = ? ORDER BY number", session_id)
        }

    def waves(self, session_id: str) -> list[Wave]:
        """The session's waves, by phase and number."""
        return [Wave(*row) for row in self._rows(WAVE, "waves WHERE session_id = ? ORDER BY phase, number", session_id)]

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums."""
        rows = self._sql.execute(
            f"SELECT phase, wave, layer, provenance, {_select(FIGURES)} FROM sums WHERE session_id = ?",
            (session_id,),
        )
        return {
            SumKey(
                None if row[0] == NONE else row[0], None if row[1] == NONE else row[1], row[2], row[3]
            ): Figures._make(row[4:])
            for row in rows
        }

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """The history of each layer: its peak and its first breach."""
        rows = self._rows(LAYER, "layers WHERE session_id = ?", session_id)
        return {row[0]: LayerRecord(**dict(zip(LAYER, row, strict=True))) for row in rows}

    def item(self, session_id: str, item_id: str) -> Item | None:
        """An item by id."""
        row = self._row(ITEM, "items WHERE session_id = ? AND id = ?", session_id, item_id)
        return item_from_row(row) if row else None

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
        where, values = self._where(session_id, ItemFilter(state=state, layer=layer, phase=phase))
        if hashes is not None:
            where += " AND hash IN (SELECT value FROM json_each(?))"
            values.append(dump([*hashes]))
        if ids is not None:
            where += " AND id IN (SELECT value FROM json_each(?))"
            values.append(dump([*ids]))
        # SQLite would go through all items of the session by `seq`, also where few match.
        table = "items INDEXED BY items_by_state" if state is not None and ids is None else "items"
        order = "seq" if state is ids is None else "+seq"
        return [item_from_row(row) for row in self._rows(ITEM, f"{table} {where} ORDER BY {order}", *values)]

    def items_of(self, session_id: str, digests: Collection[str]) -> list[Item]:
        """Items whose content has one of these hashes."""
        where = (
            "items WHERE session_id = ? AND withdrawn = 0 AND hash IN (SELECT value FROM json_each(?)) AND id IN"
            " (SELECT item_id FROM json_each(?) JOIN blob_holders ON hash = value WHERE session_id = ?) ORDER BY seq"
        )
        wanted = dump([*digests])
        return [item_from_row(row) for row in self._rows(ITEM, where, session_id, wanted, wanted, session_id)]

    def items_with_content(self, session_id: str) -> list[Item]:
        """Items whose bytes are kept, including withdrawn ones."""
        rows = self._rows(ITEM, "items WHERE session_id = ? AND hash IS NOT NULL ORDER BY seq", session_id)
        return [item_from_row(row) for row in rows]

    def newest_texts(self, session_id: str, wanted: ItemFilter, *, brought_in: bool) -> Iterator[Item]:
        """Items whose bytes are kept, the newest first; read as they are taken."""
        where, values = self._where(session_id, wanted)
        where += " AND hash IS NOT NULL AND marker = 0 AND brought_in = ? ORDER BY seq DESC"
        rows = self._rows(ITEM, f"items INDEXED BY items_by_seq {where}", *values, brought_in)
        return map(item_from_row, rows)

    def item_of(self, session_id: str, digest: str) -> str | None:
        """The id of the latest item with this content."""
        row = self._sql.execute(
            "SELECT items.id FROM blob_holders JOIN items ON items.session_id = blob_holders.session_id"
            " AND items.id = blob_holders.item_id"
            " WHERE blob_holders.hash = ? AND blob_holders.session_id = ? AND items.hash = ? AND items.withdrawn = 0"
            " ORDER BY items.seq DESC LIMIT 1",
            (digest, session_id, digest),
        ).fetchone()
        return None if row is None else str(row[0])

    def has_departed(self, session_id: str) -> bool:
        """Whether any item that a caller brought in is no longer retained."""
        return self._sql.execute(f"{_BY_HASH} LIMIT 1", (session_id,)).fetchone() is not None

    def departed(self, session_id: str, digest: str | None, path: str | None, tool: str | None) -> str | None:
        """The id of the latest item with this content that is no longer retained, else of this file and tool."""
        found = None
        if digest is not None:
            found = self._sql.execute(f"{_BY_HASH} AND hash = ? {_LATEST}", (session_id, digest)).fetchone()
        if found is None and path is not None:
            found = self._sql.execute(
                f"{_BY_PATH} AND path = ? AND tool IS ? {_LATEST}", (session_id, path, tool)
            ).fetchone()
        return None if found is None else str(found[0])

    def read_again(self, session_id: str) -> int:
        """Tokens of items that had left the context and were brought back."""
        query = (
            "SELECT coalesce(sum(min(back, earlier.tokens)), 0) FROM (SELECT session_id, again_of, sum(tokens) AS back"
            " FROM items WHERE session_id = ? AND again_of IS NOT NULL AND withdrawn = 0 GROUP BY again_of) AS later"
            " JOIN items AS earlier ON earlier.session_id = later.session_id AND earlier.id = later.again_of"
        )
        (tokens,) = self._sql.execute(query, (session_id,)).fetchone()
        return int(tokens)

    def page(self, session_id: str, wanted: ItemFilter, after: str | None, limit: int) -> tuple[list[Item], int, int]:
        """(one page of items, how many items match in all, the retained tokens of all of them)."""
        where, values = self._where(session_id, wanted)
        total, tokens = self._sql.execute(
            f"SELECT count(*), coalesce(sum(CASE state WHEN 'retained' THEN tokens ELSE 0 END), 0) FROM items {where}",
            values,
        ).fetchone()
        if after is not None:
            where += " AND seq > coalesce((SELECT seq FROM items WHERE session_id = ? AND id = ?), 0)"
            values += [session_id, after]
        rows = self._rows(ITEM, f"items {where} ORDER BY seq LIMIT ?", *values, limit)
        return [item_from_row(row) for row in rows], total, tokens

    def _where(self, session_id: str, wanted: ItemFilter) -> tuple[str, list[Any]]:
        where, values = ["session_id = ?", "withdrawn = 0"], [session_id]
        for name in field_names(ItemFilter):
            value = getattr(wanted, name)
            if value is not None:
                where.append(f"{name} = ?")
                values.append(value)
        return "WHERE " + " AND ".join(where), values

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The session's leases."""
        state = " AND state = 'active'" if active else ""
        rows = self._rows(LEASE, f"leases WHERE session_id = ?{state} ORDER BY reserved_at, id", session_id)
        return [self._lease(row) for row in rows]

    def lease(self, session_id: str, lease_id: str) -> Lease | None:
        """A lease by id."""
        row = self._row(LEASE, "leases WHERE session_id = ? AND id = ?", session_id, lease_id)
        return self._lease(row) if row else None

    def _lease(self, row: tuple[Any, ...]) -> Lease:
        return Lease(**dict(zip(LEASE, row, strict=True)))

    def events(self, session_id: str, after: int = 0) -> list[Event]:
        """The events after a revision. The whole log is read, because stored changes build on earlier ones."""
        history, events = History(), []
        for row in self._rows(EVENT, "events WHERE session_id = ? ORDER BY revision", session_id):
            record = dict(zip(EVENT, row, strict=True))
            stored, record["detail"] = _body(record.pop("body"), record["changes"], record["detail"], self._check)
            record["changes"] = history.changes(stored, record["revision"], record["at"])
            record["alerts"] = json.loads(record["alerts"])
            events.append(Event(**record))
        return [event for event in events if event.revision > after]

    def log(self, session: Session) -> SqliteLog:
        """A session's log in pages."""
        return SqliteLog(self._sql, session, self._check)

    def items_after(self, session_id: str, seq: int, limit: int) -> list[Item]:
        """Up to `limit` items after this `seq`, withdrawn ones included."""
        where = "items WHERE session_id = ? AND seq > ? ORDER BY seq LIMIT ?"
        return [item_from_row(row) for row in self._rows(ITEM, where, session_id, seq, limit)]

    def undo_rows(self, session_id: str) -> list[UndoRow]:
        """All undos of a session."""
        rows = self._rows(UndoRow._fields, "undos WHERE session_id = ? ORDER BY revision, id", session_id)
        return [UndoRow(*row) for row in rows]

    def segment(self, digest: str) -> bytes | None:
        """The bytes with this hash."""
        compressed = self._blob(digest)
        return None if compressed is None else unpacked(digest, compressed)

    def last_event(self, session_id: str) -> LastEvent | None:
        """The latest event of a session."""
        row = self._row(LastEvent._fields, "events WHERE session_id = ? ORDER BY revision DESC LIMIT 1", session_id)
        return LastEvent(*row) if row else None

    def alerts(self, session_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The alerts raised after a revision, the oldest first."""
        rows = self._rows(
            ("alerts",), "events WHERE session_id = ? AND revision > ? AND alerts <> '[]' ORDER BY revision",
            session_id, after,
        )  # fmt: skip
        return [alert for (alerts,) in rows for alert in json.loads(alerts)]

    def undo(self, session_id: str, undo_id: str) -> Undo | None:
        """An undo by id."""
        row = self._row(("revision", "changes"), "undos WHERE session_id = ? AND id = ?", session_id, undo_id)
        if row is None:
            return None
        revision, kept = row[0], load(row[1], self._check)
        setup = None
        if kept and isinstance(kept[0], dict):
            stored, ids = kept, None
        else:
            stored, detail = self._changes_at(session_id, revision)
            setup, ids = detail.get("setup"), None if kept is None else set(kept)
        before = {change["id"]: before_of(change) for change in stored if ids is None or change["id"] in ids}
        return Undo(id=undo_id, session_id=session_id, revision=revision, before=before, setup=setup)

    def _changes_at(self, session_id: str, revision: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        columns = ("body", "changes", "detail")
        (row,) = self._rows(columns, "events WHERE session_id = ? AND revision = ?", session_id, revision)
        body, changes, detail = row
        return _body(body, changes, detail, self._check)

    def keyed(self, scope: str, key: str) -> KeyedResult | None:
        """The first result stored under a request key."""
        row = self._sql.execute(
            "SELECT method, result, body FROM request_keys WHERE scope = ? AND key = ?", (scope, key)
        ).fetchone()
        if row is None:
            return None
        method, result, body = row
        return KeyedResult(
            method=method, result=load(result, self._check) if body is None else unpack(body, self._check)
        )

    def calibration(self, model: str) -> dict[str, Any] | None:
        """A model's calibration."""
        row = self._sql.execute("SELECT state FROM calibrations WHERE model = ?", (model,)).fetchone()
        return None if row is None else dict(json.loads(row[0]))

    def known_fits(self, session_id: str, conversation: str) -> list[KnownFit]:
        """The beginnings of a conversation about which decisions are kept."""
        rows = self._rows(KnownFit._fields, "fits WHERE session_id = ? AND conversation = ?", session_id, conversation)
        return [KnownFit(*row) for row in rows]

    def kept_fit(self, session_id: str, conversation: str, digest: bytes) -> dict[str, Any] | None:
        """What a fit decided."""
        where = "fits WHERE session_id = ? AND conversation = ? AND digest = ?"
        row = self._row(("body",), where, session_id, conversation, digest)
        try:
            return None if row is None else dict(unpack(row[0], self._check))
        except (ValueError, TypeError):
            return None

    def holds_items(self, session_id: str, ids: Collection[str]) -> bool:
        """Whether the session has all these items."""
        query = (
            # A cross join is taken in this order, so that the session's other items are not read.
            "SELECT count(*) FROM json_each(?) AS wanted CROSS JOIN items"
            " ON items.session_id = ? AND items.id = wanted.value WHERE items.withdrawn = 0"
        )
        (found,) = self._sql.execute(query, (dump([*ids]), session_id)).fetchone()
        return bool(found == len(ids))

    def used_bytes(self) -> int:
        """Bytes of disk that the store uses, not counting free pages and the WAL."""
        from ctxbudget_server.store.space.usage import used_bytes

        return used_bytes(self._sql)

    def usage(self) -> SpaceUsage:
        """What the store's space is used for."""
        from ctxbudget_server.store.space.usage import usage

        return usage(self._sql)

    def content(self, item: Item) -> bytes:
        """The bytes of an item; raises `contentDamaged`."""
        return content_of(item, self._blob)

    def _blob(self, digest: str) -> bytes | None:
        row = self._sql.execute("SELECT data FROM blobs WHERE hash = ?", (digest,)).fetchone()
        return None if row is None else bytes(row[0])


class SqliteWriter(SqliteReader):
    """One transaction on the store."""

    def __init__(self, connection: sqlite3.Connection, check: Check = never_cancelled) -> None:
        super().__init__(connection, check)
        self.freed = False
        """Whether content was deleted: after the commit, its pages and its traces in the WAL must be removed."""
        self._logged: set[str] = set()
        """Items that the last event of this transaction changed."""

    def _put(self, table: str, columns: tuple[str, ...], rows: Iterable[list[Any]]) -> None:
        self._sql.executemany(_replacement(table, columns), checked(rows, self._check))

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""
        row = [dump(session.config) if name == "config" else getattr(session, name) for name in SESSION]
        self._sql.execute(_PUT_SESSION, row)

    def remove_phases(self, session_id: str, numbers: Iterable[int]) -> None:
        """Remove phases."""
        rows = [(session_id, number) for number in numbers]
        if rows:
            self._sql.executemany("DELETE FROM phases WHERE session_id = ? AND number = ?", rows)

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Create or replace phases."""
        self._put("phases", ("session_id", *PHASE), ([session_id, *(getattr(p, n) for n in PHASE)] for p in phases))

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Create or replace waves."""
        self._put("waves", ("session_id", *WAVE), ([session_id, *(getattr(w, n) for n in WAVE)] for w in waves))

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Create or replace layer records."""
        rows = ([session_id, *(getattr(layer, n) for n in LAYER)] for layer in layers)
        self._put("layers", ("session_id", *LAYER), rows)

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Create or replace items; blobs that an item no longer names are released."""
        new: list[tuple[str, Item]] = []
        changed: list[tuple[Item, Item]] = []
        for before, item in changes:
            if before is None:
                new.append((session_id, item))
            else:
                changed.append((before, item))
        if new:
            self.put_new_items(new)
        if changed:
            self._update_items(session_id, changed)

    def put_new_items(self, items: Sequence[tuple[str, Item]]) -> None:
        """Create items, each given with its session."""
        self._put("items", ("session_id", *ITEM), ([session_id, *item_to_row(item)] for session_id, item in items))
        self._hold((session_id, item.id, digest) for session_id, item in items for digest in set(item.segments))

    def _hold(self, rows: Iterable[tuple[str, str, str]]) -> None:
        statement = "INSERT INTO blob_holders (session_id, item_id, hash) VALUES (?, ?, ?)"
        self._sql.executemany(statement, checked(rows, self._check))

    def _update_items(self, session_id: str, pairs: Sequence[tuple[Item, Item]]) -> None:
        """Write the columns that differ, so that only the indexes over them are touched."""
        by_values: defaultdict[tuple[tuple[int, ...], tuple[Any, ...]], list[str]] = defaultdict(list)
        for before, item in checked(pairs, self._check):
            if differing := _differing(before, item):
                row = item_to_row(item)
                by_values[differing, tuple([row[at] for at in differing])].append(item.id)
        for (columns, values), ids in by_values.items():
            named = ", ".join(f'"{ITEM[at]}" = ?' for at in columns)
            few = len(ids) <= FEW_ITEMS
            which = "id = ?" if few else "id IN (SELECT value FROM json_each(?))"
            statement = f"UPDATE items SET {named} WHERE session_id = ? AND {which}"
            rows = ((*values, session_id, one) for one in (ids if few else [dump(ids)]))
            self._sql.executemany(statement, checked(rows, self._check))
        for before, item in checked(pairs, self._check):
            if before.segments is not item.segments and before.segments != item.segments:
                held, wanted = set(before.segments), set(item.segments)
                self._hold((session_id, item.id, digest) for digest in wanted - held)
                self._let_go(session_id, item.id, held - wanted)

    def _let_go(self, session_id: str, item_id: str, digests: set[str]) -> None:
        for digest in digests:
            self._sql.execute(
                "DELETE FROM blob_holders WHERE hash = ? AND session_id = ? AND item_id = ?",
                (digest, session_id, item_id),
            )
        self._delete_unheld(digests)

    def _delete_unheld(self, digests: Iterable[str]) -> None:
        self._sql.executemany(
            "DELETE FROM blobs WHERE hash = ?1 AND NOT EXISTS (SELECT 1 FROM blob_holders WHERE hash = ?1)",
            ((digest,) for digest in digests),
        )

    def add_sums(self, session_id: str, deltas: Mapping[SumKey, Figures]) -> None:
        """Add to the running sums."""
        self._sql.executemany(
            f"INSERT INTO sums (session_id, phase, wave, layer, provenance, {_select(FIGURES)})"
            f" VALUES (?, ?, ?, ?, ?, {', '.join('?' * len(FIGURES))})"
            f" ON CONFLICT DO UPDATE SET {', '.join(f'{name} = {name} + excluded.{name}' for name in FIGURES)}",
            [
                (
                    session_id,
                    NONE if key.phase is None else key.phase,
                    NONE if key.wave is None else key.wave,
                    key.layer,
                    key.provenance,
                    *figures,
                )
                for key, figures in deltas.items()
            ],
        )

    def put_lease(self, session_id: str, lease: Lease) -> None:
        """Create or replace a lease."""
        self._put("leases", ("session_id", *LEASE), [[session_id, *(getattr(lease, n) for n in LEASE)]])

    def put_blobs(self, blobs: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep bytes under their hashes."""
        statement = "INSERT OR IGNORE INTO blobs (hash, size, data) VALUES (?, ?, ?)"
        self._sql.executemany(statement, checked(blobs, self._check))

    def add_event(
        self, session: Session, event: Event, changes: Iterable[tuple[Item | None, Item]], figures: LoggedFigures
    ) -> None:
        """Append to a session's log, and chain the entry to the one before."""
        revision, at = event.revision, event.at
        stored = [stored_change(before, item, revision, at) for before, item in checked(changes, self._check)]
        self._logged = {change["id"] for change in stored}
        heading = Heading(event.revision, event.at, event.actor, event.method, event.why, dump(event.alerts))
        self.copy_entry(session, CopiedEntry(heading, figures, stored, event.detail))

    def copy_entry(self, session: Session, entry: CopiedEntry) -> bytes | None:
        """Append an entry to a log, and chain it to the one before; returns its hash."""
        heading, figures, digest = entry.heading, entry.figures, new_sha256()
        if figures is not None:
            digest.update(opening(heading, figures, self._previous_hash(session)))
        body = pack({"changes": entry.changes, "detail": entry.detail}, self._check, seen=digest.update)
        digest.update(CLOSING)
        kept = EntryRow(session.id, heading, body, figures, None if figures is None else digest.digest())
        self.put_entries([kept])
        return kept.hash

    def _previous_hash(self, session: Session) -> bytes:
        return self.log(session).previous_hash()

    def put_entries(self, entries: Sequence[EntryRow]) -> None:
        """Append entries to logs."""
        events = ((each.session_id, *each.heading, "", "", each.body) for each in entries)
        self._sql.executemany(_APPEND_EVENT, events)
        figures = (
            (each.session_id, each.heading.revision, *each.figures, each.hash)
            for each in entries
            if each.figures is not None
        )
        self._sql.executemany(_APPEND_FIGURES, figures)

    def copy_undo(self, session_id: str, row: UndoRow) -> None:
        """Keep an undo of another store."""
        self._put("undos", ("session_id", "id", "revision", "changes"), [[session_id, *row]])

    def put_undo(self, undo: Undo) -> None:
        """Keep what undoes a prune. The event of its revision has the values, so it must be added first."""
        self._sql.execute(
            "INSERT INTO undos (session_id, id, revision, changes) VALUES (?, ?, ?, ?)",
            (
                undo.session_id,
                undo.id,
                undo.revision,
                dump(None if {*undo.before} == self._logged else [*undo.before]),
            ),
        )

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """Keep the result of a request key, and remove a few expired ones."""
        now = int(time.time())
        self._sql.execute(
            "INSERT INTO request_keys (scope, key, method, result, body, expires_at) VALUES (?, ?, ?, '', ?, ?)"
            " ON CONFLICT DO UPDATE SET method = excluded.method, result = '', body = excluded.body",
            (scope, key, result.method, pack(result.result, self._check), now + lifetime_seconds(key)),
        )
        self.expire_keys(MAX_EXPIRED_AT_ONCE)

    def expire_keys(self, limit: int) -> int:
        """Forget up to `limit` expired request keys, oldest first; returns how many."""
        return self._sql.execute(
            "DELETE FROM request_keys WHERE (scope, key) IN"
            " (SELECT scope, key FROM request_keys WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
            (int(time.time()), limit),
        ).rowcount

    def put_calibration(self, model: str, state: dict[str, Any], at: str) -> None:
        """Keep a model's calibration."""
        self._sql.execute("INSERT OR REPLACE INTO calibrations VALUES (?, ?, ?)", (model, dump(state), at))

    def put_fit(self, fit: KeptFit) -> None:
        """Keep what a fit decided, and forget older decisions."""
        row = [*fit[:-1], pack(fit.decision, self._check, QUICK)]
        self._put("fits", (*KeptFit._fields[:-1], "body"), [row])
        latest = "SELECT conversation, digest FROM fits WHERE {} ORDER BY revision DESC, length DESC LIMIT -1 OFFSET {}"
        for where, values, kept in (
            ("session_id = ?1 AND conversation = ?2", (fit.session_id, fit.conversation), FITS_OF_CONVERSATION),
            ("session_id = ?1", (fit.session_id,), FITS_OF_SESSION),
        ):
            older = latest.format(where, kept)
            self._sql.execute(f"DELETE FROM fits WHERE session_id = ?1 AND (conversation, digest) IN ({older})", values)

    def forget_fits(self, session_id: str) -> None:
        """Forget what fits decided about a session's conversations."""
        self._sql.execute("DELETE FROM fits WHERE session_id = ?", (session_id,))

    def delete_session(self, session_id: str) -> None:
        """Delete a session and the blobs that no other session holds."""
        held = self._held(session_id)
        self._sql.executemany(
            "DELETE FROM blob_holders WHERE hash = ? AND session_id = ?", ((digest, session_id) for digest in held)
        )
        self._delete_unheld(held)
        for table in SESSION_TABLES:
            self._sql.execute(f"DELETE FROM {table} WHERE session_id = ?", (session_id,))
        self._sql.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
        self._sql.execute("DELETE FROM request_keys WHERE scope = ?", (session_id,))
        self.freed = True

    def _held(self, session_id: str) -> set[str]:
        rows = self._rows(("segments", "hash"), "items WHERE session_id = ? AND hash IS NOT NULL", session_id)
        return {digest for row in rows for digest in segments_from_column(*row)}
