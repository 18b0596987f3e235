"""The client itself must not let a server get away with anything."""

from __future__ import annotations

import sys

import pytest

from support.client import Client, ErrorAnswerError

SERVER = """
import json, sys
stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
def send(**message):
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    stdout.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(body), body))
    stdout.flush()
while line := stdin.readline():
    stdin.readline()
    message = json.loads(stdin.read(int(line.split(b":")[1])))
    method, id = message["method"], message.get("id")
    if method in ("initialize", "ok", "twice", "chatty", "shutdown"):
        send(id=id, result=None if method == "shutdown" else {"ok": True})
    if method == "twice":
        send(id=id, result=1)
    elif method == "chatty":
        send(method="news", params={"n": 1})
    elif method == "bad":
        send(id=id, error={"code": 1, "message": "m", "data": {"name": "n", "retryable": False}})
    elif method == "nameless":
        send(id=id, error={"code": 1, "message": "m"})
    elif method == "print":
        print("stray", flush=True)
        send(id=id, result=1)
    elif method == "exit":
        sys.exit(message["params"]["code"] if "params" in message else 0)
"""


def start(**options: object) -> Client:
    return Client([sys.executable, "-c", SERVER], **options)  # type: ignore[arg-type]


def test_a_good_conversation() -> None:
    with start() as c:
        assert c.request("ok") == {"ok": True}
        assert c.request_error("bad")["data"]["name"] == "n"
        c.request("chatty")
        assert c.notification("news") == {"n": 1}
        with pytest.raises(ErrorAnswerError, match="bad answered"):
            c.request("bad")


def test_ignored_notifications() -> None:
    with start(ignore={"news"}) as c:
        c.request("chatty")


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ("silent", "left unanswered"),
        ("ok", "left unread"),
        ("twice", "a second one"),
        ("nameless", "a bad frame"),
        ("print", "a strange header"),
    ],
)
def test_what_it_does_not_let_pass(method: str, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason), start() as c:
        c.send_request(method)


def test_a_result_is_no_error() -> None:
    with pytest.raises(AssertionError, match="answered a result"), start() as c:
        c.request_error("ok")


def test_the_wrong_exit_code() -> None:
    with pytest.raises(AssertionError, match="exit code 3, not 0"), start() as c:
        c.notify("exit", {"code": 3})
        c.wait()


def test_nothing_comes() -> None:
    with pytest.raises(AssertionError, match="waiting for the notification news: nothing came"), start() as c:
        c.notification("news", timeout=0.2)
