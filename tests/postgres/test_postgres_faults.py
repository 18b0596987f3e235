"""The server crashes, stops answering, or a connection is lost at the worst moment: nothing is lost or done twice."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.postgres import Cluster, new_schema
from support.proxy import Plan, Proxy

from ctxbudget_protocol.errors import ProtocolError
from postgres.account import Account

ITEM = {"layer": "transient", "tokens": 7}


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    made = Proxy(cluster.port)
    yield made
    made.close()


@pytest.fixture
def behind(tmp_path: Path, cluster: Cluster, proxy: Proxy) -> Iterator[Account]:
    """A service whose connections can be broken."""
    made = Account(tmp_path, cluster.url(new_schema(), port=proxy.port))
    made("session/open", sessionId="s")
    yield made
    made.service.close()


@pytest.mark.parametrize("passed", [True, False])
def test_a_commit_whose_answer_is_lost_counts_once_with_a_request_key(
    behind: Account, proxy: Proxy, passed: bool
) -> None:
    proxy.plan = Plan(b"COMMIT\0", passed)
    added = behind("context/add", sessionId="s", items=[ITEM], requestKey="k")
    assert proxy.plan is None, "the connection was broken"
    assert behind("context/add", sessionId="s", items=[ITEM], requestKey="k") == added
    assert behind("budget/status", sessionId="s")["retained"] == 7


@pytest.mark.parametrize(("passed", "retained"), [(True, 7), (False, 0)])
def test_without_a_key_the_caller_is_told_that_nobody_knows(
    behind: Account, proxy: Proxy, passed: bool, retained: int
) -> None:
    proxy.plan = Plan(b"COMMIT\0", passed)
    with pytest.raises(ProtocolError, match="may have been made") as refused:
        behind("context/add", sessionId="s", items=[ITEM])
    assert refused.value.name == "storeUnavailable"
    assert refused.value.wire()["data"]["retryable"] is True
    with behind.service.store.write(lambda: None) as writer:  # waits until the lost transaction has ended
        assert writer.session("s") is not None
    assert behind("budget/status", sessionId="s")["retained"] == retained


def test_a_connection_that_is_lost_before_the_commit_is_made_again(behind: Account, proxy: Proxy) -> None:
    proxy.plan = Plan(b"pg_advisory_xact_lock", passed=False)
    behind("context/add", sessionId="s", items=[ITEM])
    assert proxy.plan is None, "the connection was broken"
    assert behind("budget/status", sessionId="s")["retained"] == 7


def test_what_was_acknowledged_survives_crashes_and_counts_once(tmp_path: Path, durable: Cluster) -> None:
    url = durable.url("crashes")
    account = Account(tmp_path, url)
    account("session/open", sessionId="s")
    acknowledged: list[int] = []
    stop = threading.Event()

    def write(worker: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                account("context/add", sessionId="s", items=[ITEM], requestKey=f"{worker}-{number}")
            except ProtocolError as error:
                assert error.name in ("storeUnavailable", "storeBusy")
                number -= 1  # the same key again
                continue
            acknowledged.append(1)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(3)]
    for writer in writers:
        writer.start()
    for _ in range(2):
        time.sleep(0.7)
        durable.restart("immediate")
    time.sleep(0.7)
    stop.set()
    for writer in writers:
        writer.join(60)
    assert len(acknowledged) > 10
    # The last request of a writer may have been refused although it was made, and was not repeated.
    made = account("budget/status", sessionId="s")["retained"] // 7
    assert len(acknowledged) <= made <= len(acknowledged) + len(writers)
    assert account.service.store.check() == []
    account.service.close()


def test_a_server_that_stops_answering_is_given_up_within_a_bound(
    tmp_path: Path, durable: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctxbudget_server.store.postgres.store.ANSWER_SECONDS", 2.0)
    monkeypatch.setattr("ctxbudget_server.store.postgres.connection.REACH_SECONDS", 1.0)
    account = Account(tmp_path, durable.url("stops"))
    account("session/open", sessionId="s")
    durable.signal(signal.SIGSTOP)
    try:
        with pytest.raises(ProtocolError) as refused:
            account("context/add", sessionId="s", items=[ITEM])
    finally:
        durable.signal(signal.SIGCONT)
    assert refused.value.name == "storeUnavailable"
    account("context/add", sessionId="s", items=[ITEM], requestKey="after")
    assert account("budget/status", sessionId="s")["retained"] in (7, 14)
    account.service.close()


def test_a_server_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    account = Account(tmp_path, "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(ProtocolError, match="cannot be reached") as refused:
        account("budget/status")
    assert refused.value.fields["path"] == "postgresql://nobody@127.0.0.1:1/none"


def test_a_writer_waits_for_another_no_longer_than_it_may(account: Account) -> None:
    account("session/open", sessionId="s")
    store = account.service.store
    with store.write(lambda: None) as writer:
        assert writer.session("s") is not None
        held: list[str] = []

        def other() -> None:
            try:
                with store.write(lambda: None, until=time.monotonic() + 0.3) as second:
                    second.session("s")
            except ProtocolError as error:
                held.append(error.name)

        waiting = threading.Thread(target=other)
        waiting.start()
        waiting.join(20)
    assert held == ["storeBusy"]


def test_a_request_that_waits_can_be_cancelled(account: Account) -> None:
    account("session/open", sessionId="s")
    store = account.service.store
    cancelled = threading.Event()
    seen: list[str] = []

    class StoppedError(Exception):
        pass

    def check() -> None:
        if cancelled.is_set():
            raise StoppedError

    with store.write(lambda: None) as writer:
        assert writer.session("s") is not None

        def other() -> None:
            try:
                with store.write(lambda: None, check=check) as second:
                    second.session("s")
            except StoppedError:
                seen.append("stopped")

        waiting = threading.Thread(target=other)
        waiting.start()
        cancelled.set()
        waiting.join(20)
        assert seen == ["stopped"]
    added = account("context/add", sessionId="s", items=[ITEM])
    with store.read() as reader:
        assert added["revision"] == 2
        assert [event.method for event in reader.events("s")] == ["session/open", "context/add"]


def test_two_sessions_do_not_wait_for_each_other(account: Account) -> None:
    account("session/open", sessionId="a")
    account("session/open", sessionId="b")
    with account.service.store.write(lambda: None) as writer:
        assert writer.session("a") is not None
        account("context/add", sessionId="b", items=[ITEM])
    assert account("budget/status", sessionId="b")["retained"] == 7


def test_times_are_those_of_the_server(account: Account, cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine whose clock is wrong by minutes sets the same times as all others."""
    monkeypatch.setattr("time.time", lambda: 86_400.0)
    account("session/open", sessionId="s")
    account("budget/reserve", sessionId="s", holder="h", tokens=10, ttlMs=60_000)
    (left,) = cluster.query(
        f"SELECT extract(epoch FROM expires_at::timestamptz - now()) FROM {account.service.store.address.schema}.leases"  # type: ignore[attr-defined]
    )
    assert 30 < float(left) <= 60.5
