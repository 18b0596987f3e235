"""One sidecar listens at a time, and however it ends, the next call is answered."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from support.client import Client

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.sidecar.commands import prepare
from ctxbudget_server.sidecar.endpoint import Endpoint
from ctxbudget_server.sidecar.wire import TAKEN, read_head, read_lengths
from ctxbudget_server.store.location import socket_place
from sidecar.sidecar_place import HURRIED, Place, answered, eventually, kill

ADD = '{"items": [{"layer": "phase", "tokens": 5}]}'


def retained(place: Place) -> int:
    """What the default session's account holds, from a process of its own."""
    figure: int = json.loads(place.call("budget/status", CTXBUDGET_SOCKET="off").stdout)["retained"]
    return figure


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_socket_is_private_and_goes_with_its_sidecar(place: Place) -> None:
    with place.sidecar() as client:
        assert place.socket is not None
        assert [mode(place.store.parent), mode(place.socket_folder), mode(place.socket)] == [0o700, 0o700, 0o600]
        assert place.call("context/add", ADD).returncode == 0
        eventually(lambda: answered(client) == 1, "an answer of the sidecar")
    assert not place.socket_folder.exists()


def test_the_store_of_the_workspace_is_found_without_being_named(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "deep").mkdir()
    env = {"XDG_STATE_HOME": str(tmp_path / "state")}
    command = [sys.executable, "-m", "ctxbudget_server"]
    with Client([*command, "serve", "-v"], cwd=tmp_path, env=env) as client:
        eventually(lambda: "callers are answered" in client.stderr, "listening")
        subprocess.run(
            [*command, "call", "context/add", ADD], cwd=tmp_path / "deep", env={**os.environ, **env}, check=True
        )
        eventually(lambda: answered(client) == 1, "an answer of the sidecar")
        assert client.request("budget/status")["retained"] == 5


def test_another_sidecar_takes_over(place: Place) -> None:
    place.socket_folder.mkdir(parents=True)
    place.socket_folder.chmod(0o755)
    with place.sidecar(exit_code=None) as first:
        assert mode(place.socket_folder) == 0o700
        with place.sidecar(wait=False) as second:
            assert place.call("context/add", ADD).returncode == 0
            eventually(lambda: answered(first) == 1, "an answer of the first sidecar")
            kill(first)
            assert place.call("context/add", ADD).returncode == 0, "nobody listens behind a socket that was left"
            eventually(lambda: "callers are answered" in second.stderr, "a takeover")
            assert place.call("context/add", ADD).returncode == 0
            # Two, if it took over so soon that it had the call before, too.
            eventually(lambda: answered(second) >= 1, "an answer of the second sidecar")
            assert retained(place) == 15


