"""Processes that are told to end while a thread never gives up the interpreter lock, and such as only seem to hang."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX: there is no watchdog on Windows")

BOUND_SECONDS = 30
"""Against hangs, on a busy machine. By itself an end takes less than 5 s, which the long run measures."""
PROMISED_SECONDS = 5

HANGING = """
import re, sys
from pathlib import Path
from ctxbudget_server.cli import main
from ctxbudget_server.service.service import BudgetService

def hang(self, method, params, *others):
    if params.get("text") != "go on":
        Path(sys.argv.pop()).touch()
        re.match(r"(?:a*)*b", "a" * 64)  # takes years, with the lock held
    return real(self, method, params, *others)

real, BudgetService.call = BudgetService.call, hang
sys.exit(main(sys.argv[1:-1]))
"""

SCRIPT = """
import sys, time
from ctxbudget_server.runtime import watchdog

watching = watchdog.start(stdin=True, parent=False)
print("begun", flush=True)
seconds, beats = float(sys.argv[1]), sys.argv[2] == "beats"
until = time.monotonic() + seconds
while time.monotonic() < until:
    if beats:
        watching.beat()
    time.sleep(0.2)
"""


class Hanging:
    """A process of ctxbudget in which a request has just begun to hold the interpreter lock for good."""

    def __init__(self, folder: Path, command: str, *, under: str = "") -> None:
        self.folder, self.mark = folder, folder / "hangs"
        script = folder / "hanging.py"
        script.write_text(HANGING)
        place = ["--workspace", str(folder), "--store", str(folder / "state" / "store.db")]
        words = [sys.executable, str(script), command, *place, str(self.mark)]
        if under:
            words = [sys.executable, "-c", under, *words]
        self.process: Any = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )

    def say(self, message: dict[str, Any], *, framed: bool = True) -> None:
        """Send a message, framed as language servers expect it or on a line of its own."""
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        data = b"Content-Length: %d\r\n\r\n%s" % (len(body), body) if framed else body + b"\n"
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hung(self) -> Hanging:
        """Wait until the request holds the lock."""
        wait_until(self.mark.exists)
        time.sleep(0.5)
        return self

    def seconds_to_the_end(self) -> float:
        """How long it takes until nobody holds the process's stdout any more."""
        start = time.monotonic()
        os.set_blocking(self.process.stdout.fileno(), False)
        wait_until(self._is_over)
        self.process.wait(BOUND_SECONDS)
        return time.monotonic() - start

    def _is_over(self) -> bool:
        return self.process.stdout.read(65536) == b""


def wait_until(true: Callable[[], bool]) -> None:
    """Fail if it is not true in time."""
    until = time.monotonic() + BOUND_SECONDS
    while not true():
        assert time.monotonic() < until, "nothing has happened"
        time.sleep(0.05)


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[Callable[..., Hanging]]:
    """Starts hanging processes, which end with the test."""
    started: list[Hanging] = []

    def start(command: str, **more: str) -> Hanging:
        started.append(Hanging(tmp_path, command, **more))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.process.wait()
        for stream in (each.process.stdin, each.process.stdout):
            with suppress(BrokenPipeError):  # what was left to flush
                stream.close()


def serve_until_it_hangs(server: Hanging) -> Hanging:
    server.say({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}})
    server.say({"method": "initialized", "params": {}})
    server.say({"id": 2, "method": "tokens/count", "params": {"text": "hang"}})
    return server.hung()


STARTS_IT_AND_WAITS = "import subprocess, sys; subprocess.call(sys.argv[1:])"


