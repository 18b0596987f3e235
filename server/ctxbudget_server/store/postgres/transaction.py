"""Reading and writing inside one transaction of PostgreSQL.

The first thing that a transaction does with a session is to fetch what nearly every request reads of it: its row,
phases, waves, sums, layers and active leases, in one round trip. A transaction that writes locks the session before
that, so whatever it reads of it is still true when it commits, at any level of isolation; writers of other sessions do
not wait.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from ctxbudget_protocol.values import field_names
from ctxbudget_server.rules.items import Figures, Item, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.cancellation import checked
from ctxbudget_server.store.digests import new_sha256
from ctxbudget_server.store.encoding.content import content_of, unpacked
from ctxbudget_server.store.encoding.item_changes import History, before_of, stored_change
from ctxbudget_server.store.encoding.json_text import dump, load
from ctxbudget_server.store.encoding.packing import QUICK, pack, unpack
from ctxbudget_server.store.keys import MAX_EXPIRED_AT_ONCE, lifetime_seconds
from ctxbudget_server.store.postgres.log import PostgresLog
from ctxbudget_server.store.postgres.schema import SESSION_TABLES
from ctxbudget_server.store.postgres.statements import Result, Statements
from ctxbudget_server.store.receipts import CLOSING, genesis, opening
from ctxbudget_server.store.records import (
    CopiedEntry,
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
from ctxbudget_server.store.transaction import (
    FIGURES,
    FITS_OF_CONVERSATION,
    FITS_OF_SESSION,
    ITEM,
    LAYER,
    LEASE,
    NONE,
    PHASE,
    SESSION,
    WAVE,
    item_from_row,
    item_to_row,
)

if TYPE_CHECKING:
    from ctxbudget_server.store.space.usage import SpaceUsage

_CONFIG: Final = SESSION.index("config")
_HASH, _SEGMENTS = ITEM.index("hash"), ITEM.index("segments")
_PLACES: Final = range(len(ITEM))

_DEPARTED: Final = "SELECT id FROM items WHERE session_id = %s AND state <> 'retained' AND brought_in"
_LATEST: Final = (
    "AND NOT withdrawn AND NOT EXISTS (SELECT 1 FROM items AS later WHERE later.session_id = items.session_id"
    " AND later.again_of = items.id AND NOT later.withdrawn) ORDER BY seq DESC LIMIT 1"
)
"""Of these, the latest one that has not been brought back yet."""


TEXTS_AT_ONCE: Final = 64
"""Items with texts that are read at a time, the newest first."""


@cache
def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


_HEAD_QUERIES: Final[dict[str, str]] = {
    "session": f"SELECT {_columns(SESSION)} FROM sessions WHERE id = %s",
    "phases": f"SELECT {_columns(PHASE)} FROM phases WHERE session_id = %s ORDER BY number",
    "waves": f"SELECT {_columns(WAVE)} FROM waves WHERE session_id = %s ORDER BY phase, number",
    "sums": f"SELECT phase, wave, layer, provenance, {_columns(FIGURES)} FROM sums WHERE session_id = %s",
    "layers": f"SELECT {_columns(LAYER)} FROM layers WHERE session_id = %s ORDER BY layer",
    "active": (
        f"SELECT {_columns(LEASE)} FROM leases WHERE session_id = %s AND state = 'active' ORDER BY reserved_at, id"
    ),
}
"""What nearly every request reads of a session."""


_HAS_DEPARTED: Final = f"{_DEPARTED} LIMIT 1"
_LAST_HASH: Final = "SELECT hash FROM log WHERE session_id = %s ORDER BY revision DESC LIMIT 1"

NOW_SECONDS: Final = "extract(epoch FROM clock_timestamp())::bigint"
_EXPIRE: Final = (
    "DELETE FROM request_keys WHERE (scope, key) IN (SELECT scope, key FROM request_keys"
    f" WHERE expires_at <= {NOW_SECONDS} ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING 1"
)
"""Keys that another transaction is removing at the same time are left to it."""


@lru_cache(maxsize=64)
def _config(text: str) -> dict[str, Any]:
    """A session's configuration; the same object for the same text, so that settings are merged once."""
    return dict(json.loads(text))