def test_sidecars_of_two_workspaces_share_a_store(place: Place, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Place(tmp_path / "other", place.store)
    with place.sidecar() as one:
        with other.sidecar() as two:
            place.call("budget/status")
            other.call("session/list")
            eventually(lambda: (answered(one), answered(two)) == (1, 1), "an answer of each")
        assert place.socket is not None


@pytest.mark.parametrize("moment", [0.02, 0.1, 0.3])
def test_a_sidecar_killed_in_the_middle_costs_nothing(place: Place, moment: float) -> None:
    (place.folder / "long.md").write_text("It counts words, one after the other, and is not done soon.\n" * 100_000)
    params = '{"items": [{"layer": "phase", "path": "long.md"}, {"layer": "phase", "tokens": 1}]}'
    with place.sidecar(exit_code=None) as client:
        client.request("tokens/count", {"texts": ["warm"]})
        with place.caller("context/add", params) as caller:
            eventually(lambda: place.socket, "the socket")
            threading.Timer(moment, kill, (client,)).start()
            out, err = caller.communicate(timeout=60)
    assert (caller.returncode, err) == (0, b"")
    tokens = json.loads(out)["items"][0]["tokens"]
    assert tokens > 100_000
    assert retained(place) == tokens + 1


class StandIn:
    """A listener in the place of a sidecar, for one caller, that does with it what `act` does."""

    def __init__(self, place: Place, act: object) -> None:
        folder, name = socket_place(str(place.folder), str(place.store))
        Path(folder).mkdir(parents=True, mode=0o700)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(Endpoint(folder, name).address())  # pytest's folders may be too deep for a socket
        self._listener.listen()
        self._act = act
        self.met = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with self._listener:
            connection, _ = self._listener.accept()
        with connection:
            self.met.set()
            self._act(connection)  # type: ignore[operator]


def test_an_answer_that_is_lost_after_the_commit_is_given_by_the_fallback(place: Place) -> None:
    first = []

    def carry_out_and_die(connection: socket.socket) -> None:
        line = connection.recv(1 << 16)
        line, _, head = line.partition(b"\n")
        ask = read_head(head)
        connection.sendall(TAKEN)
        while len(ask.body) < read_lengths(line)[1]:
            ask.body += connection.recv(1 << 16)
        services = BudgetService(Options(str(place.folder), str(place.store)), actor="test")
        first.append(prepare(services, ask).run(Cancellation()))
        services.close()
        connection.sendall(b"answer 0 10")

    stand_in = StandIn(place, carry_out_and_die)
    done = place.call("context/add", ADD)
    assert stand_in.met.is_set()
    assert (done.returncode, done.stdout) == (0, first[0].stdout)
    assert retained(place) == 5
    assert place.call("context/add", ADD).returncode == 0
    assert retained(place) == 10, "another call is another request"


@pytest.mark.parametrize(
    "words", [b"", b"refused another version\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"taken\nanswer x y z\n"]
)
def test_a_stranger_behind_the_socket_is_done_without(place: Place, words: bytes) -> None:
    stand_in = StandIn(place, lambda connection: connection.sendall(words))

    assert place.call("context/add", ADD).returncode == 0
    assert stand_in.met.is_set()
    assert retained(place) == 5


def test_a_peer_that_hangs_is_done_without(place: Place) -> None:
    done = threading.Event()
    stand_in = StandIn(place, lambda _: done.wait(30))

    assert place.call("context/add", ADD, command=HURRIED).returncode == 0
    assert stand_in.met.is_set()
    done.set()
    assert retained(place) == 5


def test_a_stopped_sidecar_is_done_without(place: Place) -> None:
    with place.sidecar() as client:
        client.process.send_signal(signal.SIGSTOP)
        try:
            assert place.call("context/add", ADD, command=HURRIED).returncode == 0
        finally:
            client.process.send_signal(signal.SIGCONT)
        assert client.request("budget/status")["retained"] == 5


def test_a_folder_that_others_can_write_to_is_not_trusted(place: Place) -> None:
    def lie(connection: socket.socket) -> None:
        connection.recv(1 << 16)
        connection.sendall(b"taken\nanswer 0 4 0\nlie\n")

    stand_in = StandIn(place, lie)
    place.socket_folder.chmod(0o777)

    assert b"lie" not in place.call("budget/status").stdout
    assert not stand_in.met.is_set()
    place.socket_folder.chmod(0o700)
    assert place.call("budget/status").stdout == b"lie\n", "the stand-in works"


def test_a_link_in_the_folders_place_is_no_socket(place: Place, tmp_path: Path) -> None:
    place.store.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    place.socket_folder.symlink_to(tmp_path / "elsewhere")
    with place.sidecar(wait=False) as client:
        eventually(lambda: "no socket for one-shot callers" in client.stderr, "a line in the log")
        assert place.call("context/add", ADD).returncode == 0
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_socket_can_be_declined(place: Place) -> None:
    for options, env in ((["--no-socket"], {}), ([], {"CTXBUDGET_SOCKET": "off"}), (["--max-document-bytes", "9"], {})):
        place.env = env
        with place.sidecar(*options, wait=False) as client:
            client.request("budget/status")
            assert place.call("budget/status").returncode == 0
            assert not place.socket_folder.exists()


def test_a_store_that_was_deleted_is_not_answered_from(place: Place) -> None:
    with place.sidecar() as client:
        place.call("context/add", ADD)
        for file in place.store.parent.glob("store.db*"):
            if file.is_file():
                file.unlink()
        assert json.loads(place.call("context/add", ADD).stdout)["status"]["retained"] == 5
        assert "the store was moved" in client.stderr


def test_a_deleted_socket_is_told_in_the_log(place: Place) -> None:
    with place.sidecar() as client:
        assert place.socket is not None
        place.socket.unlink()
        assert place.call("context/add", ADD).returncode == 0
        eventually(lambda: "was deleted" in client.stderr, "a line in the log")


@pytest.mark.skipif(os.uname().sysname != "Linux", reason="paths of sockets are short elsewhere")
def test_a_path_that_is_too_long_for_a_socket(place: Place, tmp_path: Path) -> None:
    deep = Place(place.folder, tmp_path / ("d" * 120) / "store.db")
    with deep.sidecar() as client:
        assert deep.call("context/add", ADD).returncode == 0
        eventually(lambda: answered(client) == 1, "an answer of the sidecar")
    assert not deep.socket_folder.exists()
