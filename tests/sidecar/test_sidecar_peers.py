"""Whoever is at the other end of the socket, its sidecar goes on serving the client on stdio and everybody else."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator

import pytest
from support.client import Client

from ctxbudget_server.sidecar.identity import IDENTITY_FIELDS, difference, identity, roots_of
from ctxbudget_server.sidecar.server import MAX_CONNECTIONS
from sidecar.sidecar_place import Place, answered, eventually

LONG = json.dumps({"texts": ["one word and another, " * 500_000]}).encode()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Client]]:
    """One sidecar for all tests."""
    place = Place(tmp_path_factory.mktemp("w"), tmp_path_factory.mktemp("s") / "store.db")
    with place.sidecar("--max-message-bytes", "20000000") as client:
        client.request("tokens/count", {"texts": ["warm"]})
        yield place, client


def rest(connection: socket.socket) -> bytes:
    """Everything until the sidecar closes."""
    chunks = []
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(1 << 16):
            chunks.append(chunk)
    return b"".join(chunks)


def works(place: Place, client: Client) -> None:
    """Both kinds of client are answered."""
    before = answered(client)
    assert client.request("budget/status")["window"] == 25_000
    assert place.call("budget/status").returncode == 0
    eventually(lambda: answered(client) == before + 1, "an answer of the sidecar")


@pytest.mark.parametrize("field", range(len(IDENTITY_FIELDS)), ids=IDENTITY_FIELDS)
def test_a_caller_of_another_kind_is_told_so(shared: tuple[Place, Client], field: int) -> None:
    place, _ = shared
    ask = place.ask("budget/status")
    ask.identity[field] = "another"
    with place.connect() as connection:
        connection.sendall(ask.head())
        assert rest(connection) == b"refused another %b\n" % IDENTITY_FIELDS[field].encode()


def test_other_settings_are_answered_by_the_caller_itself(shared: tuple[Place, Client], tmp_path: object) -> None:
    place, client = shared
    before = answered(client)

    assert place.call("budget/status", "--durability", "fast").returncode == 0
    assert place.call("budget/status", CTXBUDGET_ROOTS=str(tmp_path)).returncode == 0
    assert place.call("budget/status", "--work", str(place.folder)).returncode == 0
    assert place.call("budget/status", "--nothing").returncode == 2
    eventually(lambda: "another durability" in client.stderr, "a refusal")
    eventually(lambda: "another extra roots" in client.stderr, "a refusal")
    assert answered(client) == before


def test_a_caller_is_answered_with_its_own_roots(tmp_path_factory: pytest.TempPathFactory) -> None:
    place = Place(tmp_path_factory.mktemp("w"), tmp_path_factory.mktemp("s") / "store.db")
    outside = tmp_path_factory.mktemp("allowed") / "a.md"
    outside.write_text("# Words\n")
    params = json.dumps({"path": str(outside)})
    with place.sidecar("--root", str(outside.parent)) as client:
        assert client.request("metadata/extract", {"path": str(outside)})["text"]
        refused = place.call("metadata/extract", params)
        assert json.loads(refused.stderr)["data"]["name"] == "pathNotAllowed"
        assert place.call("metadata/extract", params, CTXBUDGET_ROOTS=str(outside.parent)).returncode == 0
        eventually(lambda: answered(client) == 2, "two answers of the sidecar")
    assert place.call("metadata/extract", params, "--root", str(outside.parent)).returncode == 0


def test_no_caller_gains_roots() -> None:
    mine, theirs = (identity(".", "store.db", "full", roots) for roots in (["/a:/etc", "/b%"], ["/etc"]))
    assert roots_of(mine) == ["/a:/etc", "/b%"]
    assert difference(mine, theirs) == "extra roots"
    assert difference(mine, identity(".", "store.db", "full", ["/b%"])) is None


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Length: 10\r\n\r\n0123456789",
        b"x" * 5000,
        b"ctxbudget-oneshot 2 5 5\n12345",
        b"ctxbudget-oneshot 2 5\n12345",
        b"ctxbudget-oneshot 2 -5 5\n12345",
        b"ctxbudget-oneshot 2 99999999999 5\n12345",
        b"ctxbudget-oneshot 2 5 5\n12345",
        b"ctxbudget-oneshot 2 0 0\n",
        b"\n",
        b"\0" * 200,
    ],
)
def test_what_is_no_request_is_refused(shared: tuple[Place, Client], data: bytes) -> None:
    place, client = shared
    with place.connect() as connection:
        connection.sendall(data)
        assert rest(connection).startswith(b"refused ")
    works(place, client)


def test_too_large_a_body_is_the_callers_own(shared: tuple[Place, Client]) -> None:
    place, client = shared
    with place.connect() as connection:
        ask = place.ask("budget/status")
        ask.body = b"x" * 20_000_001
        connection.sendall(ask.head())
        assert rest(connection) == b"refused the body is too large\n"
    done = place.call("tokens/count", "-", stdin=LONG * 2)  # over the limit, and no JSON
    assert (done.returncode, json.loads(done.stderr)["data"]["name"]) == (1, "parseError")
    works(place, client)


def test_a_caller_that_dawdles_is_cut_off(shared: tuple[Place, Client]) -> None:
    place, client = shared
    with place.connect() as silent, place.connect() as slow:
        slow.sendall(b"ctxbudget-oneshot 2 500 0\nabc")
        assert (rest(silent), rest(slow)) == (b"", b"")
    works(place, client)


def test_a_crowd_is_sent_away(shared: tuple[Place, Client]) -> None:
    place, client = shared
    with contextlib.ExitStack() as stack:
        for _ in range(MAX_CONNECTIONS):
            stack.enter_context(place.connect())
        late = stack.enter_context(place.connect())
        assert rest(late) == b"refused too many callers\n"
        assert place.call("budget/status").returncode == 0
        assert client.request("budget/status")["window"] == 25_000
    works(place, client)


def test_hanging_up_cancels(shared: tuple[Place, Client]) -> None:
    place, client = shared
    cancelled = client.stderr.count("cancelled call")
    with place.connect() as connection:
        ask = place.ask("tokens/count", LONG)
        connection.sendall(ask.head())
        assert connection.recv(6) == b"taken\n"
        connection.sendall(ask.body)
    eventually(lambda: client.stderr.count("cancelled call") == cancelled + 1, "a cancellation")
    works(place, client)


def test_an_answer_that_nobody_reads_holds_nobody_up(shared: tuple[Place, Client]) -> None:
    place, client = shared
    body = json.dumps({"text": "word " * 1_000_000, "maxTokens": 900_000}).encode()
    with place.connect() as connection:
        ask = place.ask("tokens/truncate", body)
        connection.sendall(ask.head())
        assert connection.recv(6) == b"taken\n"
        connection.sendall(ask.body)
        eventually(lambda: "answered call ['tokens/truncate']" in client.stderr, "the answer")
        works(place, client)


def test_many_callers_at_once_are_all_answered_once(shared: tuple[Place, Client]) -> None:
    place, client = shared
    before = answered(client)
    add = '{"sessionId": "many", "items": [{"layer": "phase", "tokens": 1}]}'
    place.call("session/open", '{"sessionId": "many"}')
    callers = [place.caller("context/add", add) for _ in range(24)]
    revisions = [json.loads(caller.communicate(timeout=60)[0])["revision"] for caller in callers]

    assert sorted(revisions) == list(range(2, 26))
    assert client.request("budget/status", {"sessionId": "many"})["retained"] == 24
    eventually(lambda: answered(client) >= before + 2, "answers of the sidecar")
