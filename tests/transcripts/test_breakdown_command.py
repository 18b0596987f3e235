"""`ctxbudget breakdown`: the window, the cache and money of a recorded session, or an account, in a terminal."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from planted import Planted, compaction, expiry
from test_transcripts_kit import PACKS

Json = dict[str, Any]


class Place:
    """A workspace of its own, and the real command in it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.work = folder / "work"
        (self.work / ".git").mkdir(parents=True)
        self.env = {
            **os.environ,
            "HOME": str(self.home),
            "CLAUDE_CONFIG_DIR": str(self.home / ".claude"),
            "XDG_STATE_HOME": str(folder / "state"),
            "CTXBUDGET_CONFIG": os.devnull,
        }
        self.state = folder / "state"

    def run(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "ctxbudget_server", *words]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, cwd=self.work, env=self.env, check=False
        )

    def call(self, method: str, **params: Any) -> None:
        done = self.run("call", method, json.dumps(params))
        assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path.resolve())


def session(seed: int = 5) -> Planted:
    """A session in which the cache expires, and later the host compacts."""
    made = Planted(seed, lifetime="5m")
    expiry(made)
    compaction(made)
    return made


def test_a_file_is_shown_by_source_with_the_causes_of_the_cache_and_no_account_is_begun(place: Place) -> None:
    outside = place.home / "elsewhere"
    outside.mkdir(parents=True)
    (outside / "one.jsonl").write_text(session().text())

    done = place.run("breakdown", str(outside / "one.jsonl"))

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("claude-code, claude-")
    for part in ("tool output", "unaccounted", "expired", "compaction", "new at the end", "no price: claude-"):
        assert part in done.stdout
    assert not place.state.exists(), "reading a recording begins no account"


def test_json_is_what_the_method_answers_and_stdin_is_read(place: Place) -> None:
    made = session()

    done = place.run("breakdown", "-", "--json", "--largest", "3", stdin=made.text())

    found = json.loads(done.stdout)
    assert (done.returncode, found["recording"]["path"]) == (0, None)
    assert found["recording"]["session"] == made.session
    assert len(found["recording"]["window"]["largest"]) == 3
    assert [one["cause"] for one in found["recording"]["cache"]["breaks"]] == ["expiry", "compaction"]


def test_an_account_is_shown_by_layer_agent_tool_and_file(place: Place) -> None:
    items = [
        {"layer": "transient", "kind": "tool-output", "title": "Bash: make", "content": "passed\n" * 40, "agent": "a1"},
        {"layer": "permanent", "tokens": 30, "title": "task"},
    ]
    place.call("session/open", sessionId="run-1")
    place.call("context/add", sessionId="run-1", items=items)
    place.call("usage/bill", sessionId="run-1", model="m", cost={"amount": 1.25, "currency": "EUR"})

    done = place.run("breakdown", "run-1")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("account of session run-1: ")
    for part in ("permanent", "a1", "Bash", "not said", "task", "1.2500 EUR"):
        assert part in done.stdout
    assert place.run("breakdown").stdout == done.stdout, "the session that changed last"


def test_the_money_of_a_total_that_is_known_in_part_is_at_least(place: Place) -> None:
    place.call("session/open", sessionId="run-1")
    place.call("context/add", sessionId="run-1", items=[{"layer": "permanent", "tokens": 1}])
    place.call(
        "usage/bill", sessionId="run-1", model="m", tokens={"input": 20_372}, cost={"amount": 2, "currency": "EUR"}
    )
    place.call("usage/bill", sessionId="run-1", model="other", tokens={"input": 10})

    shown = place.run("breakdown", "run-1").stdout

    rows = {
        line.split()[0]: line for line in shown.partition("money")[2].splitlines() if "main" in line or "total" in line
    }
    assert rows["total"].endswith("20,382  at least 2.0000 EUR     >99.9%")
    assert "account of session run-1: 1 token retained" in shown


def test_a_recording_that_is_of_no_session_is_shown_without_an_account(place: Place) -> None:
    place.call("context/add", items=[{"layer": "permanent", "tokens": 30}])
    (place.work / "one.jsonl").write_text(session().text())

    done = place.run("breakdown", "one.jsonl")

    assert (done.returncode, done.stderr) == (0, "")
    assert "account of session" not in done.stdout


