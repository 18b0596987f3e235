"""A hook never breaks the agent: whatever goes wrong ends with exit code 0, a line on stderr, nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support.programs import SHELL

from agents.agent_host import COMMAND, AgentHost

BAD_STDIN = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[1]",
    "not UTF-8": b'{"session_id": "\xff"}',
    "too deep": b"[" * 100_000,
    "no session": b'{"hook_event_name": "Stop"}',
    "session of another type": b'{"hook_event_name": "Stop", "session_id": 5}',
    "an unknown event": b'{"hook_event_name": "BeforeLunch", "session_id": "s"}',
    "an event of no interest": b'{"hook_event_name": "PreToolUse", "session_id": "s"}',
    "a document over the limit": json.dumps(
        {"hook_event_name": "PostToolUse", "session_id": "s", "tool_name": "Read", "tool_response": "x" * (17 << 20)}
    ).encode(),
}

MORE_THAN_A_PIPE_HOLDS = b" " * (4 << 20)


@pytest.mark.parametrize("stdin", BAD_STDIN.values(), ids=BAD_STDIN.keys())
def test_bad_input(claude: AgentHost, stdin: bytes) -> None:
    done = claude.hook("PostToolUse", stdin)
    assert (done.returncode, done.stdout) == (0, b"")
    assert done.stderr.startswith(b"ctxbudget hook: ")
    assert done.stderr.count(b"\n") == 1
    assert "raceback" not in done.stderr.decode()
    assert all(one["status"]["processed"] == 0 for one in claude.ask("session/list")["sessions"])


@pytest.mark.parametrize(
    "words",
    [
        ("hook",),
        ("hook", "Stop", "Stop"),
        ("hook", "Stop", "--no-such-option"),
        ("hook", "Stop", "--host", "emacs"),
        ("hook", "Stop", "--replace-over", "many"),
        ("hook", "Stop", "--store"),
        ("hook", "Stop", "--workspace", "/no/such/folder"),
        ("statusline", "extra"),
        ("statusline", "--width", "wide"),
    ],
)
def test_bad_words(claude: AgentHost, words: tuple[str, ...]) -> None:
    done = claude.run(*words, stdin=claude.payload("Stop"))
    assert done.returncode == 0
    assert done.stderr.startswith(f"ctxbudget {words[0]}: ".encode())


@pytest.mark.parametrize("kind", ["a folder in its place", "no database", "no room for it"])
def test_a_store_that_cannot_be_used(claude: AgentHost, kind: str) -> None:
    store = claude.store
    if kind == "a folder in its place":
        (store / "store.db").mkdir(parents=True)
    elif kind == "no database":
        store = store.with_name("notes.txt")
        store.write_text("no database")
    else:
        store = Path("/dev/full/store.db")
    for words in (("hook", "PostToolUse"), ("statusline",)):
        done = claude.run(*words, "--store", str(store), stdin=claude.payload("PostToolUse-Bash"))
        assert done.returncode == 0
        assert done.stderr.startswith(f"ctxbudget {words[0]}: ".encode())
    if kind == "no database":
        assert store.read_text() == "no database"


def test_a_store_that_is_locked(claude: AgentHost) -> None:
    claude.tell("SessionStart")
    with sqlite3.connect(claude.store, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        started = subprocess.Popen(
            [*COMMAND, "hook", "PostToolUse"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=claude.folder,
            env=claude.environment(),
        )
        out, err = started.communicate(json.dumps(claude.payload("PostToolUse-Bash")).encode(), timeout=60)
        other.execute("ROLLBACK")
    assert (started.returncode, out) == (0, b"")
    assert err.startswith(b"ctxbudget hook: ")
    assert claude.items() == []


def test_transcripts_that_are_missing_broken_or_no_files(claude: AgentHost) -> None:
    claude.tell("PostToolUse-Bash")
    claude.tell("Stop")
    claude.transcript.parent.mkdir()
    os.mkfifo(claude.transcript)
    claude.tell("Stop")
    claude.transcript.unlink()
    claude.transcript.write_bytes(
        b'{"type": "assistant", "message": \xff\xfe}\n{"type": 1}\n[]\n{"message": []}\n{"type'
    )
    for name in ("Stop", "PreCompact", "SessionStart-compact", "SessionEnd"):
        claude.tell(name)


@pytest.mark.parametrize("descriptor", ["0", "1", "2"])
def test_streams_that_are_closed(claude: AgentHost, descriptor: str) -> None:
    payload = claude.folder.with_name("payload.json")
    payload.write_text(json.dumps(claude.payload("SessionStart-compact")))
    closing = {"0": "0<&-", "1": f"1>&- <{payload}", "2": f"2>&- <{payload}"}[descriptor]
    for command in ("hook SessionStart", "statusline"):
        line = f"exec {shlex.join(COMMAND)} {command} {closing}"
        done = subprocess.run(
            [SHELL, "-c", line],
            capture_output=True,
            cwd=claude.folder,
            env=claude.environment(),
            check=False,
            timeout=60,
        )
        assert (done.returncode, b"Traceback" in done.stderr) == (0, False), done.stderr


def test_an_answer_that_cannot_be_written(claude: AgentHost) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, "statusline"],
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=claude.folder,
            env=claude.environment(),
            check=False,
            timeout=60,
        )
    assert done.returncode == 0
    assert done.stderr.startswith(b"ctxbudget statusline: ")


def test_a_hook_that_is_interrupted(claude: AgentHost) -> None:
    started = subprocess.Popen(
        [*COMMAND, "hook", "PostToolUse"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=claude.folder,
        env=claude.environment(),
    )
    assert started.stdin is not None
    started.stdin.write(MORE_THAN_A_PIPE_HOLDS)  # once that is through, it reads
    ended = None
    while ended is None:  # a signal that comes between two reads of Python's is not seen
        started.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            ended = started.wait(5)
    assert ended == 0
    assert started.stderr is not None
    assert started.stderr.read() == b"ctxbudget hook: KeyboardInterrupt\n"
    started.stdin.close()
    started.stderr.close()


@pytest.mark.parametrize("command", [("hook", "PostToolUse"), ("statusline",)])
def test_a_host_that_never_closes_stdin(claude: AgentHost, command: tuple[str, ...]) -> None:
    hurried = "import sys\nfrom ctxbudget_server.cli import hook_guard, main\nhook_guard.DEADLINE_SECONDS = 0.2\n"
    with subprocess.Popen(
        [sys.executable, "-c", f"{hurried}sys.exit(main())", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=claude.folder,
        env=claude.environment(),
    ) as started:
        assert started.wait(60) == 0
        assert started.stdout is not None
        assert started.stderr is not None
        assert started.stdout.read() == b""
        assert started.stderr.read() == f"ctxbudget {command[0]}: not done within 0.2 seconds\n".encode()


def test_help_is_for_people(claude: AgentHost) -> None:
    for command in ("hook", "statusline", "sidecar"):
        done = claude.run(command, "--help")
        assert (done.returncode, done.stderr, b"usage: ctxbudget" in done.stdout) == (0, b"", True)