@cache
def _replacement(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in columns if name not in key)
    return (
        f"INSERT INTO {table} ({_columns(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"
        f" ON CONFLICT ({_columns(key)}) DO UPDATE SET {changed}"
    )


@cache
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({_columns(columns)}) VALUES ({', '.join(['%s'] * len(columns))})"


def lock_number(schema: str, name: str) -> int:
    """The number of the advisory lock of a session, or of another scope, of one tenant."""
    digest = blake2b(f"{schema}\0{name}".encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big", signed=True)


class PostgresReader:
    """One snapshot of the store."""

    _head_queries: Mapping[str, str] = _HEAD_QUERIES

    def __init__(self, statements: Statements) -> None:
        self._sql = statements
        self._check = statements.check
        self._heads: dict[str, dict[str, Result]] = {}

    def _enter(self, session_id: str) -> None:
        """Whatever precedes the first access to a session."""

    def _head(self, session_id: str) -> dict[str, Result]:
        """What nearly every request reads of a session, sent together."""
        self._enter(session_id)
        head = self._heads.get(session_id)
        if head is None:
            head = {name: self._sql.send(query, session_id) for name, query in self._head_queries.items()}
            self._heads[session_id] = head
        return head

    def session(self, session_id: str) -> Session | None:
        """A session by id."""
        row = self._head(session_id)["session"].row()
        return self._session(row) if row else None

    def sessions(self) -> list[Session]:
        """All sessions, the oldest first."""
        query = f"SELECT {_columns(SESSION)} FROM sessions ORDER BY created_at, id"
        return [self._session(row) for row in self._sql.rows(query)]

    def session_page(self, state: str | None, after: str | None, limit: int) -> tuple[list[Session], int]:
        """(up to `limit` sessions, how many match in all)."""
        where, values = ("state = %s", [state]) if state is not None else ("true", [])
        total = self._sql.send(f"SELECT count(*) FROM sessions WHERE {where}", *values)
        if after is not None:
            where += " AND (created_at, id) > (SELECT created_at, id FROM sessions WHERE id = %s)"
            values = [*values, after]
        query = f"SELECT {_columns(SESSION)} FROM sessions WHERE {where} ORDER BY created_at, id LIMIT %s"
        rows = [*self._sql.rows(query, *values, limit)]
        return [self._session(row) for row in rows], int(total.rows()[0][0])

    def latest_session(self, besides: str) -> Session | None:
        """The most recently changed session other than `besides`."""
        query = (
            f"SELECT {_columns(SESSION)} FROM sessions WHERE id <> %s ORDER BY updated_at DESC, created_at DESC LIMIT 1"
        )
        row = self._sql.row(query, besides)
        return self._session(row) if row else None

    def revisions(self) -> dict[str, tuple[str, int]]:
        """(nonce, revision) of every session by id."""
        return {row[0]: (row[1], row[2]) for row in self._sql.rows("SELECT id, nonce, revision FROM sessions")}

    def _session(self, row: tuple[Any, ...]) -> Session:
        return Session._make(row)._replace(config=_config(row[_CONFIG]))

    def phases(self, session_id: str) -> dict[int, Phase]:
        """The session's phases by number."""
        return {row[0]: Phase(*row) for row in self._head(session_id)["phases"].rows()}

    def waves(self, session_id: str) -> list[Wave]:
        """The session's waves, by phase and number."""
        return [Wave(*row) for row in self._head(session_id)["waves"].rows()]

    def sums(self, session_id: str) -> dict[SumKey, Figures]:
        """The running sums."""
        return {
            SumKey(None if phase == NONE else phase, None if wave == NONE else wave, layer, provenance): Figures(
                *figures
            )
            for phase, wave, layer, provenance, *figures in self._head(session_id)["sums"].rows()
        }

    def layers(self, session_id: str) -> dict[str, LayerRecord]:
        """The history of each layer."""
        rows = self._head(session_id)["layers"].rows()
        return {row[0]: LayerRecord(**dict(zip(LAYER, row, strict=True))) for row in rows}

    def _items(self, rest: str, *values: Any) -> list[Item]:
        return [item_from_row(row) for row in self._sql.rows(f"SELECT {_columns(ITEM)} FROM items {rest}", *values)]

    def item(self, session_id: str, item_id: str) -> Item | None:
        """An item by id."""
        self._enter(session_id)
        return next(iter(self._items("WHERE session_id = %s AND id = %s", session_id, item_id)), None)

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
        self._enter(session_id)
        where, values = self._where(session_id, ItemFilter(state=state, layer=layer, phase=phase))
        for column, wanted in (("hash", hashes), ("id", ids)):
            if wanted is not None:
                where += f" AND {column} = ANY(%s)"
                values.append([*wanted])
        return self._items(f"{where} ORDER BY seq", *values)

    def items_of(self, session_id: str, digests: Collection[str]) -> list[Item]:
        """Items whose content has one of these hashes."""
        self._enter(session_id)
        wanted = [*digests]
        return self._items(
            "WHERE session_id = %s AND NOT withdrawn AND hash = ANY(%s) AND id IN"
            " (SELECT item_id FROM blob_holders WHERE session_id = %s AND hash = ANY(%s)) ORDER BY seq",
            session_id, wanted, session_id, wanted,
        )  # fmt: skip

    def items_with_content(self, session_id: str) -> list[Item]:
        """Items whose bytes are kept, including withdrawn ones."""
        self._enter(session_id)
        return self._items("WHERE session_id = %s AND hash IS NOT NULL ORDER BY seq", session_id)

    def newest_texts(self, session_id: str, wanted: ItemFilter, *, brought_in: bool) -> Iterator[Item]:
        """Items whose bytes are kept, the newest first; read a few at a time, as they are taken."""
        self._enter(session_id)
        where, values = self._where(session_id, wanted)
        where += " AND hash IS NOT NULL AND NOT marker AND brought_in = %s"
        before: int | None = None
        while True:
            page = where if before is None else f"{where} AND seq < %s"
            given = (*values, brought_in) if before is None else (*values, brought_in, before)
            items = self._items(f"{page} ORDER BY seq DESC LIMIT %s", *given, TEXTS_AT_ONCE)
            yield from items
            if len(items) < TEXTS_AT_ONCE:
                return
            before = items[-1].seq

    def item_of(self, session_id: str, digest: str) -> str | None:
        """The id of the latest item with this content."""
        self._enter(session_id)
        found = self._sql.value(
            "SELECT items.id FROM blob_holders JOIN items ON items.session_id = blob_holders.session_id"
            " AND items.id = blob_holders.item_id WHERE blob_holders.session_id = %s AND blob_holders.hash = %s"
            " AND items.hash = %s AND NOT items.withdrawn ORDER BY items.seq DESC LIMIT 1",
            session_id, digest, digest,
        )  # fmt: skip
        return None if found is None else str(found)

    def has_departed(self, session_id: str) -> bool:
        """Whether any item that a caller brought in is no longer retained."""
        known = self._head(session_id).get("departed") or self._sql.send(_HAS_DEPARTED, session_id)
        return known.row() is not None

    def departed(self, session_id: str, digest: str | None, path: str | None, tool: str | None) -> str | None:
        """The id of the latest item with this content that is no longer retained, else of this file and tool."""
        self._enter(session_id)
        found = None
        if digest is not None:
            found = self._sql.value(f"{_DEPARTED} AND hash = %s {_LATEST}", session_id, digest)
        if found is None and path is not None:
            query = f"{_DEPARTED} AND path = %s AND tool IS NOT DISTINCT FROM %s {_LATEST}"
            found = self._sql.value(query, session_id, path, tool)
        return None if found is None else str(found)

    def read_again(self, session_id: str) -> int:
        """Tokens of items that had left the context and were brought back."""
        self._enter(session_id)
        query = (
            "SELECT coalesce(sum(least(back, earlier.tokens)), 0)::bigint FROM (SELECT session_id, again_of,"
            " sum(tokens) AS back FROM items WHERE session_id = %s AND again_of IS NOT NULL AND NOT withdrawn"
            " GROUP BY session_id, again_of) AS later JOIN items AS earlier"
            " ON earlier.session_id = later.session_id AND earlier.id = later.again_of"
        )
        return int(self._sql.value(query, session_id))

    def page(self, session_id: str, wanted: ItemFilter, after: str | None, limit: int) -> tuple[list[Item], int, int]:
        """(one page of items, how many items match in all, the retained tokens of all of them)."""
        self._enter(session_id)
        where, values = self._where(session_id, wanted)
        totals = self._sql.send(
            "SELECT count(*), coalesce(sum(CASE state WHEN 'retained' THEN tokens ELSE 0 END), 0)::bigint"
            f" FROM items {where}",
            *values,
        )
        if after is not None:
            where += " AND seq > coalesce((SELECT seq FROM items WHERE session_id = %s AND id = %s), 0)"
            values += [session_id, after]
        items = self._items(f"{where} ORDER BY seq LIMIT %s", *values, limit)
        ((total, tokens),) = totals.rows()
        return items, total, tokens

    def _where(self, session_id: str, wanted: ItemFilter) -> tuple[str, list[Any]]:
        where, values = ["session_id = %s", "NOT withdrawn"], [session_id]
        for name in field_names(ItemFilter):
            value = getattr(wanted, name)
            if value is not None:
                where.append(f"{name} = %s")
                values.append(value)
        return "WHERE " + " AND ".join(where), values

    def leases(self, session_id: str, *, active: bool = False) -> list[Lease]:
        """The session's leases."""
        if active:
            return [self._lease(row) for row in self._head(session_id)["active"].rows()]
        self._enter(session_id)
        query = f"SELECT {_columns(LEASE)} FROM leases WHERE session_id = %s ORDER BY reserved_at, id"
        return [self._lease(row) for row in self._sql.rows(query, session_id)]

    def lease(self, session_id: str, lease_id: str) -> Lease | None:
        """A lease by id."""
        self._enter(session_id)
        query = f"SELECT {_columns(LEASE)} FROM leases WHERE session_id = %s AND id = %s"
        row = self._sql.row(query, session_id, lease_id)
        return self._lease(row) if row else None

    def _lease(self, row: tuple[Any, ...]) -> Lease:
        return Lease(**dict(zip(LEASE, row, strict=True)))

    def events(self, session_id: str, after: int = 0) -> list[Event]:
        """The events after a revision. The whole log is read, because stored changes build on earlier ones."""
        self._enter(session_id)
        history, events = History(), []
        query = "SELECT revision, at, actor, method, why, alerts, body FROM log WHERE session_id = %s ORDER BY revision"
        for revision, at, actor, method, why, alerts, body in self._sql.rows(query, session_id):
            packed = unpack(body, self._check)
            changes = history.changes(packed["changes"], revision, at)
            if revision > after:
                told = json.loads(alerts)
                events.append(Event(
                    session_id=session_id, revision=revision, at=at, actor=actor, method=method, why=why,
                    changes=changes, detail=packed["detail"], alerts=told,
                ))  # fmt: skip
        return events

    def log(self, session: Session) -> PostgresLog:
        """A session's log in pages."""
        self._enter(session.id)
        return PostgresLog(self._sql, session)

    def items_after(self, session_id: str, seq: int, limit: int) -> list[Item]:
        """Up to `limit` items after this `seq`, withdrawn ones included."""
        self._enter(session_id)
        return self._items("WHERE session_id = %s AND seq > %s ORDER BY seq LIMIT %s", session_id, seq, limit)

    def undo_rows(self, session_id: str) -> list[UndoRow]:
        """All undos of a session."""
        self._enter(session_id)
        query = f"SELECT {_columns(UndoRow._fields)} FROM undos WHERE session_id = %s ORDER BY revision, id"
        return [UndoRow(*row) for row in self._sql.rows(query, session_id)]

    def segment(self, digest: str) -> bytes | None:
        """The bytes with this hash."""
        compressed = self._blob(digest)
        return None if compressed is None else unpacked(digest, compressed)

    def last_event(self, session_id: str) -> LastEvent | None:
        """The latest event of a session."""
        self._enter(session_id)
        query = f"SELECT {_columns(LastEvent._fields)} FROM log WHERE session_id = %s ORDER BY revision DESC LIMIT 1"
        row = self._sql.row(query, session_id)
        return LastEvent(*row) if row else None

    def alerts(self, session_id: str, after: int = 0) -> list[dict[str, Any]]:
        """The alerts raised after a revision, the oldest first."""
        self._enter(session_id)
        query = "SELECT alerts FROM log WHERE session_id = %s AND revision > %s AND alerts <> '[]' ORDER BY revision"
        return [alert for (alerts,) in self._sql.rows(query, session_id, after) for alert in json.loads(alerts)]

    def undo(self, session_id: str, undo_id: str) -> Undo | None:
        """An undo by id."""
        self._enter(session_id)
        query = "SELECT revision, changes FROM undos WHERE session_id = %s AND id = %s"
        row = self._sql.row(query, session_id, undo_id)
        if row is None:
            return None
        revision, kept = row[0], load(row[1], self._check)
        setup = None
        if kept and isinstance(kept[0], dict):
            stored, ids = kept, None
        else:
            body = self._sql.value("SELECT body FROM log WHERE session_id = %s AND revision = %s", session_id, revision)
            packed = unpack(body, self._check)
            stored, setup = packed["changes"], packed["detail"].get("setup")
            ids = None if kept is None else set(kept)
        before = {change["id"]: before_of(change) for change in stored if ids is None or change["id"] in ids}
        return Undo(id=undo_id, session_id=session_id, revision=revision, before=before, setup=setup)

    def keyed(self, scope: str, key: str) -> KeyedResult | None:
        """The first result stored under a request key; its scope is a session as a rule, which is fetched with it."""
        self._head(scope)
        row = self._sql.row("SELECT method, body FROM request_keys WHERE scope = %s AND key = %s", scope, key)
        return None if row is None else KeyedResult(row[0], unpack(row[1], self._check))

    def calibration(self, model: str) -> dict[str, Any] | None:
        """A model's calibration."""
        found = self._sql.value("SELECT state FROM calibrations WHERE model = %s", model)
        return None if found is None else dict(json.loads(found))

    def known_fits(self, session_id: str, conversation: str) -> list[KnownFit]:
        """The beginnings of a conversation about which decisions are kept."""
        self._enter(session_id)
        query = f"SELECT {_columns(KnownFit._fields)} FROM fits WHERE session_id = %s AND conversation = %s"
        return [KnownFit(*row) for row in self._sql.rows(query, session_id, conversation)]

    def kept_fit(self, session_id: str, conversation: str, digest: bytes) -> dict[str, Any] | None:
        """What a fit decided."""
        self._enter(session_id)
        query = "SELECT body FROM fits WHERE session_id = %s AND conversation = %s AND digest = %s"
        found = self._sql.value(query, session_id, conversation, digest)
        try:
            return None if found is None else dict(unpack(found, self._check))
        except (ValueError, TypeError):
            return None

    def holds_items(self, session_id: str, ids: Collection[str]) -> bool:
        """Whether the session has all these items."""
        self._enter(session_id)
        query = "SELECT count(*) FROM items WHERE session_id = %s AND id = ANY(%s) AND NOT withdrawn"
        return bool(self._sql.value(query, session_id, [*ids]) == len(ids))

    def used_bytes(self) -> int:
        """Bytes of all content, the log and the request keys."""
        from ctxbudget_server.store.postgres.usage import used_bytes

        return used_bytes(self._sql)

    def usage(self) -> SpaceUsage:
        """What the store's space is used for."""
        from ctxbudget_server.store.postgres.usage import usage

        return usage(self._sql)

    def content(self, item: Item) -> bytes:
        """The bytes of an item; raises `contentDamaged`."""
        return content_of(item, self._blob)

    def _blob(self, digest: str) -> bytes | None:
        found = self._sql.value("SELECT data FROM blobs WHERE hash = %s LIMIT 1", digest)
        return None if found is None else bytes(found)


class PostgresWriter(PostgresReader):
    """One transaction on the store. A session is locked when it is first accessed, until the transaction ends."""

    def __init__(self, statements: Statements, schema: str) -> None:
        super().__init__(statements)
        self._schema = schema
        self._locked: set[str] = set()
        self.changed: set[str] = set()
        """The sessions that this transaction changed: news for whoever watches."""
        self._logged: set[str] = set()
        self._last_entry: dict[str, Result] = {}
        """The hash of the last entry of each session's log, as it was when the session was locked."""
        self._last_hash: dict[str, bytes] = {}
        """The same of the last entry that this transaction appended."""
        self._waiting: dict[str, tuple[int, bytes]] = {}
        """Content that no item of this transaction held when it was given, by hash."""
        self._holders: defaultdict[str, set[str]] = defaultdict(set)
        """The sessions whose items were made to hold a content in this transaction, by hash."""

    _head_queries: Mapping[str, str] = {**_HEAD_QUERIES, "departed": _HAS_DEPARTED}

    def _enter(self, session_id: str) -> None:
        """Lock the session, which need not exist yet. What is read before the lock is granted is read after it."""
        if session_id not in self._locked:
            self._sql.send("SELECT pg_advisory_xact_lock(%s::bigint)", lock_number(self._schema, session_id))
            self._last_entry[session_id] = self._sql.send(_LAST_HASH, session_id)
            self._locked.add(session_id)

    def _change(self, session_id: str) -> None:
        """The session is about to be changed: it is locked, and what was fetched of it no longer counts."""
        self._enter(session_id)
        self._heads.pop(session_id, None)
        self.changed.add(session_id)

    def _put(self, table: str, columns: tuple[str, ...], key: tuple[str, ...], rows: Iterable[Sequence[Any]]) -> None:
        self._sql.send_many(_replacement(table, columns, key), rows)

    def put_session(self, session: Session) -> None:
        """Create or replace a session."""
        self._change(session.id)
        row = [dump(session.config) if name == "config" else getattr(session, name) for name in SESSION]
        self._put("sessions", SESSION, ("id",), [row])

    def remove_phases(self, session_id: str, numbers: Iterable[int]) -> None:
        """Remove phases."""
        if gone := [*numbers]:
            self._change(session_id)
            self._sql.send("DELETE FROM phases WHERE session_id = %s AND number = ANY(%s)", session_id, gone)

    def put_phases(self, session_id: str, phases: Iterable[Phase]) -> None:
        """Create or replace phases."""
        self._change(session_id)
        rows = ([session_id, *(getattr(phase, name) for name in PHASE)] for phase in phases)
        self._put("phases", ("session_id", *PHASE), ("session_id", "number"), rows)

    def put_waves(self, session_id: str, waves: Iterable[Wave]) -> None:
        """Create or replace waves."""
        self._change(session_id)
        rows = ([session_id, *(getattr(wave, name) for name in WAVE)] for wave in waves)
        self._put("waves", ("session_id", *WAVE), ("session_id", "phase", "number"), rows)

    def put_layers(self, session_id: str, layers: Iterable[LayerRecord]) -> None:
        """Create or replace layer records."""
        self._change(session_id)
        rows = ([session_id, *(getattr(layer, name) for name in LAYER)] for layer in layers)
        self._put("layers", ("session_id", *LAYER), ("session_id", "layer"), rows)

    def put_items(self, session_id: str, changes: Iterable[tuple[Item | None, Item]]) -> None:
        """Create or replace items; blobs that an item no longer names are released."""
        self._change(session_id)
        new: list[Item] = []
        changed: list[tuple[Item, Item]] = []
        for before, item in changes:
            if before is None:
                new.append(item)
            else:
                changed.append((before, item))
        columns = ("session_id", *ITEM)
        self._put("items", columns, ("session_id", "id"), ([session_id, *item_to_row(item)] for item in new))
        for item in new:
            self._hold(session_id, item.id, set(item.segments))
        self._update_items(session_id, changed)

    def _hold(self, session_id: str, item_id: str, digests: Collection[str]) -> None:
        statement = "INSERT INTO blob_holders (session_id, item_id, hash) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
        self._sql.send_many(statement, ((session_id, item_id, digest) for digest in digests))
        for digest in digests:
            self._holders[digest].add(session_id)
            if waiting := self._waiting.get(digest):
                self._put_blob(session_id, digest, *waiting)

    def _update_items(self, session_id: str, pairs: Sequence[tuple[Item, Item]]) -> None:
        """Write the columns that differ; items that change alike are changed by one statement."""
        by_values: defaultdict[tuple[tuple[int, ...], tuple[Any, ...]], list[str]] = defaultdict(list)
        for before, item in checked(pairs, self._check):
            if differing := _differing(before, item):
                row = item_to_row(item)
                by_values[differing, tuple([row[at] for at in differing])].append(item.id)
        for (columns, values), ids in by_values.items():
            named = ", ".join(f'"{ITEM[at]}" = %s' for at in columns)
            statement = f"UPDATE items SET {named} WHERE session_id = %s AND id = ANY(%s)"
            self._sql.send(statement, *values, session_id, ids)
        released: set[str] = set()
        for before, item in checked(pairs, self._check):
            if before.segments is not item.segments and before.segments != item.segments:
                held, wanted = set(before.segments), set(item.segments)
                self._hold(session_id, item.id, wanted - held)
                if gone := [*(held - wanted)]:
                    self._sql.send(
                        "DELETE FROM blob_holders WHERE session_id = %s AND item_id = %s AND hash = ANY(%s)",
                        session_id, item.id, gone,
                    )  # fmt: skip
                    released.update(gone)
        if released:
            self._sql.send(
                "DELETE FROM blobs WHERE session_id = %s AND hash = ANY(%s) AND NOT EXISTS (SELECT 1 FROM blob_holders"
                " WHERE blob_holders.session_id = blobs.session_id AND blob_holders.hash = blobs.hash)",
                session_id, [*released],
            )  # fmt: skip

    def add_sums(self, session_id: str, deltas: Mapping[SumKey, Figures]) -> None:
        """Add to the running sums."""
        self._change(session_id)
        added = ", ".join(f"{name} = sums.{name} + excluded.{name}" for name in FIGURES)
        columns = ("session_id", "phase", "wave", "layer", "provenance", *FIGURES)
        statement = (
            f"{_insertion('sums', columns)} ON CONFLICT (session_id, phase, wave, layer, provenance) DO UPDATE"
            f" SET {added}"
        )
        self._sql.send_many(
            statement,
            (
                (
                    session_id,
                    NONE if key.phase is None else key.phase,
                    NONE if key.wave is None else key.wave,
                    key.layer,
                    key.provenance,
                    *figures,
                )
                for key, figures in deltas.items()
            ),
        )

    def put_lease(self, session_id: str, lease: Lease) -> None:
        """Create or replace a lease."""
        self._change(session_id)
        row = [session_id, *(getattr(lease, name) for name in LEASE)]
        self._put("leases", ("session_id", *LEASE), ("session_id", "id"), [row])

    def put_blobs(self, blobs: Iterable[tuple[str, int, bytes]]) -> None:
        """Keep bytes under their hashes, for each session whose items hold them, now or later in this transaction."""
        for digest, size, data in checked(blobs, self._check):
            if holders := self._holders.get(digest):
                for session_id in holders:
                    self._put_blob(session_id, digest, size, data)
            else:
                self._waiting[digest] = size, data

    def _put_blob(self, session_id: str, digest: str, size: int, data: bytes) -> None:
        statement = "INSERT INTO blobs (hash, session_id, size, data) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
        self._sql.send(statement, digest, session_id, size, data)

    def _blob(self, digest: str) -> bytes | None:
        waiting = self._waiting.get(digest)
        return super()._blob(digest) if waiting is None else waiting[1]

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
        previous = self._previous_hash(session) if figures is not None else None
        self._change(session.id)
        if figures is not None and previous is not None:
            digest.update(opening(heading, figures, previous))
        body = pack({"changes": entry.changes, "detail": entry.detail}, self._check, seen=digest.update)
        digest.update(CLOSING)
        hashed = None if figures is None else digest.digest()
        of_figures = [None] * len(LoggedFigures._fields) if figures is None else figures
        columns = ("session_id", *Heading._fields, "body", *LoggedFigures._fields, "hash")
        self._sql.send(_insertion("log", columns), session.id, *heading, body, *of_figures, hashed)
        if hashed is not None:
            self._last_hash[session.id] = hashed
        return hashed

    def _previous_hash(self, session: Session) -> bytes:
        known = self._last_hash.get(session.id)
        if known is not None:
            return known
        self._enter(session.id)
        last = self._last_entry[session.id].row()
        if last is None:
            return genesis(session, ())
        return bytes(last[0]) if last[0] is not None else self.log(session).previous_hash()

    def copy_undo(self, session_id: str, row: UndoRow) -> None:
        """Keep an undo of another store."""
        self._change(session_id)
        self._put("undos", ("session_id", *UndoRow._fields), ("session_id", "id"), [[session_id, *row]])

    def put_undo(self, undo: Undo) -> None:
        """Keep what undoes a prune. The event of its revision has the values, so it must be added first."""
        changes = dump(None if {*undo.before} == self._logged else [*undo.before])
        self.copy_undo(undo.session_id, UndoRow(undo.id, undo.revision, changes))

    def put_keyed(self, scope: str, key: str, result: KeyedResult) -> None:
        """Keep the result of a request key, and remove a few expired ones."""
        self._enter(scope)
        self._sql.send(
            "INSERT INTO request_keys (scope, key, method, body, expires_at) VALUES"
            f" (%s, %s, %s, %s, {NOW_SECONDS} + %s) ON CONFLICT (scope, key) DO UPDATE SET method = excluded.method,"
            " body = excluded.body",
            scope, key, result.method, pack(result.result, self._check), lifetime_seconds(key),
        )  # fmt: skip
        self._sql.send(_EXPIRE, MAX_EXPIRED_AT_ONCE)

    def expire_keys(self, limit: int) -> int:
        """Forget up to `limit` expired request keys, oldest first; returns how many."""
        return len(self._sql.send(_EXPIRE, limit).rows())

    def put_calibration(self, model: str, state: dict[str, Any], at: str) -> None:
        """Keep a model's calibration."""
        self._put("calibrations", ("model", "state", "updated_at"), ("model",), [[model, dump(state), at]])

    def put_fit(self, fit: KeptFit) -> None:
        """Keep what a fit decided, and forget older decisions."""
        self._change(fit.session_id)
        columns = (*KeptFit._fields[:-1], "body")
        row = [*fit[:-1], pack(fit.decision, self._check, QUICK)]
        self._put("fits", columns, ("session_id", "conversation", "digest"), [row])
        for more, values, kept in (
            (" AND conversation = %s", (fit.conversation,), FITS_OF_CONVERSATION),
            ("", (), FITS_OF_SESSION),
        ):
            self._sql.send(
                "DELETE FROM fits WHERE session_id = %s AND (conversation, digest) IN (SELECT conversation, digest"
                f" FROM fits WHERE session_id = %s{more} ORDER BY revision DESC, length DESC OFFSET %s)",
                fit.session_id, fit.session_id, *values, kept,
            )  # fmt: skip

    def forget_fits(self, session_id: str) -> None:
        """Forget what fits decided about a session's conversations."""
        self._enter(session_id)
        self._sql.send("DELETE FROM fits WHERE session_id = %s", session_id)

    def delete_session(self, session_id: str) -> None:
        """Delete a session with everything that belongs to it."""
        self._change(session_id)
        for table in SESSION_TABLES:
            self._sql.send(f"DELETE FROM {table} WHERE session_id = %s", session_id)
        self._sql.send("DELETE FROM sessions WHERE id = %s", session_id)
        self._sql.send("DELETE FROM request_keys WHERE scope = %s", session_id)
        self._last_hash.pop(session_id, None)


def _differing(before: Item, item: Item) -> tuple[int, ...]:
    """The columns in which an item as stored differs from the item now."""
    differing = tuple([at for at in _PLACES if before[at] is not item[at] and before[at] != item[at]])
    return (*differing, _SEGMENTS) if _HASH in differing and _SEGMENTS not in differing else differing
