"""How it ends: in order, by surprise, and soon."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.client import Client, call, frame
from support.session import serve_command

from rpc.conftest import FAKE_SERVER, THREADS, Start

INITIALIZE = frame(call(1, "initialize", {"capabilities": {}}))
STATUS = frame(call(2, "budget/status"))
SHUTDOWN = frame(call(3, "shutdown"))
EXIT = frame({"jsonrpc": "2.0", "method": "exit"})

SOON = 20.0
"""Two seconds are promised; a busy test machine gets many more, and a hang is still found."""


@contextmanager
def soon() -> Iterator[None]:
    before = time.monotonic()
    yield
    assert time.monotonic() - before < SOON


def test_shutdown_then_exit(start: Start, transport: dict[str, str], tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    with start(env={**transport, "FAKE_CLOSED": str(closed)}) as c:
        c.shutdown()
        for method in ("budget/status", "initialize", "shutdown", "unknown"):
            error = c.request_error(method)
            assert (error["code"], error["data"]["name"]) == (-32600, "invalidRequest")
        c.notify("budget/status")
        c.notify("textDocument/didOpen", {"textDocument": 1})
        c.notify("exit")
        with soon():
            assert c.wait() == 0
    assert closed.read_text() == "closed"


def test_shutdown_then_end_of_input(start: Start, transport: dict[str, str]) -> None:
    with start(env=transport) as c:
        c.shutdown()
        c.close_stdin()
        with soon():
            assert c.wait() == 0


@pytest.mark.parametrize("handshake", [True, False])
def test_exit_without_shutdown(start: Start, handshake: bool) -> None:
    with start(handshake=handshake, exit_code=1) as c:
        c.notify("exit")
        with soon():
            assert c.wait() == 1


def test_end_of_input_without_shutdown(start: Start) -> None:
    with start(exit_code=1) as c:
        c.close_stdin()
        with soon():
            assert c.wait() == 1


def test_nothing_is_taken_after_exit(start: Start) -> None:
    with start(exit_code=1) as c:
        c.send_raw(EXIT + frame(call("late", "budget/status")))
        assert c.wait() == 1


@pytest.mark.parametrize(
    ("script", "code", "answers", "environment"),
    [
        (b"", 1, 0, {}),
        (INITIALIZE + b"\n\r\n" + STATUS + b"\n", 1, 2, {}),
        (INITIALIZE + frame(call(2, "tokens/count", {"ms": 300})) + SHUTDOWN + EXIT, 0, 3, {}),
        (INITIALIZE + STATUS + SHUTDOWN, 0, 3, THREADS),
    ],
)
def test_a_piped_script_gets_its_answers(script: bytes, code: int, answers: int, environment: dict[str, str]) -> None:
    done = subprocess.run(
        FAKE_SERVER, env={**os.environ, **environment}, input=script, capture_output=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout.count(b'"result"'), done.stderr) == (code, answers, b"")


def test_a_script_from_a_file_to_a_file(tmp_path: Path) -> None:
    (tmp_path / "in").write_bytes(INITIALIZE + STATUS * 50 + SHUTDOWN + EXIT)
    with (tmp_path / "in").open("rb") as stdin, (tmp_path / "out").open("wb") as stdout:
        done = subprocess.run(FAKE_SERVER, stdin=stdin, stdout=stdout, check=False, timeout=30)
    assert done.returncode == 0
    assert (tmp_path / "out").read_bytes().count(b'"id":2') == 50


def test_stdin_from_the_null_device() -> None:
    done = subprocess.run(FAKE_SERVER, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")


@pytest.mark.parametrize("how", ["exit", "end of input", "SIGTERM", "SIGINT"])
def test_busy_threads_do_not_hold_it_up(start: Start, how: str) -> None:
    """What is not done in time is told so: its work will not be committed."""
    with start(exit_code=1) as c:
        busy = [c.send_request("metadata/extract", {"ms": 60_000, "spin": n == 2}) for n in range(3)]
        queued = c.send_request("context/add", {"n": 1, "ms": 60_000})
        c.request("budget/status")
        with soon():
            if how == "exit":
                c.notify("exit")
            elif how == "end of input":
                c.close_stdin()
            else:
                c.process.send_signal(getattr(signal, how))
            assert c.wait() == 1
        for message_id in [*busy, queued]:
            assert c.error(message_id)["code"] == -32800


def test_committed_work_is_answered_at_the_end(start: Start) -> None:
    with start(exit_code=1) as c:
        committed = c.send_request("context/add", {"n": 1, "ms": 300, "commitFirst": True})
        c.request("budget/status")
        c.close_stdin()
        assert c.result(committed) == {"n": 1}


def test_a_backend_that_does_not_close(start: Start) -> None:
    with start(env={"FAKE_CLOSE_SECONDS": "60"}) as c:
        c.shutdown()
        c.notify("exit")
        with soon():
            assert c.wait() == 0


def test_a_signal_while_it_waits(start: Start) -> None:
    with start(exit_code=1) as c:
        c.process.send_signal(signal.SIGINT)
        with soon():
            assert c.wait() == 1
        assert c.stderr == ""


@pytest.mark.parametrize("after_shutdown", [False, True])
def test_stdout_closed(start: Start, after_shutdown: bool) -> None:
    code = 0 if after_shutdown else 1
    with start(exit_code=code) as c:
        if after_shutdown:
            c.shutdown()
        c.pause_reading()
        c.send_request("budget/status", message_id="unread")  # has the reading thread give way
        time.sleep(0.5)
        c.close_stdout()
        with soon():
            assert c.process.wait(30) == code


def test_the_named_process_dies(start: Start) -> None:
    with subprocess.Popen(["sleep", "60"]) as editor, start(handshake=False, exit_code=1) as c:
        c.request("initialize", {"processId": editor.pid, "capabilities": {}})
        time.sleep(1)
        assert c.request("budget/status")
        editor.kill()
        editor.wait()
        with soon():
            assert c.wait() == 1


def test_the_process_named_on_the_command_line_dies(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as editor:
        command = serve_command(tmp_path, f"--clientProcessId={editor.pid}")
        with Client(command, cwd=tmp_path, exit_code=1) as c:
            assert c.request("budget/status")
            editor.kill()
            editor.wait()
            with soon():
                assert c.wait() == 1


def test_the_parent_dies_with_the_pipes_kept_open(tmp_path: Path) -> None:
    """A launcher starts the server and is killed; somebody else still holds both pipes."""
    pid_file = tmp_path / "pid"
    launcher = (
        "import subprocess, sys, time; from pathlib import Path;"
        f"p = subprocess.Popen({FAKE_SERVER!r}); Path({str(pid_file)!r}).write_text(str(p.pid)); time.sleep(60)"
    )
    with Client([sys.executable, "-c", launcher], handshake=False, exit_code=None) as c:
        c.request("initialize", {"processId": None, "capabilities": {}})
        server = int(pid_file.read_text())
        c.process.kill()
        c.process.wait()
        deadline = time.monotonic() + SOON
        while _runs(server):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] != "Z"
    except OSError:
        return False
