"""Which session commands take, `ctxbudget sessions` and `ctxbudget where`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_protocol.methods import METHODS
from ctxbudget_server.cli import sessions as listing

NAMES = ("CTXBUDGET_SESSION", "CTXBUDGET_WORKSPACE", "CTXBUDGET_STORE", "CLAUDE_CODE_SESSION_ID")
ADD = '{"items": [{"layer": "phase", "tokens": 5}]}'


@dataclass
class Home:
    """A user without any project, and their state folder."""

    folder: Path

    def run(self, *words: str, cwd: str = ".", stdin: bytes = b"", **env: str) -> subprocess.CompletedProcess[str]:
        """The command, in a folder below."""
        clean = {name: value for name, value in os.environ.items() if name not in NAMES}
        place = self.folder / cwd
        place.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "ctxbudget_server", *words],
            input=stdin,
            capture_output=True,
            cwd=place,
            env={**clean, "XDG_STATE_HOME": str(self.folder / "state"), "NO_COLOR": "1", **env},
            check=False,
        )
        return subprocess.CompletedProcess(words, done.returncode, done.stdout.decode(), done.stderr.decode())

    def call(self, method: str, params: str = "{}", *words: str, **env: str) -> dict[str, Any]:
        """The result of a call that must succeed."""
        done = self.run("call", method, params, *words, **env)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


# ------------------------------------------------------------------------------------------- which session


READS = {
    "report": (["report", "--json"], lambda out: json.loads(out)["sessionId"]),
    "statusline": (["statusline"], lambda out: re.search(r"ctx ([\d,]+) tokens", out)[1]),  # type: ignore[index]
    "call": (["call", "budget/status"], lambda out: json.loads(out)["sessionId"]),
    "where": (["where", "--json"], lambda out: json.loads(out)["session"]["shown"]),
}
TOKENS = {"one": "1", "two": "2"}


@pytest.mark.parametrize("command", READS)
@pytest.mark.parametrize(
    ("option", "variable", "session"),
    [("one", "two", "one"), ("one", "", "one"), (None, "one", "one"), (None, "", "two")],
)
def test_the_option_then_the_variable_then_the_one_that_changed_last(
    home: Home, command: str, option: str | None, variable: str, session: str
) -> None:
    for name, tokens in TOKENS.items():
        home.call("context/add", f'{{"items": [{{"layer": "phase", "tokens": {tokens}}}]}}', "--session", name)
    words, found = READS[command]
    done = home.run(*words, *(["--session", option] if option else []), CTXBUDGET_SESSION=variable)

    expected = "default" if (command, option, variable) == ("call", None, "") else session
    assert found(done.stdout) == (TOKENS[expected] if command == "statusline" else expected)


def test_a_call_names_a_session_only_for_methods_that_act_on_one(home: Home) -> None:
    assert [name for name, row in METHODS.items() if row.acts_on_session and row.name.startswith("tokens/")] == []
    home.call("tokens/count", '{"texts": ["a"]}', CTXBUDGET_SESSION="run-1")
    home.call("session/list", "{}", "--session", "run-1")
    assert (
        home.call("context/add", '{"sessionId": "default", ' + ADD[1:], "--session", "run-1")["sessionId"] == "default"
    )


@pytest.mark.parametrize("way", ["option", "variable"])
def test_the_first_write_creates_a_named_session_and_reads_say_that_it_is_missing(home: Home, way: str) -> None:
    words, env = (["--session", "new"], {}) if way == "option" else ([], {"CTXBUDGET_SESSION": "new"})
    for method in ("budget/status", "session/close", "session/delete", "session/recalibrate"):
        done = home.run("call", method, *words, **env)
        error = json.loads(done.stderr.splitlines()[-1])
        assert (done.returncode, done.stdout, error["data"]["name"]) == (1, "", "unknownSession")
        assert error["message"] == "there is no session 'new' yet; the first write creates it"
    assert "there is no session 'new'" in home.run("report", *words, **env).stderr

    assert home.call("context/add", ADD, *words, **env)["status"]["retained"] == 5
    assert home.call("context/add", ADD, *words, **env)["status"]["retained"] == 10
    assert [one["sessionId"] for one in home.call("session/list")["sessions"]] == ["new"]

    explicit = home.run("call", "context/add", '{"sessionId": "other", ' + ADD[1:])
    assert json.loads(explicit.stderr)["data"]["name"] == "unknownSession", "the contract's own name creates nothing"


def test_a_report_after_an_agents_session_is_not_a_page_of_zeros(home: Home) -> None:
    payload = {
        "session_id": "agent-1",
        "cwd": str(home.folder),
        "hook_event_name": "PostToolUse",
        "tool_name": "Bash",
        "tool_input": {"command": "ls"},
        "tool_response": {"stdout": "a b c\n" * 50},
        "tool_use_id": "t",
    }
    home.call("session/open")
    assert home.run("hook", "PostToolUse", stdin=json.dumps(payload).encode()).returncode == 0

    done = home.run("report")

    assert done.returncode == 0
    assert done.stdout.startswith("# Context budget report: agent-1") and "Retained **0**" not in done.stdout
    assert "of 2 sessions this is agent-1, which changed last" in done.stderr


def test_without_any_session_a_report_says_so(home: Home) -> None:
    done = home.run("report")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"ctxbudget report: there is no session yet in {home.folder.resolve()}\n"
    assert not (home.folder / "state").exists(), "to look is not to create"


# ------------------------------------------------------------------------------------------- sessions


def test_sessions_are_listed_with_the_latest_first(home: Home) -> None:
    assert home.run("sessions").stdout == f"there is no session yet in {home.folder.resolve()}\n"
    home.call("context/add", '{"items": [{"layer": "phase", "tokens": 1234}]}')
    home.call("session/open", '{"sessionId": "run-1"}')
    home.call("session/close", '{"sessionId": "run-1"}')

    lines = home.run("sessions").stdout.splitlines()

    assert lines[0].split() == ["session", "state", "age", "retained", "budget", "last", "event"]
    assert re.fullmatch(r"\*  run-1 +closed +\d+ s +0 +7,500  session/close  \d+ s ago", lines[1])
    assert re.fullmatch(r"   default +open +\d+ s +1,234 +7,500  context/add +\d+ s ago", lines[2])
    assert "if no session is named; writes then go to `default`" in lines[-1]
    named = home.run("sessions", CTXBUDGET_SESSION="run-9").stdout
    assert named.endswith("CTXBUDGET_SESSION names run-9, which is not among them\n")
    found = json.loads(home.run("sessions", "--json", "--state", "open").stdout)
    assert found["shown"] == {"sessionId": "run-1", "rule": "changedLast"}
    (one,) = found["sessions"]
    assert (one["sessionId"], one["lastEvent"]["method"]) == ("default", "context/add")


def test_every_page_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [f"s{number}" for number in range(45)]
    asked = []

    def ask(method: str, **params: Any) -> dict[str, Any]:
        asked.append((method, params))
        start = ids.index(params["after"]) + 1 if "after" in params else 0
        page = ids[start : start + 20]
        status = {"retained": 1, "budget": 2}
        at = "2026-01-01T00:00:00.000Z"
        rows = [{"sessionId": name, "state": "open", "createdAt": at, "updatedAt": f"{at}{name}", "lastEvent": None,
                 "status": status} for name in page]  # fmt: skip
        return {"sessions": rows, "next": page[-1] if start + 20 < len(ids) else None, "notices": []}

    found, _ = listing._all(ask, "open")

    assert sorted(one["sessionId"] for one in found) == sorted(ids)
    assert [params.get("after") for _, params in asked] == [None, "s19", "s39"]
    assert all(params["state"] == "open" for _, params in asked)


# ------------------------------------------------------------------------------------------- where


def test_where_names_the_rule_that_found_each(home: Home) -> None:
    def found(*words: str, cwd: str = "a", **env: str) -> dict[str, Any]:
        return dict(json.loads(home.run("where", "--json", *words, cwd=cwd, **env).stdout))

    other = home.folder / "other"
    other.mkdir()
    assert (found()["workspace"]["rule"], found()["store"]["exists"]) == ("folder", False)
    assert found("--workspace", str(other))["workspace"] == {
        "path": str(other.resolve()), "rule": "--workspace", "accountAbove": None}  # fmt: skip
    assert found(CTXBUDGET_WORKSPACE=str(other))["workspace"]["rule"] == "CTXBUDGET_WORKSPACE"
    assert found("--store", "x.db")["store"]["rule"] == "--store"
    assert found(CTXBUDGET_STORE=str(other))["store"] == {
        "path": str(other / "store.db"), "rule": "CTXBUDGET_STORE", "exists": False}  # fmt: skip
    assert found()["store"]["rule"] == "XDG_STATE_HOME"
    assert found(XDG_STATE_HOME="", HOME=str(home.folder))["store"]["rule"] == "stateFolder"
    for marker in (".git", "ctxbudget.toml"):
        (home.folder / "a" / marker).touch()
        deep = found(cwd="a/b/c")["workspace"]
        assert (deep["path"], deep["rule"]) == (str((home.folder / "a").resolve()), marker)
    assert not (home.folder / "state").exists(), "to look is not to create"
    session = {"shown": "run-1", "rule": "CTXBUDGET_SESSION", "exists": False, "written": "run-1"}
    assert found(CTXBUDGET_SESSION="run-1")["session"] == session
    assert "does not exist yet: the first write creates it" in home.run("where", CTXBUDGET_SESSION="run-1").stdout


def test_a_folder_outside_git_says_once_that_it_starts_an_account_of_its_own(home: Home) -> None:
    assert home.run("call", "context/add", ADD).stderr == "", "no folder above has an account"
    top, sub = str(home.folder.resolve()), str(home.folder.resolve() / "sub")
    assert f"there is no session yet in {sub}; {top} has an account" in home.run("report", cwd="sub").stderr

    failed = home.run("call", "context/add", '{"items": 1}', cwd="other")
    assert json.loads(failed.stderr)["data"]["name"] == "invalidParams", "an error is the only JSON on stderr"
    first = home.run("call", "context/add", ADD, cwd="sub")
    assert (json.loads(first.stdout)["status"]["retained"], first.returncode) == (5, 0)
    assert first.stderr.startswith(f"ctxbudget call: {sub} keeps an account of its own, separate from that of {top}")
    assert home.run("call", "context/add", ADD, cwd="sub").stderr == "", "once"
    assert f"separate from that of {top}" in home.run("where", cwd="sub").stdout

    payload = json.dumps({"session_id": "s", "source": "startup", "hook_event_name": "SessionStart"}).encode()
    hook = home.run("hook", "SessionStart", cwd="third", stdin=payload)
    assert (hook.stdout, hook.stderr) == ("", "")
    (home.folder / "ctxbudget.toml").touch()
    assert home.run("call", "context/add", ADD, "--get", "status.retained", cwd="sub").stdout == "10\n"
