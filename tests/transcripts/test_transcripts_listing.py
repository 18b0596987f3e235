"""`ctxbudget transcripts`, and `--last`: the sessions that hosts recorded on this machine."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from recordings import Recording, long_session, text

Json = dict[str, Any]


class Machine:
    """A home with sessions of every host, and a workspace that some of them worked in."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.workspace = folder / "workspace"
        for each in (self.home, self.workspace / ".git", folder / "elsewhere"):
            each.mkdir(parents=True)
        self.elsewhere = folder / "elsewhere"
        self.clock = 1_700_000_000

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUDE", "CODEX", "XDG_"))}
        return subprocess.run(
            [sys.executable, "-m", "ctxbudget_server", *words],
            cwd=self.workspace,
            env={**kept, "HOME": str(self.home), "USERPROFILE": str(self.home)},
            capture_output=True,
            text=True,
            check=False,
        )

    def listed(self, *words: str) -> list[Json]:
        done = self.run("transcripts", "--json", *words)
        assert (done.returncode, done.stderr) == (0, "")
        found: list[Json] = json.loads(done.stdout)["transcripts"]
        return found

    def write(self, name: str, content: str) -> Path:
        """A file in the home; each is newer than the one before."""
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        self.clock += 60
        os.utime(path, (self.clock, self.clock))
        return path

    def claude_code(self, session: str, words: str, project: Path) -> Path:
        made = Recording()
        made.person("Begin.", cwd=str(project))
        made.says("a", text(words), cwd=str(project))
        made.rows[-1]["message"]["usage"] = {"input_tokens": 1_000, "cache_read_input_tokens": 200, "output_tokens": 34}
        made.person("asked of a helper", isSidechain=True)
        return self.write(f".claude/projects/-folder/{session}.jsonl", made.text())

    def codex(self, words: str, source: Any = "cli") -> Path:
        usage = {"input_tokens": 500, "cached_input_tokens": 400, "output_tokens": 20}
        said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": words}]}
        lines = [
            {"type": "session_meta", "payload": {"id": "s", "cwd": str(self.workspace), "source": source}},
            {"type": "turn_context", "payload": {"model": "gpt-x"}},
            {"type": "response_item", "payload": {"type": "message", "role": "user", "content": []}},
            {"type": "response_item", "payload": said},
            {"type": "event_msg", "payload": {"type": "token_count", "info": {"last_token_usage": usage}}},
        ]
        name = f"rollout-2026-11-30T10-00-00-{self.clock:036}.jsonl"
        return self.write(f".codex/sessions/2026/11/30/{name}", "".join(json.dumps(line) + "\n" for line in lines))

    def gemini_cli(self, words: str) -> Path:
        self.write(".gemini/tmp/one/.project_root", str(self.workspace / "part"))
        lines = [
            {"sessionId": "s", "projectHash": "p", "kind": "main"},
            {"id": "1", "type": "user", "content": [{"text": "Begin."}]},
            {"id": "2", "type": "gemini", "content": words, "tokens": {"input": 70, "output": 7}, "model": "gemini-x"},
        ]
        return self.write(".gemini/tmp/one/chats/session-1.jsonl", "".join(json.dumps(line) + "\n" for line in lines))

    def opencode(self, words: str, sessions: int = 1) -> str:
        """A database of opencode; the path of its latest session."""
        folder = self.home / ".local" / "share" / "opencode"
        folder.mkdir(parents=True)
        database = sqlite3.connect(folder / "opencode.db")
        database.execute("CREATE TABLE session (id, parent_id, directory, revert, time_updated)")
        database.execute("CREATE TABLE message (id, session_id, data)")
        database.execute("CREATE TABLE part (id, message_id, session_id, data)")
        for number in range(sessions):
            self.clock += 60
            id = f"ses_{number}"
            database.execute(
                "INSERT INTO session VALUES (?, NULL, ?, NULL, ?)", (id, str(self.workspace), self.clock * 1_000)
            )
            tokens = {"input": 30, "output": 3, "cache": {"read": 10, "write": 0}}
            for role, said in (("user", "Begin."), ("assistant", words)):
                info = {"role": role, "modelID": "m", "tokens": tokens if role == "assistant" else None}
                message = f"msg_{number}_{'user' if role == 'user' else 'z'}"
                database.execute("INSERT INTO message VALUES (?, ?, ?)", (message, id, json.dumps(info)))
                part = json.dumps({"type": "text", "text": said})
                database.execute("INSERT INTO part VALUES (?, ?, ?, ?)", (f"prt_{role}", message, id, part))
        database.commit()
        database.close()
        return f"{folder / 'opencode.db'}#{id}"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path.resolve())


def test_a_machine_without_hosts_has_no_sessions(machine: Machine) -> None:
    assert machine.listed() == []
    assert machine.run("transcripts").stdout == "no recorded session of any host\n"


