"""A damaged file: what can be read is kept, what is lost is named, and everybody is told until somebody has seen it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from tests.faults.fault_stores import (
    PAGE,
    add,
    called,
    damaged_files,
    flip,
    fold_log,
    root_page,
    server,
    spoil,
    store_of,
)

SESSIONS = ("a", "b", "c")
ITEMS = 12


class Served:
    """The services in this process on the folder's store, as one process would have them."""

    def __init__(self, folder: Path) -> None:
        self._backend = BudgetService(Options(workspace=str(folder), store=str(store_of(folder))), actor="test")

    def __call__(self, method: str, **params: Any) -> dict[str, Any]:
        return self._backend.call(method, params, Cancellation())

    def close(self) -> None:
        self._backend.close()


def fill(folder: Path) -> dict[str, dict[str, Any]]:
    """Three sessions with items; their status."""
    with contextlib.closing(Served(folder)) as ask:
        for session in SESSIONS:
            ask("session/open", sessionId=session)
            for number in range(ITEMS):
                content = f"{session} {number} " * 60
                ask("context/add", sessionId=session, items=[{"layer": "transient", "content": content}])
        return {session: ask("budget/status", sessionId=session) for session in SESSIONS}


def told(folder: Path) -> list[dict[str, Any]]:
    """The losses that a new process tells."""
    with contextlib.closing(Served(folder)) as ask:
        notices: list[dict[str, Any]] = ask("session/list")["notices"]
        return notices


def is_consistent(folder: Path) -> None:
    """All accounts are the sums of their items, and all that is stored can be worked with."""
    with contextlib.closing(Served(folder)) as ask:
        for session in ask("session/list")["sessions"]:
            session_id = session["sessionId"]
            status = ask("budget/status", sessionId=session_id)
            listed = ask("context/list", sessionId=session_id, limit=1000)
            assert status["retained"] == listed["tokens"] == status["processed"] - status["saved"]
            ask("context/add", sessionId=session_id, items=[{"layer": "phase", "tokens": 1}])
    assert not list(folder.glob("state/*.copy-*")) and not list(folder.glob("state/*.making-*"))


@pytest.mark.parametrize("table", ["sessions", "items", "events", "sums", "blobs", "items_by_seq", "phases"])
def test_a_bad_page_costs_no_more_than_what_was_on_it(tmp_path: Path, table: str) -> None:
    before = fill(tmp_path)
    fold_log(store_of(tmp_path))
    spoil(store_of(tmp_path), (root_page(store_of(tmp_path), table) - 1) * PAGE, b"\xff" * PAGE)
    with contextlib.closing(Served(tmp_path)) as ask:
        for session in SESSIONS:
            listed = ask("context/list", sessionId=session, limit=100)
            assert (listed["total"], listed["tokens"]) == (ITEMS, before[session]["retained"])
            ask("context/add", sessionId=session, items=[{"layer": "phase", "tokens": 1}])
            ask("budget/report", sessionId=session)
            for item in listed["items"]:
                with contextlib.suppress(ProtocolError):
                    ask("context/get", sessionId=session, itemId=item["id"])

    (notice,) = told(tmp_path)
    assert notice["kind"] == "salvaged"
    assert (store_of(tmp_path).parent / notice["detail"]["kept"]).exists()
    lost = {row["sessionId"] for row in notice["detail"]["sessions"]}
    if table in ("events", "blobs"):
        assert lost == set(SESSIONS)
        assert all(f"session {session} lost" in notice["message"] for session in SESSIONS)
    is_consistent(tmp_path)


def test_a_page_of_the_schema_is_the_worst_and_each_session_is_named(tmp_path: Path) -> None:
    fill(tmp_path)
    fold_log(store_of(tmp_path))
    spoil(store_of(tmp_path), 100, b"\xff" * (PAGE - 100))

    notices = told(tmp_path) and told(tmp_path)

    assert {notice["kind"] for notice in notices} == {"salvaged", "wentBack"}
    named = {row["sessionId"]: row for notice in notices for row in notice["detail"]["sessions"]}
    assert {session: named[session]["before"] for session in SESSIONS} == dict.fromkeys(SESSIONS, ITEMS + 1)
    is_consistent(tmp_path)


@pytest.mark.parametrize("byte", range(100))
def test_no_changed_byte_of_the_header_is_the_end(tmp_path: Path, byte: int) -> None:
    store = store_of(tmp_path)
    with contextlib.closing(Served(tmp_path)) as ask:
        ask("context/add", items=[{"layer": "transient", "content": "kept"}])
    fold_log(store)
    flip(store, byte)

    with contextlib.closing(Served(tmp_path)) as ask:
        ask("context/add", items=[{"layer": "transient", "content": "more"}])
        items = ask("context/list")["items"]
        assert [ask("context/get", itemId=item["id"])["content"] for item in items] == ["kept", "more"]