@pytest.mark.parametrize("end", ["SIGTERM", "SIGINT", "a closed stdin", "the parent's death"])
def test_a_server_that_hangs_ends(hanging: Callable[..., Hanging], end: str, long_run: bool) -> None:
    server = serve_until_it_hangs(hanging("serve", under=STARTS_IT_AND_WAITS if "parent" in end else ""))
    if "parent" in end:
        server.process.kill()
    elif "stdin" in end:
        server.process.stdin.close()
    else:
        server.process.send_signal(signal.Signals[end])
    seconds = server.seconds_to_the_end()
    assert server.process.returncode == -signal.SIGKILL
    if long_run:
        print(f"{end}: {seconds:.1f} s")
        assert seconds < PROMISED_SECONDS


def test_a_sidecar_that_hangs_ends(hanging: Callable[..., Hanging], tmp_path: Path) -> None:
    sidecar = hanging("sidecar")
    wait_until(lambda: any((tmp_path / "state" / "store.db.sidecar").glob("*.sock")))
    place = ["--workspace", str(tmp_path), "--store", str(tmp_path / "state" / "store.db")]
    call = [sys.executable, "-m", "ctxbudget_server", "call", *place, "tokens/count", '{"text": "hang"}']
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as caller:
        sidecar.hung()
        sidecar.process.terminate()
        sidecar.seconds_to_the_end()
        caller.wait(BOUND_SECONDS)
    assert sidecar.process.returncode == -signal.SIGKILL


def test_tools_for_a_model_that_hang_end(hanging: Callable[..., Hanging]) -> None:
    pytest.importorskip("mcp", reason="the MCP SDK is not installed: pip install 'ctxbudget[mcp]'")
    tools = hanging("mcp")
    client = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    tools.say({"id": 1, "method": "initialize", "params": client}, framed=False)
    tools.say({"method": "notifications/initialized"}, framed=False)
    tools.say({"id": 2, "method": "tools/call", "params": {"name": "budget_status", "arguments": {}}}, framed=False)
    tools.hung()
    tools.process.stdin.close()
    tools.seconds_to_the_end()
    assert tools.process.returncode == -signal.SIGKILL


def test_a_server_that_was_stopped_is_not_killed(hanging: Callable[..., Hanging]) -> None:
    server = hanging("serve")
    server.say({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}})
    assert server.process.stdout.readline().startswith(b"Content-Length")
    server.process.send_signal(signal.SIGSTOP)
    server.process.stdin.close()
    time.sleep(6)
    server.process.send_signal(signal.SIGCONT)
    server.seconds_to_the_end()
    assert server.process.returncode == 1, "it ended by itself, with its input"


@pytest.mark.parametrize("beats", ["beats", "has not begun"])
def test_a_server_that_works_after_its_input_ended_is_not_killed(tmp_path: Path, beats: str) -> None:
    command = [sys.executable, "-c", SCRIPT, "6", beats]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == b"begun\n"
        process.stdin.close()
        assert process.wait(BOUND_SECONDS) == 0


def processes_of(folder: Path) -> set[int]:
    """The processes whose command names the folder."""
    found = set[int]()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and os.fsencode(folder) in (entry / "cmdline").read_bytes():
                found.add(int(entry.name))
        except OSError:
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to look at processes: run on Linux")
@pytest.mark.parametrize("end", ["killed", "ended"])
def test_the_watchdog_holds_little_and_goes_with_its_server(hanging: Callable[..., Hanging], end: str) -> None:
    server = hanging("serve")
    server.say({"id": 1, "method": "initialize", "params": {"processId": None, "rootUri": None, "capabilities": {}}})
    assert server.process.stdout.readline().startswith(b"Content-Length")
    (watchdog,) = processes_of(server.folder) - {server.process.pid}
    assert len(list(Path(f"/proc/{watchdog}/fd").iterdir())) == 3
    status = Path(f"/proc/{watchdog}/status").read_text()
    assert f"PPid:\t{server.process.pid}\n" not in status, "the server has no child"
    if end == "killed":
        server.process.kill()
    else:
        server.process.stdin.close()
    server.process.wait(BOUND_SECONDS)
    wait_until(lambda: not processes_of(server.folder))