def test_sessions_of_every_host_are_listed_the_latest_first(machine: Machine) -> None:
    machine.claude_code("one", "I am\nClaude.", machine.elsewhere)
    machine.codex("I am Codex.")
    machine.gemini_cli("I am Gemini.")
    machine.opencode("I am opencode.")
    machine.codex("I am a helper.", {"subagent": {"thread_spawn": {}}})
    machine.write(".claude/projects/-folder/empty.jsonl", '{"type": "summary", "summary": "a title"}\n')

    found = machine.listed()

    told = [(one["host"], one["tokens"], one["model"], one["lastWords"]) for one in found]
    assert told == [
        ("opencode", 43, "m", "I am opencode."),
        ("gemini-cli", 77, "gemini-x", "I am Gemini."),
        ("codex", 520, "gpt-x", "I am Codex."),
        ("claude-code", 1_234, "some-model", "I am\nClaude."),
    ]
    assert all(one["provenance"] == "reported" for one in found)
    assert [one["host"] for one in machine.listed("--here")] == ["opencode", "gemini-cli", "codex"]
    assert [one["host"] for one in machine.listed("--host", "codex")] == ["codex"]

    shown = machine.run("transcripts").stdout.splitlines()
    assert shown[0].split() == ["host", "age", "tokens", "project", "transcript"]
    assert shown[7].split()[-1] == "~/.claude/projects/-folder/one.jsonl"
    assert shown[8] == "    I am Claude."
    for one in found:
        assert machine.run("fit", one["path"], "--max", "9000", "--dry-run").returncode == 0


def test_only_the_ends_of_files_are_read(machine: Machine) -> None:
    made = long_session(2)
    made.rows[-1]["cwd"] = str(machine.workspace)
    made.rows.insert(2, {"type": "progress", "data": "x" * 60_000_000})
    machine.write(".claude/projects/-folder/large.jsonl", made.text())
    code = (
        "import tracemalloc\nfrom ctxbudget_server.recordings.listing import sessions\ntracemalloc.start()\n"
        "found = list(sessions())\nprint(len(found), tracemalloc.get_traced_memory()[1])"
    )
    env = {**os.environ, "HOME": str(machine.home)}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True, text=True)

    found, peak = map(int, done.stdout.split())
    assert found == 1
    assert peak < 6_000_000


def test_more_than_a_page_is_said(machine: Machine) -> None:
    for number in range(21):
        machine.claude_code(f"s{number:02}", "Words.", machine.workspace)

    assert len(machine.listed()) == 20
    assert len(machine.listed("--all")) == 21
    assert machine.run("transcripts").stdout.endswith("\nolder ones: --all lists them\n")


@pytest.mark.parametrize("command", [["fit", "--max", "9000", "--dry-run"], ["replay", "--policy", "none"]])
def test_the_last_session_is_that_of_the_workspace(machine: Machine, command: list[str]) -> None:
    machine.claude_code("here", "Words.", machine.workspace)
    codex = machine.codex("Words.")
    machine.claude_code("there", "Words.", machine.elsewhere)

    done = machine.run(*command, "--last")
    assert done.returncode == 0
    assert done.stderr.endswith(f": {codex}\n")
    assert "/here.jsonl\n" in machine.run(*command, "--last", "claude-code").stderr

    none = machine.run(*command, "--last", "gemini-cli")
    assert (none.returncode, none.stdout) == (2, "")
    assert f"no session of gemini-cli was recorded in {machine.workspace}" in none.stderr
    for words in ([], ["--last", "--", "x.jsonl"]):
        wrong = machine.run(*command, *words)
        assert (wrong.returncode, wrong.stdout) == (2, "")


def test_several_transcripts_are_told_one_after_the_other(machine: Machine) -> None:
    paths = [str(machine.claude_code(name, "Words.", machine.workspace)) for name in ("one", "two")]

    done = machine.run("fit", *paths, "nowhere.jsonl", "--max", "9000", "--dry-run")
    assert done.returncode == 2
    assert [line for line in done.stdout.splitlines() if line.endswith(".jsonl:")] == [f"{path}:" for path in paths]
    assert "nowhere.jsonl: No such file" in done.stderr

    fits = json.loads(machine.run("fit", *paths, "--max", "9000", "--dry-run", "--json").stdout)
    assert [one["transcript"] for one in fits] == paths
    replays = json.loads(machine.run("replay", *paths, "--policy", "none", "--json").stdout)
    assert [one["transcript"] for one in replays] == paths
    assert "--out takes one" in machine.run("fit", *paths, "--max", "9", "--out", "x.json").stderr


def test_a_database_of_several_sessions_wants_one_to_be_named(machine: Machine) -> None:
    path = machine.opencode("Words.", sessions=2)
    database, _, session = path.partition("#")

    done = machine.run("fit", database, "--max", "9000", "--dry-run")
    assert done.returncode == 2
    assert f"holds 2 sessions: name one, such as {database}#{session}" in done.stderr
    assert "holds no session ses_9" in machine.run("fit", f"{database}#ses_9", "--max", "9000").stderr
    assert not list(Path(database).parent.glob("*-wal")), "nothing is written beside it"


def test_a_session_of_an_older_opencode_is_files_in_folders(machine: Machine) -> None:
    storage = ".local/share/opencode/storage"
    for id, role, said in (("msg_1", "user", "Begin."), ("msg_2", "assistant", "Words.")):
        machine.write(f"{storage}/message/ses_1/{id}.json", json.dumps({"id": id, "role": role}))
        machine.write(f"{storage}/part/{id}/prt_1.json", json.dumps({"type": "text", "text": said}))
    session = {"id": "ses_1", "directory": str(machine.workspace)}
    path = machine.write(f"{storage}/session/global/ses_1.json", json.dumps(session))

    (found,) = machine.listed("--here")

    assert (found["path"], found["lastWords"], found["tokens"], found["provenance"]) == (
        *(str(path), "Words.", None, "unknown"),
    )
    for named in (path, path.parents[2] / "message" / "ses_1"):
        assert "opencode, 2 messages" in machine.run("fit", str(named), "--max", "9000", "--dry-run").stdout
