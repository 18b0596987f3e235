"""What was acknowledged stays, whatever happens to the process, the file or the disk."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.client import Client
from support.documents import REPORT
from support.session import serve_command

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.doctor.treatment import repair
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.schema import VERSION


def services(folder: Path) -> BudgetService:
    """The services in this process, on the folder's store."""
    return BudgetService(Options(workspace=str(folder), store=str(folder / "state" / "store.db")), actor="test")


def call(backend: BudgetService, method: str, **params: object) -> dict:
    """One request."""
    return backend.call(method, params, Cancellation())


def test_acknowledged_writes_survive_kill_9(tmp_path: Path) -> None:
    client = Client(serve_command(tmp_path), cwd=tmp_path, exit_code=None)
    acknowledged = [
        client.request("context/add", {"items": [{"layer": "transient", "content": f"{REPORT}{n}"}]})["items"][0]["id"]
        for n in range(20)
    ]
    client.kill()

    with Client(serve_command(tmp_path), cwd=tmp_path) as again:
        for n, item in enumerate(acknowledged):
            assert again.request("context/get", {"itemId": item})["content"] == f"{REPORT}{n}"


def test_a_kill_in_the_middle_leaves_whole_transactions(tmp_path: Path) -> None:
    client = Client(serve_command(tmp_path), cwd=tmp_path, exit_code=None)
    client.request("session/open")
    for _ in range(200):
        client.send_request(
            "context/add", {"items": [{"layer": "transient", "tokens": 3}, {"layer": "phase", "tokens": 4}]}
        )
    client.kill()

    status = call(services(tmp_path), "budget/status")
    listed = call(services(tmp_path), "context/list")
    assert status["retained"] == listed["tokens"] == 7 * (listed["total"] // 2)
    assert status["revision"] == 1 + listed["total"] // 2


def test_many_processes_write_one_session(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from ctxbudget_server.service.service import BudgetService, Options\n"
        "from ctxbudget_server.account.cancellation import Cancellation\n"
        "s = BudgetService(Options(workspace=sys.argv[1], store=sys.argv[2], durability='fast'), actor='t')\n"
        "for _ in range(25): s.call('context/add', {'items': [{'layer': 'transient', 'tokens': 2}]}, Cancellation())\n"
    )
    arguments = [sys.executable, "-c", script, str(tmp_path), str(tmp_path / "state" / "store.db")]
    running = [subprocess.Popen(arguments) for _ in range(4)]
    assert [process.wait() for process in running] == [0, 0, 0, 0]

    status = call(services(tmp_path), "budget/status")
    assert (status["retained"], status["revision"]) == (200, 100)


def test_threads_of_one_process_write_one_session(tmp_path: Path) -> None:
    backend = services(tmp_path)
    call(backend, "session/open")
    threads = [
        threading.Thread(
            target=lambda: [call(backend, "context/add", items=[{"layer": "phase", "tokens": 1}]) for _ in range(10)]
        )
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert call(backend, "budget/status")["retained"] == 80


@pytest.mark.parametrize("damage", ["garbage", "header"])
def test_a_damaged_file_is_set_aside_not_overwritten(tmp_path: Path, damage: str) -> None:
    store = tmp_path / "state" / "store.db"
    store.parent.mkdir()
    data = b"this is not a database, but somebody's work" * 200
    if damage == "header":
        call(services(tmp_path), "context/add", items=[{"layer": "transient", "content": REPORT}])
        with contextlib.closing(sqlite3.connect(store)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        data = b"SQLite format 9\0" + store.read_bytes()[16:]
    store.write_bytes(data)

    retained = call(services(tmp_path), "budget/status")["retained"]
    assert (retained > 0) == (damage == "header"), "what can be read is in the new store"

    kept = [
        path for path in store.parent.iterdir() if ".damaged-" in path.name and not path.name.endswith(("-wal", "-shm"))
    ]
    assert [path.read_bytes() for path in kept] == [data]


def another_programs_database(path: Path, *, damaged: bool) -> None:
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photos (name TEXT)")
        connection.executemany("INSERT INTO photos VALUES (?)", [(f"{n:0500}",) for n in range(100)])
        connection.commit()
    if damaged:
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(4096))


@pytest.mark.parametrize("name", ["notes.md", "notes.db", "photos.db", "damaged.db"])
@pytest.mark.parametrize("way", ["open", "read", "repair"])
def test_a_file_that_was_never_a_store_is_left_alone(name: str, way: str, tmp_path: Path) -> None:
    file = tmp_path / name
    if name.startswith("notes"):
        file.write_text("my notes\n" * 1_000)
    else:
        another_programs_database(file, damaged=name == "damaged.db")
    file.chmod(0o640)
    before = file.read_bytes()

    with pytest.raises(ProtocolError) as caught:
        if way == "repair":
            repair(file)
        else:
            backend = BudgetService(Options(workspace=str(tmp_path), store=str(file)), actor="test")
            call(backend, "session/open" if way == "open" else "session/list")

    assert (caught.value.name, caught.value.data()["reason"]) == ("storeUnavailable", "not a store")
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    if way == "repair":
        assert file.stat().st_mode & 0o777 == 0o640


def test_damage_found_later_is_set_aside_within_the_request(tmp_path: Path) -> None:
    store = tmp_path / "state" / "store.db"
    call(services(tmp_path), "context/add", items=[{"layer": "transient", "content": REPORT * 20}])
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sums'").fetchone()
    with store.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)
    backend = services(tmp_path)

    call(backend, "budget/status")

    assert any(".damaged-" in path.name for path in store.parent.iterdir())


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    store = tmp_path / "state" / "store.db"
    call(services(tmp_path), "session/open")
    with contextlib.closing(sqlite3.connect(store)) as connection:
        connection.execute(f"PRAGMA user_version={VERSION + 1}")
        connection.execute("UPDATE store_facts SET value = ? WHERE name = 'version'", (str(VERSION + 1),))
        connection.commit()

    with pytest.raises(ProtocolError) as caught:
        call(services(tmp_path), "budget/status")

    data = caught.value.data()
    assert (data["name"], data["found"], data["supported"]) == ("storeTooNew", VERSION + 1, VERSION)


def test_a_full_disk_changes_nothing_and_the_server_serves_on(tmp_path: Path) -> None:
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))\n"
        "from ctxbudget_server.cli import main\n"
        "sys.exit(main())\n"
    )
    command = [sys.executable, "-c", script, *serve_command(tmp_path)[3:]]
    with Client(command, cwd=tmp_path) as client:
        client.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})
        before = client.request("budget/status")
        blob = random_text(8_000_000)
        error = client.request_error("context/add", {"items": [{"layer": "transient", "content": blob}]}, timeout=120)

        assert error["data"]["name"] in ("storeFull", "storeUnavailable")
        assert error["data"]["retryable"] is True
        assert client.request("budget/status") == before
        client.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})


