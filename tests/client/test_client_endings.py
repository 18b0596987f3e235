"""How a conversation ends: in order, by death, by nonsense, by force."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

import pytest

from ctxbudget_client import Client, ClientError, ConnectionLostError, RequestTimeoutError

FAKE = [sys.executable, str(Path(__file__).with_name("client_fake_server.py"))]


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_close_shuts_the_server_down_in_order():
    client = Client.spawn(FAKE, restarts=0, timeout=15)
    assert client.close() == 0
    assert client.close() == 0
    assert not is_alive(client.pid)
    with pytest.raises(ConnectionLostError, match="the client is closed"):
        client.request("echo")


def test_a_death_fails_what_is_pending_with_the_last_words():
    with Client.spawn(FAKE, restarts=0, timeout=15) as client:
        held = [client.send("hold") for _ in range(3)]
        with pytest.raises(ConnectionLostError) as caught:
            client.request("die")
        for one in held:
            with pytest.raises(ConnectionLostError):
                one.result(5)
        assert caught.value.exit_code == 7
        assert "exit code 7" in caught.value.reason
        assert "the last words" in str(caught.value)
        with pytest.raises(ConnectionLostError, match="exit code 7"):
            client.send("echo")
    assert client.close() == 7


def test_a_server_that_closes_its_output_is_lost_and_ended():
    with Client.spawn(FAKE, restarts=0, timeout=15) as client:
        with pytest.raises(ConnectionLostError, match="closed its output"):
            client.request("closeOutput")
        client.kill()
    assert not is_alive(client.pid)


def test_nonsense_ends_the_conversation():
    with (
        Client.spawn(FAKE, restarts=0, timeout=15) as client,
        pytest.raises(ConnectionLostError, match="sent not a header"),
    ):
        client.request("garbage")
    assert not is_alive(client.pid)


def test_a_callback_that_raises_is_said_and_the_conversation_goes_on(monkeypatch):
    def broken(method, params):
        raise RuntimeError("the callback's own fault")

    said = []
    monkeypatch.setattr(threading, "excepthook", lambda hook: said.append(str(hook.exc_value)))
    heard = []
    with Client.spawn(FAKE, restarts=0, on_notification=broken, timeout=15) as client:
        client.on("budget/alert", lambda note: note.no_such_member)
        client.on("budget/alert", heard.append)
        client.request("tell", {"method": "budget/alert", "times": 1})
    assert said[0] == "the callback's own fault"
    assert "no_such_member" in said[1]
    assert len(heard) == 1, "the others are told all the same"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_forked_child_is_told_that_the_client_is_not_its_own():
    with Client.spawn(FAKE, restarts=0, timeout=15) as client:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                client.request("echo")
            except ConnectionLostError as fault:
                os.write(write, str(fault).encode())
            client.close()
            os._exit(0)
        os.waitpid(child, 0)
        assert b"forked from" in os.read(read, 1000)
        assert client.request("echo", {"a": 1}) == {"a": 1}, "the child's close left the server alone"
        os.close(read)
        os.close(write)


def test_a_server_that_hangs_is_killed():
    client = Client.spawn([*FAKE, "--stubborn"], timeout=15)
    began = time.monotonic()
    code = client.close(grace=0.3)
    assert code < 0
    assert time.monotonic() - began < 8
    assert not is_alive(client.pid)


def test_a_server_that_does_not_read_blocks_nobody():
    client = Client.spawn(FAKE, restarts=0, timeout=15)
    client.request("stopReading")
    began = time.monotonic()
    with pytest.raises(RequestTimeoutError):
        client.request("echo", {"text": "x" * 4_000_000}, timeout=0.3)
    client.close(grace=0.3)
    assert time.monotonic() - began < 8
    assert not is_alive(client.pid)


def test_an_exception_in_the_block_ends_the_server_too():
    with pytest.raises(KeyError), Client.spawn(FAKE, restarts=0, timeout=15) as client:
        raise KeyError
    assert not is_alive(client.pid)


def test_a_server_that_dies_at_once():
    with pytest.raises(ConnectionLostError, match=r"exit code 3(.|\n)*no such option"):
        Client.spawn([sys.executable, "-c", "import sys; print('no such option', file=sys.stderr); sys.exit(3)"])


def test_a_server_that_never_answers_initialize_is_not_left_behind(tmp_path):
    pid = tmp_path / "pid"
    script = f"import os,time,pathlib; pathlib.Path({str(pid)!r}).write_text(str(os.getpid())); time.sleep(600)"
    with pytest.raises(RequestTimeoutError, match="initialize"):
        Client.spawn([sys.executable, "-c", script], timeout=3)
    assert not is_alive(int(pid.read_text()))


def test_a_command_that_does_not_exist(tmp_path):
    with pytest.raises(ClientError, match="could not be started"):
        Client.spawn([tmp_path / "no-such-server"])


def test_what_the_server_wrote_to_stderr_is_bounded():
    flood = (
        "import sys\nfor i in range(20000): print('line', i, file=sys.stderr)\nprint('x' * 10_000_000, file=sys.stderr)"
    )
    with pytest.raises(ConnectionLostError) as caught:
        Client.spawn([sys.executable, "-c", flood])
    assert len(caught.value.stderr_tail) < 200_000
