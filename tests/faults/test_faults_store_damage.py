"""A damaged file: what can be read is kept, what is lost is named, and everybody is told until somebody has seen it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.retention import parsed, retain
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.encoding.packing import pack, unpack
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
DERIVED = ("sessions", "phases", "waves", "layers", "leases", "sums")
"""Tables whose rows follow from the log and the items."""


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


def run_workflow(folder: Path) -> None:
    """A session with all that a session can have, which is critical only because it was above the threshold before;
    and a closed one.
    """
    with contextlib.closing(Served(folder)) as ask:
        ask("session/open", sessionId="run", config={"contextWindow": 25_000, "model": "claude-sonnet-4"})
        phases = [{"phase": n, "name": f"part {n}", "complexity": 2, "agents": 2} for n in (1, 2)]
        ask("budget/allocate", sessionId="run", strategy="dynamic", phases=phases)
        ask("workflow/startPhase", sessionId="run", phase=1, name="research")
        for wave in (1, 2):
            ask("workflow/startWave", sessionId="run", phase=1, wave=wave)
        leases = [
            ask("budget/reserve", sessionId="run", holder=f"agent for {n}", tokens=100 + n, ttlMs=900_000 + n)[
                "leaseId"
            ]
            for n in range(4)
        ]
        ask("budget/settle", sessionId="run", leaseId=leases[0], used=120)
        ask("budget/release", sessionId="run", leaseId=leases[1])
        ask("budget/renew", sessionId="run", leaseId=leases[2], ttlMs=1_800_000)
        for tokens, wave in ((300, 1), (6_900, 2)):
            item = {"layer": "transient", "tokens": tokens, "phase": 1, "wave": wave}
            added = ask("context/add", sessionId="run", items=[item])["items"][0]["id"]
            if tokens == 300:
                small = added
        ask("workflow/completeWave", sessionId="run", phase=1, wave=1)
        ask("context/prune", sessionId="run", target={"items": [small]})
        assert ask("budget/status", sessionId="run")["level"] == "critical"
        ask("session/open", sessionId="ended")
        ask("context/add", sessionId="ended", items=[{"layer": "permanent", "tokens": 900}])
        ask("session/close", sessionId="ended")
        ask("session/open", sessionId="waves", config={"policy": "aggressive"})
        ask("workflow/startPhase", sessionId="waves", phase=1)
        for reopen in (False, True):
            ask("workflow/startWave", sessionId="waves", phase=1, wave=1, reopen=reopen)
            ask("context/add", sessionId="waves", items=[{"layer": "phase", "tokens": 90, "phase": 1, "wave": 1}])
            ask("workflow/completeWave", sessionId="waves", phase=1, wave=1)
        ask("workflow/completePhase", sessionId="waves", phase=1)


def rows_of(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table, without sums of nothing and without counters, which only have to be higher than before."""
    with contextlib.closing(sqlite3.connect(store_of(folder))) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table}")]
    for row in rows:
        row.pop("next_seq", None)
        row.pop("next_order", None)
    return sorted((row for row in rows if table != "sums" or row["retained"] or row["processed"]), key=str)


def salvaged(folder: Path, *tables: str) -> dict[str, Any]:
    """The notice after the pages of these tables were overwritten with zeros and the store was repaired."""
    fold_log(store_of(folder))
    for page in [root_page(store_of(folder), table) for table in tables]:
        spoil(store_of(folder), (page - 1) * PAGE, bytes(PAGE))
    with contextlib.closing(Served(folder)) as ask:
        assert ask._backend.store.repair() == []
    (notice,) = [notice for notice in told(folder) if notice["kind"] == "salvaged"]
    return notice


def forget_new_details(folder: Path) -> None:
    """Make the log one of an earlier version, which told less of allocations, phases and leases, and had no hashes."""
    with contextlib.closing(sqlite3.connect(store_of(folder))) as connection:
        connection.execute("DELETE FROM logged_figures")
        for session_id, revision, body in connection.execute(
            "SELECT session_id, revision, body FROM events"
        ).fetchall():
            event = unpack(body)
            for name in ("name", "phases", "buffer", "phase", "expiresAt"):
                event["detail"].pop(name, None)
            connection.execute(
                "UPDATE events SET body = ? WHERE session_id = ? AND revision = ?", (pack(event), session_id, revision)
            )
        connection.commit()


@pytest.mark.parametrize("table", DERIVED)
def test_what_follows_from_the_log_is_as_it_was(tmp_path: Path, table: str) -> None:
    run_workflow(tmp_path)
    before = {each: rows_of(tmp_path, each) for each in DERIVED}
    assert before[table]

    notice = salvaged(tmp_path, table)

    assert {each: rows_of(tmp_path, each) for each in DERIVED} == before
    if table == "sessions":
        assert [row["madeAgain"] for row in notice["detail"]["sessions"]] == [True] * 3
    else:
        assert notice["detail"]["sessions"] == []
        assert notice["message"].endswith("nothing is known to be lost")
    with contextlib.closing(Served(tmp_path)) as ask:
        new = ask("context/add", sessionId="run", items=[{"layer": "permanent", "tokens": 1}])["items"][0]["id"]
    (nonce,) = {row["nonce"] for row in before["sessions"] if row["id"] == "run"}
    assert new.startswith(f"i{nonce}")


