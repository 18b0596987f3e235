"""What the server tells without being asked."""

from __future__ import annotations

import time
from itertools import pairwise

from support.client import Client

from rpc.conftest import Start


def watch(server: Client, wanted: bool = True) -> int:
    """Begin or end watching; how often the backend has been asked for news so far."""
    server.request("session/open", {"watch": wanted})
    return len(asked(server))


def asked(server: Client) -> list[float]:
    return server.request("session/list")["asked"]


def test_nothing_is_told_or_asked_unless_watched(start: Start) -> None:
    with start() as c:
        c.request("session/open", {"watch": False})
        c.request("context/add", {"n": 1})
        c.quiet(0.6)
        assert asked(c) == []


def test_changes_are_told(shared: Client) -> None:
    watch(shared)
    shared.request("context/add", {"n": 1})
    first = shared.notification("budget/didChange")["changes"]
    shared.request("context/add", {"n": 2})
    assert shared.notification("budget/didChange")["changes"] == first + 1
    shared.quiet(0.4)


def test_many_changes_are_told_ten_times_a_second_at_most(server: Client) -> None:
    before = watch(server)
    server.request("context/add", {"n": 0})
    changes = server.notification("budget/didChange")["changes"]
    began = time.monotonic()
    while time.monotonic() - began < 1:
        server.request("context/add", {"n": 1})
        changes += 1
    while server.notification("budget/didChange")["changes"] < changes:
        pass
    took = time.monotonic() - began
    times = asked(server)[before:]
    assert all(later - earlier > 0.09 for earlier, later in pairwise(times))
    assert 3 <= len(times) <= took * 10 + 3


def test_it_asks_now_and_then_and_ends_with_the_watching(server: Client) -> None:
    before = watch(server)
    time.sleep(1.3)
    after = watch(server, False)
    assert 2 <= after - before <= 8
    time.sleep(0.3)  # one look may have been under way
    settled = len(asked(server))
    time.sleep(0.6)
    assert len(asked(server)) == settled


def test_news_that_fail_are_logged_once(start: Start) -> None:
    with start(env={"FAKE_NEWS_FAIL": "1"}) as c:
        watch(c)
        deadline = time.monotonic() + 30
        while len(asked(c)) < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(asked(c)) >= 3
        assert c.stderr.count("changes of sessions cannot be read") == 1