@pytest.mark.parametrize("left", [0, 1, 0.5])
def test_a_file_that_was_cut_short_is_not_taken_for_a_new_one(tmp_path: Path, left: float) -> None:
    fill(tmp_path)
    store = store_of(tmp_path)
    fold_log(store)
    os.truncate(store, int(left if left in (0, 1) else store.stat().st_size * left))

    notices = told(tmp_path) and told(tmp_path)

    assert notices, "it is told"
    named = {row["sessionId"] for notice in notices for row in notice["detail"]["sessions"]}
    if left in (0, 1):
        assert named == set(SESSIONS)
    is_consistent(tmp_path)


@pytest.mark.parametrize("left", [0, 1])
def test_the_log_of_a_file_that_was_cut_short_is_kept(tmp_path: Path, left: int) -> None:
    client = server(tmp_path, exit_code=None)
    add(client, "in the log")
    client.kill()
    log = store_of(tmp_path).with_name("store.db-wal").read_bytes()
    os.truncate(store_of(tmp_path), left)

    notices = told(tmp_path) and told(tmp_path)

    assert [notice["kind"] for notice in notices] == ["salvaged", "wentBack"]
    assert notices[1]["detail"]["sessions"] == [{"sessionId": "default", "before": 1, "after": None}]
    assert log in [each.read_bytes() for each in store_of(tmp_path).parent.glob("*.damaged-*-wal")]


def test_a_flipped_bit_anywhere_is_noticed_or_changes_nothing(tmp_path: Path, long_run: bool) -> None:
    """In the database and in the log: an item is whole, or is named, or its session is said to have gone back."""
    origin = tmp_path / "origin"
    origin.mkdir()
    client = server(origin, exit_code=None)
    for number in range(6):
        add(client, f"{number} " * 200)
    before = client.request("budget/status")
    client.kill()
    chance = random.Random(11)
    for name in ("store.db", "store.db-wal"):
        size = (origin / "state" / name).stat().st_size
        for region in range(0, size, max(1, size // (400 if long_run else 12))):
            folder = tmp_path / f"{name}-{region}"
            shutil.copytree(origin, folder, ignore=shutil.ignore_patterns("*.sidecar"))
            flip(folder / "state" / name, min(size - 1, region + chance.randrange(200)))
            with contextlib.closing(Served(folder)) as ask:
                ask("budget/status")
                status = ask("budget/status")
                if status["revision"] < before["revision"] or status["retained"] != before["retained"]:
                    assert status["notices"], f"{name} at {region}: it went back and nobody says so"
            shutil.rmtree(folder)


def test_losses_are_told_until_somebody_acknowledges_them(tmp_path: Path) -> None:
    fill(tmp_path)
    fold_log(store_of(tmp_path))
    os.truncate(store_of(tmp_path), 0)

    with server(tmp_path) as client:
        client.request("session/list")
        for method in ("session/list", "budget/status", "session/open", "budget/report"):
            assert client.request(method)["notices"], method
        losses = client.request("store/losses")["losses"]
        assert called(tmp_path, "budget/status")["notices"] == losses
        assert client.request("store/acknowledge", {"ids": [losses[0]["id"]]}) == {"acknowledged": 1}
        assert client.request("budget/status")["notices"] == []
        assert client.request("store/acknowledge") == {"acknowledged": 0}


def test_a_copy_that_is_put_back_is_noticed(tmp_path: Path) -> None:
    with contextlib.closing(Served(tmp_path)) as ask:
        ask("context/add", items=[{"layer": "transient", "tokens": 1}])
    fold_log(store_of(tmp_path))
    shutil.copy(store_of(tmp_path), tmp_path / "copy.db")
    with contextlib.closing(Served(tmp_path)) as ask:
        for _ in range(3):
            ask("context/add", items=[{"layer": "transient", "tokens": 1}])
    fold_log(store_of(tmp_path))
    (tmp_path / "copy.db").replace(store_of(tmp_path))

    with contextlib.closing(Served(tmp_path)) as ask:
        assert ask("budget/status")["notices"][0]["detail"]["sessions"] == [
            {"sessionId": "default", "before": 4, "after": 1}
        ]


def test_a_process_that_died_while_it_salvaged_is_finished(tmp_path: Path) -> None:
    fill(tmp_path)
    store = store_of(tmp_path)
    fold_log(store)
    store.rename(store.with_name("store.db.salvaged-77"))
    store.with_name("store.db.copy-77").write_bytes(b"left over")

    assert told(tmp_path) == []
    is_consistent(tmp_path)
    assert not damaged_files(store)


def test_check_and_repair_find_and_mend_accounts(tmp_path: Path) -> None:
    fill(tmp_path)
    with contextlib.closing(sqlite3.connect(store_of(tmp_path))) as connection:
        connection.execute("UPDATE sessions SET retained = 1 WHERE id = 'b'")
        connection.commit()
    with contextlib.closing(Served(tmp_path)) as ask:
        store = ask._backend.store
        assert [finding.kind for finding in store.check()] == ["account"]
        assert store.repair() == []
    is_consistent(tmp_path)