def test_plans_that_were_applied_and_taken_back_follow_from_the_log(tmp_path: Path) -> None:
    plan = "## Phase 1: Dig\n- [ ] a\n## Phase 2: Sow\n- [ ] b\n"
    with contextlib.closing(Served(tmp_path)) as ask:
        ask("session/open", sessionId="run")
        ask("budget/allocate", sessionId="run", strategy="fixed", scope="research-only")
        undo = ask("workflow/plan", sessionId="run", content=plan, firstPhase=20, apply=True)["undo"]
        ask("context/undo", sessionId="run", undo=undo)
        ask("workflow/plan", sessionId="run", content=plan, firstPhase=30, apply=True)
    before = {table: rows_of(tmp_path, table) for table in ("phases", "sessions")}

    notice = salvaged(tmp_path, "phases")

    assert [row["number"] for row in before["phases"]] == [0, 1, 30, 31]
    assert {table: rows_of(tmp_path, table) for table in before} == before
    assert notice["detail"]["sessions"] == []


def test_a_session_that_is_made_again_is_as_old_as_it_was(tmp_path: Path) -> None:
    """What retention did to it does not count as work on it."""
    with contextlib.closing(Served(tmp_path)) as ask:
        ask("context/add", items=[{"layer": "transient", "content": "dropped later"}])
        later = datetime.now(UTC) + timedelta(days=9)
        assert retain(ask._backend.store, parsed("age=1d"), later, "test").items == 1
    before = rows_of(tmp_path, "sessions")

    salvaged(tmp_path, "sessions")

    assert rows_of(tmp_path, "sessions") == before


def test_what_an_earlier_version_did_not_log_is_named(tmp_path: Path) -> None:
    run_workflow(tmp_path)
    forget_new_details(tmp_path)
    before = {lease["id"]: lease for lease in rows_of(tmp_path, "leases")}
    active = sorted(lease["id"] for lease in before.values() if lease["state"] == "active")

    notice = salvaged(tmp_path, "phases", "leases", "sessions")

    (run,) = [row for row in notice["detail"]["sessions"] if row["sessionId"] == "run"]
    assert (run["phaseNames"], sorted(run["leaseExpiry"]), run["allocation"]) == ([1], active, True)
    for words in ("the names of 1 phases", "the expiry of 2 leases", "its allocation"):
        assert words in notice["message"]
    after = {lease["id"]: lease for lease in rows_of(tmp_path, "leases")}
    for lease_id, lease in after.items():
        same = ("holder", "tokens", "state", "used", "reserved_at")
        assert [lease[name] for name in same] == [before[lease_id][name] for name in same]
    with contextlib.closing(Served(tmp_path)) as ask:
        assert ask("budget/status", sessionId="run")["leased"] == 0
        ask("budget/renew", sessionId="run", leaseId=active[0], ttlMs=1_000)


def test_what_only_a_lost_log_told_is_named(tmp_path: Path) -> None:
    run_workflow(tmp_path)

    notice = salvaged(tmp_path, "sessions", "events", "leases")

    for row in notice["detail"]["sessions"]:
        assert (row["uncertain"], row["settings"]) == (["session", "leases"], "back to the defaults")
    assert all(row["updated_at"] >= row["created_at"] > "2000" for row in rows_of(tmp_path, "sessions"))
    assert "session run was made again" in notice["message"]
    assert "lacks what only lost events said about its state, level and peak, its leases" in notice["message"]


def test_lost_undos_are_named_where_something_could_be_undone(tmp_path: Path) -> None:
    run_workflow(tmp_path)
    lost: dict[str, list[int]] = {}
    for row in rows_of(tmp_path, "undos"):
        lost.setdefault(row["session_id"], []).append(row["revision"])
    assert len(lost) == 2

    notice = salvaged(tmp_path, "undos")

    assert {row["sessionId"]: row["undos"] for row in notice["detail"]["sessions"]} == {
        session: sorted(revisions) for session, revisions in lost.items()
    }
    assert f"session run lost the undos of {len(lost['run'])} revisions" in notice["message"]


def test_sessions_whose_counts_were_calibrated_are_named(tmp_path: Path) -> None:
    run_workflow(tmp_path)
    with contextlib.closing(Served(tmp_path)) as ask:
        for _ in range(5):
            ask("usage/record", model="claude-sonnet-4", counted=1_000, reported=1_100)
        ask("context/add", sessionId="run", items=[{"layer": "permanent", "content": "calibrated"}])

    notice = salvaged(tmp_path, "calibrations")

    assert notice["detail"]["sessions"] == [{"sessionId": "run", "calibration": True}]
    assert "session run lost the calibration of its counts" in notice["message"]


@pytest.mark.parametrize("table", ["leases", "waves", "undos"])
def test_a_table_without_rows_is_no_loss(tmp_path: Path, table: str) -> None:
    fill(tmp_path)
    notice = salvaged(tmp_path, table)
    assert notice["detail"]["sessions"] == []
    assert notice["message"].endswith("nothing is known to be lost")


def test_lost_request_keys_are_spoken_of(tmp_path: Path) -> None:
    fill(tmp_path)
    assert "a request repeated with one is carried out again" in salvaged(tmp_path, "request_keys")["message"]


def test_lost_decisions_of_fits_are_spoken_of(tmp_path: Path) -> None:
    fill(tmp_path)
    assert "their conversations are cut afresh" in salvaged(tmp_path, "fits")["message"]


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
