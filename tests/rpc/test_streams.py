"""Streams in bad shape: lost framing, huge messages, clients that do not read, things that print."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from pathlib import Path

import pytest
from support.client import Client, call, frame
from support.programs import SHELL

from rpc.conftest import FAKE_SERVER, Start

SMALL = {"FAKE_LIMITS": '{"max_message_bytes": 1000}'}


@pytest.mark.parametrize(
    "bytes_in",
    [
        b"Content-Length: 1000000000000000\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"x" * 100_000,
    ],
)
def test_a_lost_stream_is_told_and_closed(start: Start, bytes_in: bytes) -> None:
    with start(exit_code=1) as c:
        with contextlib.suppress(BrokenPipeError):
            c.send_raw(bytes_in)
        error = c.orphan_error()
        assert (error["code"], error["data"]["name"]) == (-32700, "parseError")
        assert c.wait() == 1


def test_a_length_too_short_is_found_out(start: Start) -> None:
    with start(exit_code=1) as c:
        c.send_raw(b"Content-Length: 10\r\n\r\n" + frame(call("short", "budget/status"))[22:] + frame({}))
        assert c.orphan_error()["code"] == -32700
        assert c.orphan_error()["code"] == -32700
        assert c.wait() == 1


def test_an_end_inside_a_message(start: Start) -> None:
    with start(exit_code=1) as c:
        c.send_raw(frame(call("cut", "budget/status"))[:-1])
        c.close_stdin()
        assert c.orphan_error()["data"]["name"] == "parseError"
        assert c.wait() == 1


def test_the_limit_of_a_message(start: Start) -> None:
    with start(env=SMALL) as c:
        body = b'{"jsonrpc":"2.0","id":"exact","method":"budget/status"}'
        c.expect_answer("exact")
        c.send_raw(frame(body + b" " * (1000 - len(body))))
        assert c.result("exact")["warm"]
        body = body.replace(b"exact", b"larger")
        c.expect_answer("larger")
        c.send_raw(frame(body + b" " * (1001 - len(body))))
        error = c.error("larger")
        assert error["code"] == 1008
        assert error["data"] == {"name": "payloadTooLarge", "retryable": False, "limit": 1000, "size": 1001}
        assert c.request("budget/status")["warm"]


def test_an_oversize_message_takes_no_memory(start: Start, transport: dict[str, str]) -> None:
    with start(env=transport) as c:
        c.request("textDocument/codeLens", {"textDocument": {"uri": "file:///none"}})  # all that loads later is there
        before = _peak_kib(c.process.pid)
        size = 300 * 1024 * 1024
        c.send_raw(b"Content-Length: %d\r\n\r\n" % size)
        chunk = b"x" * (1 << 20)
        for _ in range(300):
            c.process.stdin.write(chunk)  # past the trace, which would keep it
        assert c.orphan_error(timeout=60)["data"]["size"] == size
        assert c.request("budget/status")["warm"]
        assert _peak_kib(c.process.pid) - before < 24 * 1024


def test_a_message_of_tens_of_mebibytes(shared: Client) -> None:
    text = "0123456789abcdef" * (1 << 20)
    assert shared.request("budget/status", {"text": text})["params"]["text"] == text


def test_whatever_prints_cannot_corrupt_the_stream(start: Start) -> None:
    with start() as c:
        assert c.request("budget/report") == {"stdin": ""}
        c.shutdown()
        c.notify("exit")
        c.wait()
        for stray in ("a stray print", "a stray write to descriptor 1", "a stray child"):
            assert stray in c.stderr


def test_it_is_silent_on_stderr(start: Start) -> None:
    with start() as c:
        c.request("budget/status")
        c.request_error("context/add", {})
        c.request_error("unknown")
        c.send_raw(frame(b"{"))
        c.orphan_error()
        c.shutdown()
        c.notify("exit")
        c.wait()
        assert c.stderr == ""


def test_without_a_stderr() -> None:
    script = frame(call(1, "initialize", {"capabilities": {}})) + frame(call(2, "budget/report"))
    command = [SHELL, "-c", 'exec "$@" 2>&-', "sh", *FAKE_SERVER]
    done = subprocess.run(command, input=script, stdout=subprocess.PIPE, check=False, timeout=30)
    assert (done.stdout.count(b'"result"'), done.stdout.count(b"stray")) == (2, 0)


def test_one_socket_for_both_directions() -> None:
    ours, theirs = socket.socketpair()
    with ours, subprocess.Popen(FAKE_SERVER, stdin=theirs, stdout=theirs) as process:
        theirs.close()
        ours.settimeout(30)
        answers = ours.makefile("rb")
        for script in (
            frame(call(1, "initialize", {"capabilities": {}})),
            frame(call(2, "budget/status")),
            frame(call(3, "shutdown")),
        ):
            ours.sendall(script)
            length = int(answers.readline().partition(b":")[2])
            answers.readline()
            assert b'"result"' in answers.read(length)
        ours.shutdown(socket.SHUT_WR)
        assert process.wait(30) == 0


def test_two_sockets() -> None:
    """As node does it."""
    (our_in, their_in), (our_out, their_out) = socket.socketpair(), socket.socketpair()
    with our_in, our_out, subprocess.Popen(FAKE_SERVER, stdin=their_in, stdout=their_out) as process:
        their_in.close()
        their_out.close()
        our_in.sendall(frame(call(1, "initialize", {"capabilities": {}})) + frame(call(2, "shutdown")))
        our_in.shutdown(socket.SHUT_WR)
        assert process.wait(30) == 0
        assert our_out.makefile("rb").read().count(b'"result"') == 2


def test_a_client_that_does_not_read(start: Start, transport: dict[str, str]) -> None:
    """The server stops reading, stays small and alive, and answers everything when the client reads again."""
    with start(env=transport, timeout=60) as c:
        c.request("textDocument/codeLens", {"textDocument": {"uri": "file:///none"}})  # all that loads later is there
        before = _peak_kib(c.process.pid)
        c.pause_reading()
        stdin = c.process.stdin.fileno()
        os.set_blocking(stdin, False)
        waiting = bytearray()
        asked = 0
        stuck_since = time.monotonic()
        while time.monotonic() - stuck_since < 2:
            if not waiting:
                asked += 1
                c.expect_answer(asked + 1000)
                waiting += frame(call(asked + 1000, "budget/status", {"text": "x" * 10_000}))
            try:
                sent = os.write(stdin, waiting)
                del waiting[:sent]
                stuck_since = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
            assert asked < 100_000
        assert _peak_kib(c.process.pid) - before < 64 * 1024
        c.resume_reading()
        os.set_blocking(stdin, True)
        c.send_raw(bytes(waiting))
        for n in range(1, asked + 1):
            assert c.result(n + 1000)["params"]


@pytest.mark.parametrize("how", ["SIGTERM", "end of input"])
def test_a_client_that_never_reads_can_be_left(start: Start, how: str) -> None:
    with start(exit_code=1) as c:
        c.pause_reading()
        for n in range(40):
            c.send_request("context/get", {"kind": "size", "bytes": 200_000}, message_id=n + 1000)
        time.sleep(0.5)
        if how == "SIGTERM":
            c.process.terminate()
        else:
            c.close_stdin()
        before = time.monotonic()
        assert c.process.wait(30) == 1
        assert time.monotonic() - before < 6
        c.close_stdout()


def _peak_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
