"""How often a request waits for the server: what a slow network multiplies."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from psycopg.waiting import Ready, Wait

from ctxbudget_server.store.postgres import connection
from postgres.account import Account

ITEM = {"layer": "transient", "content": "The build is green."}


class Waits:
    """Counts the exchanges of this thread in which it had nothing left to send, and waited for an answer."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._thread = threading.get_ident()
        self._waited = False
        ready, wait = connection._ready, connection.Connection.wait

        def seen(descriptor: int, state: Wait, seconds: float) -> Ready:
            self._waited |= state is Wait.R and seconds > 0 and threading.get_ident() == self._thread
            return ready(descriptor, state, seconds)

        def counted(of: Any, *exchange: Any, **how: Any) -> Any:
            try:
                return wait(of, *exchange, **how)
            finally:
                if threading.get_ident() == self._thread:
                    self.count += self._waited
                    self._waited = False

        monkeypatch.setattr(connection, "_ready", seen)
        monkeypatch.setattr(connection.Connection, "wait", counted)


@pytest.mark.parametrize(
    ("method", "params", "times"),
    [
        ("budget/status", {}, 1),
        ("context/list", {}, 2),
        ("budget/reserve", {"holder": "h", "tokens": 5}, 2),
        ("budget/reserve", {"holder": "h", "tokens": 5, "requestKey": "k"}, 3),
        ("context/add", {"items": [ITEM]}, 3),
        ("context/add", {"items": [ITEM] * 50}, 3),
        ("context/add", {"items": [ITEM], "requestKey": "k"}, 4),
    ],
)
def test_a_request_waits_for_the_server_so_often(
    account: Account, monkeypatch: pytest.MonkeyPatch, method: str, params: dict[str, Any], times: int
) -> None:
    account("session/open", sessionId="s")
    first = {"requestKey": "first"} if "requestKey" in params else {}
    account(method, sessionId="s", **{**params, **first})  # makes the connections
    store = account.service.store
    with store.read() as one, store.read() as two, store.read() as three:
        assert one.session("s") == two.session("s") == three.session("s")
    until = time.monotonic() + 20
    while len(store._pool._idle) < 3 and time.monotonic() < until:  # type: ignore[attr-defined]
        time.sleep(0.01)
    waits = Waits(monkeypatch)
    account(method, sessionId="s", **params)
    assert waits.count <= times
