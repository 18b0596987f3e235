"""What is acknowledged is in the file at the path, whatever is done to that file."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from ctxbudget_server.store.schema import APPLICATION_ID, MIGRATIONS
from tests.faults.fault_stores import (
    PAGE,
    add,
    call,
    called,
    damaged_files,
    fold_log,
    refused,
    root_page,
    server,
    spoil,
    store_of,
)


def texts_found(folder: Path) -> set[str]:
    """What a new process finds of the default session."""
    with server(folder) as client:
        items = client.request("context/list")["items"]
        return {client.request("context/get", {"itemId": item["id"]})["content"] for item in items}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_is_written_after_a_deletion_is_kept(tmp_path: Path, what: str) -> None:
    client = server(tmp_path, exit_code=None)
    add(client, "before")
    if what == "file":
        store_of(tmp_path).unlink()
    else:
        shutil.rmtree(store_of(tmp_path).parent)

    added = {f"after {number}" for number in range(5)}
    for text in added:
        add(client, text)
    client.kill()

    assert texts_found(tmp_path) == added


def test_what_is_written_after_a_move_is_found_by_the_next_process(tmp_path: Path) -> None:
    client = server(tmp_path, exit_code=None)
    add(client, "before")
    state = store_of(tmp_path).parent
    state.rename(tmp_path / "elsewhere")
    called(tmp_path, "context/add", {"items": [{"layer": "transient", "content": "by another process"}]})

    add(client, "after")
    assert client.request("context/list")["total"] == 2
    client.kill()

    assert texts_found(tmp_path) == {"by another process", "after"}


@pytest.mark.parametrize("suffixes", [("-wal",), ("-shm",), ("-wal", "-shm"), (".lock",)])
def test_what_was_written_stays_when_a_companion_is_deleted(tmp_path: Path, suffixes: tuple[str, ...]) -> None:
    client = server(tmp_path, exit_code=None)
    add(client, "before")
    for suffix in suffixes:
        store_of(tmp_path).with_name(f"store.db{suffix}").unlink()

    add(client, "after")
    client.kill()

    assert texts_found(tmp_path) == {"before", "after"}


def test_reads_and_watchers_follow_the_file_at_the_path(tmp_path: Path) -> None:
    with server(tmp_path, ignore=["budget/didChange"]) as client:
        client.request("session/open", {"watch": True})
        add(client, "before")
        client.notification("budget/didChange")
        shutil.rmtree(store_of(tmp_path).parent)
        called(tmp_path, "context/add", {"items": [{"layer": "transient", "tokens": 77}]})

        told = None
        while told is None or told["retained"] != 77:
            told = client.notification("budget/didChange")["status"]
        assert client.request("budget/status")["retained"] == 77


def test_two_processes_that_meet_one_damaged_file_end_in_one_store(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    one, two = server(tmp_path), server(tmp_path)
    with one, two:
        one.request("budget/status")
        two.request("budget/status")
        add(one, "before")
        fold_log(store)
        spoil(store, (root_page(store, "request_keys") - 1) * PAGE, b"\xff" * PAGE)
        spoil(store, (root_page(store, "sums") - 1) * PAGE, b"\xff" * PAGE)

        acknowledged = [add((one, two)[number % 2], f"after {number}") for number in range(8)]

        assert len(damaged_files(store)) == 1
        for client in (one, two):
            listed = {item["id"] for item in client.request("context/list")["items"]}
            assert listed >= set(acknowledged)


def test_an_older_process_does_not_write_after_a_migration(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        add(client, "before")
        with contextlib.closing(sqlite3.connect(store_of(tmp_path))) as newer:
            newer.execute("PRAGMA user_version=9999")
            newer.execute("UPDATE store_facts SET value = '9999' WHERE name = 'version'")
            newer.commit()

        error = client.request_error("context/add", {"items": [{"layer": "transient", "tokens": 1}]})

        assert (error["data"]["name"], error["data"]["found"]) == ("storeTooNew", 9999)


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = store_of(tmp_path)
    store.parent.mkdir()
    with contextlib.closing(sqlite3.connect(store)) as foreign:
        foreign.execute("PRAGMA application_id=7")
        foreign.execute("CREATE TABLE sessions (mine)")
    before = store.read_bytes()

    assert refused(tmp_path, "session/open")["reason"] == "not a store"
    assert store.read_bytes() == before
    assert [each.name for each in store.parent.iterdir()] == ["store.db"]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_store_of_before_the_stamp_is_recognised_and_stamped(tmp_path: Path, version: int) -> None:
    store = store_of(tmp_path)
    store.parent.mkdir()
    with contextlib.closing(sqlite3.connect(store)) as old:
        old.executescript("".join(MIGRATIONS[:version]) + f"PRAGMA user_version={version}")

    with server(tmp_path) as client:
        add(client, "new")
    with contextlib.closing(sqlite3.connect(store)) as stamped:
        assert stamped.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
    assert not damaged_files(store)


def test_what_is_damaged_in_one_item_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    with server(tmp_path) as client:
        bad, good = add(client, "first line\n" * 50), add(client, "second line\n" * 50)
        with contextlib.closing(sqlite3.connect(store_of(tmp_path))) as connection:
            data = bytearray(connection.execute("SELECT data FROM blobs ORDER BY rowid LIMIT 1").fetchone()[0])
            data[len(data) // 2] ^= 1
            connection.execute("UPDATE blobs SET data = ? WHERE rowid = 1", (bytes(data),))
            connection.commit()

        for method, params in (("context/get", {}), ("metadata/extract", {}), ("context/append", {"content": "x"})):
            error = client.request_error(method, {"itemId": bad, **params})["data"]
            assert (error["name"], error["itemId"]) == ("contentDamaged", bad)
        assert client.request("context/get", {"itemId": good})["content"] == "second line\n" * 50
        found = client.request("context/search", {"query": "second"})
        assert (len(found["matches"]) > 0, found["complete"]) == (True, False)
        client.request("context/render", {"maxTokens": 1000})
        plan = client.request("context/prune", {"target": {"layer": "transient"}})["plan"]
        assert {row["id"]: row["reason"] for row in plan}[bad] == "noMetadata"


needs_posix = pytest.mark.skipif(os.name != "posix", reason="owners and modes are those of POSIX")


@needs_posix
def test_the_files_are_this_users_alone_whatever_they_were(tmp_path: Path) -> None:
    old_mask = os.umask(0)
    try:
        with server(tmp_path) as client:
            add(client, "private")
            for each in store_of(tmp_path).parent.iterdir():
                assert each.stat().st_mode & 0o077 == 0, each
        store_of(tmp_path).chmod(0o666)
        called(tmp_path, "budget/status")
    finally:
        os.umask(old_mask)

    assert store_of(tmp_path).stat().st_mode & 0o777 == 0o600
    assert store_of(tmp_path).parent.stat().st_mode & 0o777 == 0o700


@needs_posix
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="giving files away needs root")
@pytest.mark.parametrize("whose", ["file", "folder"])
def test_a_store_of_another_user_is_refused_with_the_cure(tmp_path: Path, whose: str) -> None:
    called(tmp_path, "session/open")
    what = store_of(tmp_path) if whose == "file" else store_of(tmp_path).parent
    os.chown(what, 12345, -1)

    data = refused(tmp_path, "session/open")

    assert (data["name"], data["retryable"]) == ("storeUnsafe", False)
    assert data["remedy"] == f"chown root {what}"
    os.system(data["remedy"])
    called(tmp_path, "session/open")


@needs_posix
def test_a_folder_that_others_may_write_to_is_refused_with_the_cure(tmp_path: Path) -> None:
    called(tmp_path, "session/open")
    folder = store_of(tmp_path).parent
    folder.chmod(0o777)

    data = refused(tmp_path, "session/open")

    assert (data["name"], data["remedy"]) == ("storeUnsafe", f"chmod go-w {folder}")
    folder.chmod(0o1777)  # as /tmp is: nobody may replace what is another's there
    called(tmp_path, "session/open")
    os.system(data["remedy"])
    called(tmp_path, "session/open")


def test_a_readonly_place_is_an_error_that_names_it(tmp_path: Path) -> None:
    store_of(tmp_path).parent.mkdir()
    (store_of(tmp_path)).mkdir()
    (store_of(tmp_path) / "store.db").mkdir()

    done = call(tmp_path, "session/open")

    assert b"storeUnavailable" in done.stderr
    assert b"Traceback" not in done.stderr
