"""A store that an earlier version wrote goes on: its log, undos, contents and request keys."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.content import digest_of
from ctxbudget_server.rules.items import Figures, Item, differences
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.keys import KEPT_SECONDS, LIFETIME_SECONDS
from ctxbudget_server.store.receipts import session_line
from ctxbudget_server.store.schema import MIGRATIONS, VERSION

AT = "2026-01-01T00:00:00.000Z"
TEXT = "# Notes\n\nWhat the earlier version wrote."
OLD_VERSION = 2
OLD_FIELDS = [name for name in Item._fields if name not in ("dropped_at", "tool", "again_of")]


def insert(connection: sqlite3.Connection, table: str, **values: Any) -> None:
    """One row."""
    names = ", ".join(f'"{name}"' for name in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({', '.join('?' * len(values))})", [*values.values()])


def old_image(item: Item) -> dict[str, Any]:
    """An item as version 2 put it into the log."""
    return {name: getattr(item, name) for name in OLD_FIELDS}


def old_store(path: Path) -> None:
    """A session of version 2: an item entered at revision 1 and was pruned at revision 2."""
    data = TEXT.encode()
    entered = Item(
        id="iold1", seq=1, layer="transient", kind="other", phase=None, wave=None, agent=None, title="notes", path=None,
        pinned=False, marker=False, brought_in=True, tokens=9, raw_tokens=9, encoding="o200k_base", factor=1.0,
        provenance="exact", bytes=len(data), hash=digest_of(data), segments=(digest_of(data),), complete=None,
        state="retained", withdrawn=False, stand_in=None, reduces=(), reason=None, added_at=AT, revision=1,
    )  # fmt: skip
    pruned = entered._replace(state="pruned", reason="prune", revision=2)
    path.parent.mkdir(parents=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        for script in MIGRATIONS[:OLD_VERSION]:
            connection.executescript(script)
        connection.execute(f"PRAGMA user_version={OLD_VERSION}")
        insert(
            connection, "sessions", id="default", nonce="old", state="open", created_at=AT, updated_at=AT, revision=2,
            config="{}", retained=0, processed=9, peak=9, level="ok", next_seq=3, next_order=1,
        )  # fmt: skip
        row = {**old_image(pruned), "segments": json.dumps(pruned.segments), "reduces": "[]"}
        insert(connection, "items", session_id="default", **row)
        insert(connection, "blobs", hash=entered.hash, size=len(data), data=zlib.compress(data))
        insert(connection, "blob_holders", session_id="default", item_id="iold1", hash=entered.hash)
        insert(
            connection, "sums", session_id="default", phase=-1, wave=-1, layer="transient", provenance="exact",
            retained=0, processed=9,
        )  # fmt: skip
        change = {"id": "iold1", "before": old_image(entered), "after": old_image(pruned)}
        for revision, changes in ((1, [{**change, "before": None, "after": old_image(entered)}]), (2, [change])):
            insert(
                connection, "events", session_id="default", revision=revision, at=AT, actor="t", method="m", why="w",
                changes=json.dumps(changes), detail='{"why":"w"}', alerts="[]",
            )  # fmt: skip
        insert(connection, "undos", session_id="default", id="uold2", revision=2, changes=json.dumps([change]))
        for key in ("mine", "one-shot:0123-ab"):
            insert(connection, "request_keys", scope="default", key=key, method="context/add", result='{"revision": 1}')


@pytest.fixture
def services(tmp_path: Path) -> Iterator[BudgetService]:
    old_store(tmp_path / "state" / "store.db")
    made = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "state" / "store.db")), actor="test")
    yield made
    made.close()


def call(services: BudgetService, method: str, **params: Any) -> dict[str, Any]:
    """One request."""
    return services.call(method, params, Cancellation())


def rows(services: BudgetService, query: str) -> list[tuple[Any, ...]]:
    """What the file has."""
    with contextlib.closing(sqlite3.connect(services.whereabouts.store)) as connection:
        return connection.execute(query).fetchall()


def test_contents_and_undos_of_an_earlier_version_are_there(services: BudgetService) -> None:
    assert call(services, "context/get", itemId="iold1")["content"] == TEXT

    undone = call(services, "context/undo", undo="uold2")
    assert undone["restored"] == ["iold1"]
    (item,) = call(services, "context/list")["items"]
    assert (item["state"], item["reason"], item["title"]) == ("retained", None, "notes")
    assert call(services, "budget/status")["retained"] == 9
    call(services, "context/undo", undo=undone["undo"])
    assert call(services, "context/list")["items"][0]["state"] == "pruned"
    assert rows(services, "PRAGMA user_version") == [(VERSION,)]


def test_the_log_reads_on_from_an_earlier_version(services: BudgetService) -> None:
    call(services, "context/update", itemId="iold1", title="renamed")
    with services.store.read() as reader:
        events = reader.events("default")
        assert [event.revision for event in reader.events("default", after=1)] == [2, 3]

    images = [(change["before"], change["after"]) for event in events for change in event.changes]
    assert [event.revision for event in events] == [1, 2, 3]
    assert images[0][0] is None
    assert images[1][0] == images[0][1]
    assert images[2][0] == images[1][1]
    assert [after["title"] for _, after in images] == ["notes", "notes", "renamed"]
    assert [after["revision"] for _, after in images] == [1, 2, 3]


def test_the_timeline_begins_with_what_this_version_records(services: BudgetService) -> None:
    before = call(services, "budget/timeline")
    assert (before["entries"], before["unrecorded"], before["next"]) == ([], 2, None)

    call(services, "context/add", items=[{"layer": "transient", "tokens": 5}])
    after = call(services, "budget/timeline")
    assert [(entry["revision"], entry["retained"], entry["processed"]) for entry in after["entries"]] == [(3, 5, 14)]
    assert after["unrecorded"] == 2


def test_the_first_hash_covers_what_an_earlier_version_logged(services: BudgetService) -> None:
    call(services, "context/add", items=[{"layer": "transient", "tokens": 5}])
    with services.store.read() as reader:
        session = reader.session("default")
        assert session is not None
        entries = [*reader.log(session).entries(0, 100)]
    assert [entry.hash is None for entry in entries] == [True, True, False]
    lines = [session_line(session), *(entry.line for entry in entries[:2])]
    assert json.loads(entries[2].line)["previous"] == sha256(b"\n".join(lines)).hexdigest()
    assert sha256(entries[2].line).digest() == entries[2].hash


def test_request_keys_of_an_earlier_version_answer_and_expire(services: BudgetService) -> None:
    known = call(services, "context/add", items=[{"layer": "transient", "tokens": 1}], requestKey="mine")
    assert known == {"revision": 1}

    left = dict(rows(services, "SELECT key, expires_at FROM request_keys"))
    assert abs(left["mine"] - time.time() - KEPT_SECONDS) < 600
    assert abs(left["one-shot:0123-ab"] - time.time() - LIFETIME_SECONDS) < 600


def test_a_session_of_an_earlier_version_goes_whole(services: BudgetService) -> None:
    call(services, "session/delete", sessionId="default")
    tables = ("sessions", "items", "events", "undos", "blobs", "blob_holders", "request_keys", "sums")
    assert [rows(services, f"SELECT count(*) FROM {table}") for table in tables] == [[(0,)]] * len(tables)
    with pytest.raises(ProtocolError):
        call(services, "context/get", itemId="iold1")


def test_sums_and_final_figures_of_an_earlier_version_follow_from_its_items(tmp_path: Path) -> None:
    path = tmp_path / "state" / "store.db"
    old_store(path)
    known: dict[str, Any] = {"session_id": "default", "kind": "other", "wave": None, "marker": 0, "brought_in": 1}
    known |= {"raw_tokens": 0, "factor": 1.0, "provenance": "exact", "segments": "", "withdrawn": 0, "reduces": "[]"}
    known |= {"added_at": AT, "revision": 2}
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for i, (layer, phase, pinned, tokens, digest, kind) in enumerate(
            [
                ("transient", 1, 0, 5_000, "a", "report"), ("transient", 1, 0, 4_000, "b", "report"),
                ("transient", 1, 0, 300, "c", "report"), ("transient", None, 0, 70, None, "other"),
                ("transient", 1, 1, 900, "d", "report"), ("phase", 1, 0, 1_200, "e", "instructions"),
                ("permanent", None, 0, 800, "f", "other"), ("metadata", 2, 0, 250, "g", "report"),
            ]
        ):  # fmt: skip
            values = {"layer": layer, "phase": phase, "pinned": pinned, "tokens": tokens, "hash": digest, "kind": kind}
            insert(connection, "items", id=f"iold{i + 2}", seq=i + 3, state="retained", **(known | values))
        for layer, phase, retained in [
            ("transient", 1, 10_200), ("phase", 1, 1_200), ("permanent", -1, 800), ("metadata", 2, 250),
        ]:  # fmt: skip
            insert(
                connection, "sums", session_id="default", phase=phase, wave=-1, layer=layer, provenance="exact",
                retained=retained, processed=retained,
            )  # fmt: skip
        connection.execute("UPDATE sums SET retained = 70, processed = 79 WHERE phase = -1 AND layer = 'transient'")
        for number, state in ((1, "completed"), (2, "running")):
            row = {"number": number, "state": state, "order": number, "peak": 20_000, "allocated": 900}
            insert(connection, "phases", session_id="default", **row)

    made = BudgetService(Options(workspace=str(tmp_path), store=str(path)), actor="test")
    with made.store.read() as reader:
        assert reader.sums("default") == differences((None, item) for item in reader.items("default"))
        sums = {key[:3]: figures for key, figures in reader.sums("default").items()}
        transient = sums[1, None, "transient"]
        assert transient == Figures(10_200, 10_200, pinned=900, long_tokens=9_000, long_items=2)
        assert [(phase.used, phase.peak) for phase in reader.phases("default").values()] == [
            (11_400, 20_000),
            (None, 20_000),
        ]
    made.close()


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state" / "store.db"
    old_store(path)
    broken = (*MIGRATIONS[:-1], MIGRATIONS[-1] + "; SELECT no_such_function()")
    monkeypatch.setattr("ctxbudget_server.store.file.migration.MIGRATIONS", broken)
    made = BudgetService(Options(workspace=str(tmp_path), store=str(path)), actor="test")
    with pytest.raises(ProtocolError, match="no_such_function"):
        call(made, "budget/status")

    assert rows(made, "PRAGMA user_version") == [(OLD_VERSION,)]
    assert rows(made, "SELECT name FROM pragma_table_info('request_keys')")[-1] == ("result",)
    made.close()