def random_text(size: int) -> str:
    """Text that does not compress."""
    import random

    letters = random.Random(1)
    return "".join(letters.choices("abcdefghijklmnopqrstuvwxyz0123456789 \n", k=size))


def test_an_unwritable_place_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")

    with pytest.raises(ProtocolError) as caught:
        call(services(tmp_path), "budget/status")

    assert caught.value.name == "storeUnavailable"
    assert caught.value.data()["path"].endswith("store.db")


def test_deleting_a_session_forgets_its_originals(tmp_path: Path) -> None:
    backend = services(tmp_path)
    shared = {"layer": "transient", "content": REPORT}
    for name in ("one", "two"):
        call(backend, "session/open", sessionId=name)
        call(backend, "context/add", sessionId=name, items=[shared, {"layer": "transient", "content": f"only {name}"}])

    call(backend, "session/delete", sessionId="one")

    with contextlib.closing(sqlite3.connect(tmp_path / "state" / "store.db")) as connection:
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (2,)
    items = call(backend, "context/list", sessionId="two")["items"]
    assert call(backend, "context/get", sessionId="two", itemId=items[0]["id"])["content"] == REPORT


def test_the_store_is_private(tmp_path: Path) -> None:
    call(services(tmp_path), "session/open")

    assert (tmp_path / "state").stat().st_mode & 0o077 == 0


def test_reads_leave_no_trace(tmp_path: Path) -> None:
    backend = services(tmp_path)
    call(backend, "budget/status")
    call(backend, "context/list")

    assert call(backend, "session/list")["sessions"] == []
    assert json.dumps(call(backend, "budget/status"))
