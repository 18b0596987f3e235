"""`ctxbudget config` and `ctxbudget init`."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from ctxbudget_server.cli.init import Answers, file_text
from ctxbudget_server.settings.reader import parsed
from settings.conftest import Place


def test_the_table_names_value_and_origin(place: Place) -> None:
    place.project('contextWindow = 100000\n\npolicy = "moderate"\ninlayHints = false\n')
    done = place.run("config")
    rows = [line.split() for line in done.stdout.decode().splitlines()]
    assert (done.returncode, done.stderr) == (0, b"")
    assert ["contextWindow", "100,000", "project", "ctxbudget.toml:1"] in rows
    assert ["policy", "moderate", "project", "ctxbudget.toml:3"] in rows
    assert ["inlayHints", "false", "project", "ctxbudget.toml:4"] in rows
    assert ["targetShare", "0.3", "default"] in rows
    assert any(row[:1] == [str(place.user_file)] for row in rows)


def test_an_assumed_window_says_so(place: Place) -> None:
    place.project('model = "claude-opus-4-5"\n')
    assert b"200,000" in (table := place.run("config").stdout) and b"assumed for claude" in table


def test_config_shows_the_session_that_the_environment_names(place: Place) -> None:
    place.call("session/open", sessionId="mine", config={"contextWindow": 50_000})
    done = place.run("config", env={"CTXBUDGET_SESSION": "mine"})
    assert b"session mine" in done.stdout and b"50,000" in done.stdout
    done = place.run("config", env={"CTXBUDGET_SESSION": "later"})
    assert done.returncode == 1 and b"'later'; CTXBUDGET_SESSION names it" in done.stderr
    assert place.run("config", "--session", "mine", env={"CTXBUDGET_SESSION": "later"}).returncode == 0


def test_config_says_what_is_made_of_each_file(place: Place) -> None:
    def states() -> list[str]:
        lines = place.run("config").stdout.decode().splitlines()
        start = next(number for number, each in enumerate(lines) if each.startswith("FILE"))
        return [each.split("  ")[-1].strip() for each in lines[start + 1 : start + 4]]

    assert states() == ["not there", "not there", "not there"]
    place.project("[tool.ctxbudget]\npolicy = 'minimal'\n", "pyproject.toml")
    assert states() == ["not there", "not there", "used"]
    path = place.project("contextWindow = 50000\n")
    assert states() == ["not there", "used", "not read: ctxbudget.toml counts instead"]
    path.write_text("contextWindow = \n", "utf-8")
    assert states() == ["not there", "nothing of it is used", "not read: ctxbudget.toml counts instead"]
    path.write_text("# nothing yet\n", "utf-8")
    assert states() == ["not there", "sets nothing", "used"]
    long = place.folder.parent / ("folder-" * 12)
    place.user(f'store = "{long}/store.db"\n')
    assert f"{long}/store.db" in place.run("config").stdout.decode()


@pytest.mark.parametrize("of_user", [False, True])
def test_a_link_that_leads_nowhere_is_named(place: Place, of_user: bool) -> None:
    path = place.user("") if of_user else place.project("")
    path.unlink()
    path.symlink_to(place.folder / "none.toml")
    code, _, told = place.config()
    assert code == 1 and "is a link that leads nowhere" in told[0]


def test_init_writes_a_file_that_is_valid(place: Place) -> None:
    done = place.run("init", "--yes", "--window", "200k", "--share", "40%", "--policy", "minimal")
    assert done.returncode == 0, done.stderr
    path = place.folder / "ctxbudget.toml"
    assert dict(parsed(str(path), path.read_text()).values) == {
        "contextWindow": 200_000, "targetShare": 0.4, "policy": "minimal"
    }  # fmt: skip
    assert place.config()[0] == 0
    assert sorted(each.name for each in place.folder.iterdir()) == [".git", "ctxbudget.toml"]


def test_what_init_leaves_as_comments_is_valid_too() -> None:
    text = file_text(Answers())
    assert not parsed("a.toml", text).values
    lines = [line.removeprefix("# ") for line in text.splitlines() if " = " in line or line.startswith("# [")]
    found = parsed("a.toml", "\n".join(line for line in lines if "'" not in line and "is in force" not in line))
    assert not found.problems and found.values["thresholds"] == {"warn": 0.75, "critical": 0.95}


@pytest.mark.parametrize(
    ("name", "text"),
    [("ctxbudget.toml", "# mine\n"), ("ctxbudget.toml", ""), ("pyproject.toml", "[tool.ctxbudget]\nmarkers = true\n")],
)
def test_init_changes_no_file(place: Place, name: str, text: str) -> None:
    path = place.project(text, name)
    done = place.run("init", "--yes")
    assert done.returncode == 1 and f": {path} ".encode() in done.stderr and b": edit it" in done.stderr
    assert path.read_text() == text and len(list(place.folder.iterdir())) == 2


@pytest.mark.parametrize("option", ["--model", "--window"])
@pytest.mark.parametrize("typo", ["2m5", "1e6", "200000 tokens", "-5", "=200k"])
def test_init_takes_no_typo_for_an_answer(place: Place, option: str, typo: str) -> None:
    done = place.run("init", "--yes", f"{option}={typo}")
    assert done.returncode == 2 and f"{option}: expected a ".encode() in done.stderr
    assert not (place.folder / "ctxbudget.toml").exists()


def test_init_writes_a_model_and_its_window(place: Place) -> None:
    place.run("init", "--yes", "--model", "claude-opus-4-5", "--window", "1m")
    path = place.folder / "ctxbudget.toml"
    assert dict(parsed(str(path), path.read_text()).values) == {"model": "claude-opus-4-5", "contextWindow": 1_000_000}


def test_init_says_that_the_window_is_not_known(place: Place) -> None:
    assert b"the window is not set" in place.run("init", "--yes").stdout
    assert b"is there already, though it sets nothing" in place.run("init", "--yes").stderr
    (place.folder / "ctxbudget.toml").unlink()
    assert b"the window of 'my-model' is not known" in place.run("init", "--yes", "--model=my-model").stdout
    (place.folder / "ctxbudget.toml").unlink()
    assert b"the window" not in place.run("init", "--yes", "--window", "200 k").stdout


def test_init_follows_no_link(place: Place, tmp_path: Path) -> None:
    (place.folder / "ctxbudget.toml").symlink_to(tmp_path / "elsewhere")
    assert place.run("init", "--yes").returncode == 1
    assert not (tmp_path / "elsewhere").exists()


def test_init_asks_nobody_without_a_terminal(place: Place) -> None:
    done = place.run("init", stdin=b"200k\n\n\n")
    assert done.returncode == 2 and b"use --yes" in done.stderr
    assert not (place.folder / "ctxbudget.toml").exists()


def test_init_asks_three_questions(place: Place) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "ctxbudget_server", "init"]
    with subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=place.folder, env=place.env
    ) as asked:
        os.close(slave)
        os.write(master, b"claude-opus-4-5\n7\n0.5\n\n")
        out, errors = asked.communicate(timeout=120)
    os.close(master)
    assert asked.returncode == 0, errors
    assert out.count(b"?") + out.count(b": ") >= 3 and b"expected a share" in errors
    text = (place.folder / "ctxbudget.toml").read_text()
    assert dict(parsed("a", text).values) == {"model": "claude-opus-4-5", "targetShare": 0.5}


@pytest.mark.parametrize("command", [("call", "budget/status"), ("mcp",), ("sidecar", "--idle", "0")])
def test_a_wrong_retention_in_the_environment_is_refused(place: Place, command: tuple[str, ...]) -> None:
    done = place.run(*command, env={"CTXBUDGET_RETAIN": "forever"})
    assert done.returncode == 2 and b"CTXBUDGET_RETAIN" in done.stderr and not done.stdout


def test_a_hook_records_in_spite_of_a_wrong_retention(place: Place) -> None:
    payload = b'{"session_id": "h", "hook_event_name": "SessionStart"}'
    done = place.run("hook", "SessionStart", stdin=payload, env={"CTXBUDGET_RETAIN": "forever"})
    assert done.returncode == 0 and b"CTXBUDGET_RETAIN" in done.stderr
    assert place.call("budget/status", sessionId="h")["revision"] > 0