def test_an_id_that_a_host_recorded_too_shows_both(place: Place) -> None:
    made = session()
    folder = place.home / ".claude" / "projects" / "-work"
    folder.mkdir(parents=True)
    (folder / f"{made.session}.jsonl").write_text(made.text())

    alone = place.run("breakdown", made.session)
    place.call("session/open", sessionId=made.session)
    place.call("context/add", sessionId=made.session, items=[{"layer": "permanent", "tokens": 30}])
    both = place.run("breakdown", made.session)

    assert alone.stdout.startswith("claude-code")
    assert "account of session" not in alone.stdout
    assert both.stdout.startswith("claude-code")
    assert f"account of session {made.session}: 30 tokens retained" in both.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nobody",), "nobody"),
        (("--last",), "no session was recorded"),
        (("notes.txt",), "notes.txt"),
        ((), "there is no session yet"),
    ],
)
def test_what_cannot_be_shown_is_told_in_one_line(place: Place, words: tuple[str, ...], told: str) -> None:
    (place.work / "notes.txt").write_text("no recording")

    done = place.run("breakdown", *words)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_cut_in_the_accounts_log_is_the_cause_of_a_break(place: Place) -> None:
    """The times of the recording are those of the account: both are written as things happen."""
    from datetime import UTC, datetime

    made = Planted(11, lifetime="5m")
    made.now = datetime.now(UTC)
    messages: list[Json] = [{"role": "user", "content": "Begin."}]
    for n in range(12):
        use = {"type": "tool_use", "id": f"c{n}", "name": "Read", "input": {"path": f"{n}.py"}}
        result = {"type": "tool_result", "tool_use_id": f"c{n}", "content": f"line {n} of it\n" * 300}
        messages += [{"role": "assistant", "content": [use]}, {"role": "user", "content": [result]}]
    made.person()
    made.answer(read=0, size=40_000)
    place.call("context/fit", sessionId=made.session, messages=messages, format="anthropic", maxTokens=6_000)
    made.now = datetime.now(UTC)
    made.person()
    made.answer(read=12_000, size=20_000)
    (place.work / "one.jsonl").write_text(made.text())

    found = json.loads(place.run("breakdown", "one.jsonl", "--json").stdout)

    assert found["sessionId"] == made.session
    assert found["recording"]["cache"]["breaks"][-1]["cause"] == "ourCut"


@pytest.mark.skipif(not PACKS, reason="the evaluation kit is not here")
def test_real_sessions_are_broken_down_and_most_of_their_breaks_are_explained(place: Place) -> None:
    causes: list[str] = []
    for pack in PACKS:
        with tarfile.open(pack) as tar:
            tar.extractall(place.work, filter="data")
    for path in sorted(place.work.glob("**/*.jsonl")):
        found = json.loads(place.run("breakdown", str(path), "--json").stdout)["recording"]
        causes += [one["cause"] for one in found["cache"]["breaks"]]
        window = found["window"]
        assert 0 < window["counted"] < window["total"]
        assert found["cache"]["written"] == sum(one["written"] for one in found["cache"]["causes"])

    assert causes.count("unknown") <= len(causes) / 10


def test_a_session_in_a_database_of_opencode_is_named_behind_its_path(place: Place) -> None:
    with sqlite3.connect(place.work / "opencode.db") as database:
        database.execute("CREATE TABLE session (id, parent_id, directory, revert, time_updated)")
        database.execute("CREATE TABLE message (id, session_id, data)")
        database.execute("CREATE TABLE part (id, message_id, session_id, data)")
        for id, parent in (("ses_1", None), ("ses_2", "ses_1")):
            tokens = {"input": 30, "output": 3, "reasoning": 0, "cache": {"read": 10, "write": 5}}
            info = {"role": "assistant", "modelID": "m", "agent": "build", "tokens": tokens}
            database.execute("INSERT INTO session VALUES (?, ?, NULL, NULL, 0)", (id, parent))
            rows = ((f"u_{id}", {"role": "user"}, "Look."), (f"v_{id}", info, "There."))
            for message, data, said in rows:
                database.execute("INSERT INTO message VALUES (?, ?, ?)", (message, id, json.dumps(data)))
                part = json.dumps({"type": "text", "text": said})
                database.execute("INSERT INTO part VALUES (?, ?, ?, ?)", (f"p_{message}", message, id, part))

    found = json.loads(place.run("breakdown", "opencode.db#ses_1", "--json").stdout)["recording"]

    assert (found["host"], found["window"]["total"]) == ("opencode", 45)
    assert [one["source"] for one in found["window"]["rows"]] == ["people", "unaccounted"]
    assert found["cost"]["total"]["requests"] == 2, "with the session that it began"
    absent = place.run("breakdown", "absent.db#ses_1")
    assert (absent.returncode, absent.stdout) == (2, "")
