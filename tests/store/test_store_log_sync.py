"""Acknowledged writes are on the disk, and nobody waits for the write lock while another writer waits for the disk."""

from __future__ import annotations

import errno
import subprocess
import threading
from pathlib import Path

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.file.log_sync import LogSync

ITEM = {"layer": "transient", "tokens": 3}


def service(folder: Path, **options: str) -> BudgetService:
    """The service in this process, on the folder's store."""
    return BudgetService(Options(workspace=str(folder), store=str(folder / "store.db"), **options), actor="test")  # type: ignore[arg-type]


def add(backend: BudgetService) -> dict:
    """Add an item of three tokens to the default session."""
    return backend.call("context/add", {"items": [ITEM]}, Cancellation())


def retained(backend: BudgetService) -> int:
    """Tokens in the default session."""
    tokens: int = backend.call("budget/status", {}, Cancellation())["retained"]
    return tokens


def test_what_is_acknowledged_was_in_the_files_when_they_were_synced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut right after the answer leaves what was in the files at the last sync."""
    live, after_power_cut = tmp_path / "live", tmp_path / "after"
    live.mkdir()
    wait = LogSync.wait

    def wait_and_copy(log: LogSync) -> None:
        wait(log)
        # Another process copies: closing the database's file here would release SQLite's locks on it.
        subprocess.run(["rm", "-rf", str(after_power_cut)], check=True)
        subprocess.run(["cp", "-r", str(live), str(after_power_cut)], check=True)
        (after_power_cut / "store.db-shm").unlink()

    monkeypatch.setattr(LogSync, "wait", wait_and_copy)
    backend = service(live)
    for number in range(1, 4):
        add(backend)
        copy = service(after_power_cut)
        assert retained(copy) == 3 * number
        copy.close()
    backend.close()


def test_others_write_while_one_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = service(tmp_path)
    add(backend)
    waiting, go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=lambda: add(backend))
    wait = LogSync.wait

    def wait_long(log: LogSync) -> None:
        if threading.current_thread() is slow:
            waiting.set()
            assert go_on.wait(60)
        wait(log)

    monkeypatch.setattr(LogSync, "wait", wait_long)
    slow.start()
    assert waiting.wait(60)

    assert add(backend)["items"]  # the lock is free
    assert slow.is_alive()  # and the slow one is not acknowledged

    go_on.set()
    slow.join(60)
    assert retained(backend) == 9
    backend.close()


def test_a_disk_that_does_not_confirm_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = service(tmp_path)
    add(backend)

    def fail(log: LogSync) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(LogSync, "wait", fail)
        with pytest.raises(ProtocolError, match="did not confirm") as caught:
            add(backend)
    assert caught.value.name == "storeUnavailable"

    add(backend)
    assert retained(backend) == 9  # as the message says, the request may have been carried out
    backend.close()


def test_without_full_durability_nobody_waits_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LogSync, "wait", lambda log: pytest.fail("it was synced"))
    backend = service(tmp_path, durability="fast")
    add(backend)
    backend.close()


def test_a_log_that_cannot_be_opened_is_left_to_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(log: LogSync, path: Path) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(LogSync, "__init__", refuse)
    monkeypatch.setattr(LogSync, "wait", lambda log: pytest.fail("there is no log"))
    backend = service(tmp_path)
    add(backend)
    assert retained(backend) == 3
    backend.close()
