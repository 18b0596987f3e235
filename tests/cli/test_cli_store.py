"""`ctxbudget store` says where the store is and what holds it, and cleans it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from faults.fault_stores import PAGE, fold_log, root_page, spoil, store_of

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options


def run(folder: Path, *arguments: str, retain: str = "") -> subprocess.CompletedProcess[str]:
    """The command in a folder with a store of its own."""
    command = [sys.executable, "-m", "ctxbudget_server", "store", "--workspace", str(folder), *arguments]
    environment = {"CTXBUDGET_STORE": str(folder / "state" / "store.db"), "CTXBUDGET_RETAIN": retain, "PATH": ""}
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def fill(folder: Path) -> None:
    """Two sessions, of which one is closed."""
    options = Options(workspace=str(folder), store=str(folder / "state" / "store.db"))
    services = BudgetService(options, actor="test")
    for name in ("open-one", "closed-one"):
        services.call("session/open", {"sessionId": name}, Cancellation())
        items = [{"layer": "transient", "content": f"{name} says {n}, " * 300} for n in range(3)]
        services.call("context/add", {"sessionId": name, "items": items, "requestKey": "k"}, Cancellation())
    services.call("session/close", {"sessionId": "closed-one"}, Cancellation())
    services.close()


def test_what_holds_the_store_is_shown(tmp_path: Path) -> None:
    fill(tmp_path)
    shown = run(tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert str(tmp_path / "state" / "store.db") in shown.stdout
    for word in ("on disk", "content", "log", "request keys", "open-one", "closed-one"):
        assert word in shown.stdout

    found = json.loads(run(tmp_path, "--json").stdout)
    assert found["exists"] is True
    assert found["files"]["store"] > 0
    assert found["blobs"]["count"] == 9  # three of them metadata, made at the close
    assert found["contentBytes"] == sum(session["contentBytes"] for session in found["sessions"])
    assert {session["id"]: session["items"] for session in found["sessions"]} == {"open-one": 3, "closed-one": 6}
    assert (found["requestKeys"]["count"], found["expiredKeys"], found["cleaned"]) == (2, 0, None)


@pytest.mark.parametrize("option", [(), ("--clean",)])
def test_a_damaged_store_is_repaired_and_shown(tmp_path: Path, option: tuple[str, ...]) -> None:
    fill(tmp_path)
    store = store_of(tmp_path)
    fold_log(store)
    spoil(store, (root_page(store, "sessions") - 1) * PAGE, bytes(PAGE))

    shown = run(tmp_path, *option)

    assert shown.returncode == 0
    assert "open-one" in shown.stdout and "set aside" in shown.stdout
    assert "was damaged" in shown.stderr and "nothing was changed" not in shown.stderr


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    shown = run(tmp_path, "--clean")
    assert shown.returncode == 0
    assert "There is no store yet" in shown.stdout
    assert not (tmp_path / "state").exists()
    assert json.loads(run(tmp_path, "--json").stdout)["exists"] is False


def test_cleaning_applies_retention_and_gives_space_back(tmp_path: Path) -> None:
    fill(tmp_path)
    done = json.loads(run(tmp_path, "--json", "--clean", "--retain", "sessions=0").stdout)
    assert (done["cleaned"]["sessions"], done["cleaned"]["items"]) == (1, 6)  # the open one changed a moment ago
    assert done["cleaned"]["complete"] is True
    assert done["cleaned"]["afterBytes"] <= done["cleaned"]["beforeBytes"]
    assert done["blobs"]["count"] == 3

    again = json.loads(run(tmp_path, "--json", "--rewrite", retain="sessions=0").stdout)
    assert again["cleaned"]["sessions"] == 0
    assert again["freeBytes"] == 0


def test_a_faulty_setting_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    fill(tmp_path)
    option = run(tmp_path, "--clean", "--retain", "age=ninety")
    assert option.returncode == 2
    assert "expected age=90d" in option.stderr
    variable = run(tmp_path, "--clean", retain="age=ninety")
    assert variable.returncode == 1
    assert "expected age=90d" in variable.stderr


def test_set_aside_copies_are_named(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "state" / "store.db.damaged-12").write_bytes(b"x" * 2_000)
    assert "store.db.damaged-12" in run(tmp_path).stdout
