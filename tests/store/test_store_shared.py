"""Writes that share a commit: as if each had been made by itself, and none acknowledged before all of them are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import serve_command

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.file.log_sync import LogSync
from ctxbudget_server.store.shared_commit import NotSharedError

ITEM = {"layer": "transient", "tokens": 3}


def opened(folder: Path) -> BudgetService:
    """The service in this process, on the folder's store, which has an open session."""
    service = BudgetService(Options(workspace=str(folder), store=str(folder / "store.db")), actor="test")
    call(service, "session/open")
    return service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[BudgetService]:
    """The service on a new store."""
    service = opened(tmp_path)
    yield service
    service.close()


def call(service: BudgetService, method: str = "context/add", **params: Any) -> dict[str, Any]:
    """One request about the default session; adds an item of three tokens if nothing else is said."""
    if method == "context/add":
        params = {"items": [ITEM], **params}
    return service.call(method, params, Cancellation())


def seen(service: BudgetService) -> tuple[int, int]:
    """(revision, retained tokens) that another process sees."""
    with sqlite3.connect(f"file:{service.whereabouts.store}?mode=ro", uri=True) as connection:
        found: tuple[int, int] = connection.execute("SELECT revision, retained FROM sessions").fetchone()
    connection.close()
    return found


def test_nobody_sees_any_of_them_before_the_commit_and_all_are_synced_at_once(
    service: BudgetService, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs: list[tuple[int, int]] = []
    wait = LogSync.wait

    def counted(log: LogSync) -> None:
        wait(log)
        syncs.append(seen(service))

    call(service)
    monkeypatch.setattr(LogSync, "wait", counted)
    with service.together() as shared:
        for n in range(5):
            shared.next_request()
            assert call(service)["revision"] == 3 + n
            assert seen(service) == (2, 3)
    assert syncs == [(7, 18)]
    assert not shared.broken


def test_a_refused_or_cancelled_one_leaves_nothing_and_the_others_stay(service: BudgetService) -> None:
    with service.together() as shared:
        call(service)
        shared.next_request()
        with pytest.raises(ProtocolError, match="at revision 2, not 1"):
            call(service, ifRevision=1)
        shared.next_request()
        late = Cancellation()

        def cancelled_at_the_last_moment() -> None:
            late.cancel()

        commit, late.commit = late.commit, lambda: (cancelled_at_the_last_moment(), commit())  # type: ignore[assignment, func-returns-value]
        with pytest.raises(Cancelled):
            service.call("context/add", {"items": [ITEM]}, late)
        shared.next_request()
        assert call(service)["revision"] == 3
    assert not shared.broken
    assert seen(service) == (3, 6)
    assert call(service, "context/list")["total"] == 2


def test_a_request_key_counts_once_within_a_commit_too(service: BudgetService) -> None:
    with service.together() as shared:
        first = call(service, requestKey="k")
        shared.next_request()
        assert call(service, requestKey="k") == first
        shared.next_request()
        with pytest.raises(ProtocolError, match="belongs to a call of"):
            call(service, "context/prune", target={"layer": "transient"}, requestKey="k")
    assert seen(service) == (2, 3)


def test_one_that_goes_on_after_its_write_breaks_the_sharing_and_nothing_is_kept(service: BudgetService) -> None:
    """Its write could not be taken back alone any more; by itself it does all that it must."""
    call(service, "session/open", config={"contextWindow": 1000, "autoPrune": True})
    with service.together() as shared:
        call(service)
        shared.next_request()
        with pytest.raises(NotSharedError):
            call(service, items=[{"layer": "transient", "tokens": 900}])
        assert shared.broken
    assert seen(service)[1] == 0
    assert call(service, items=[{"layer": "transient", "tokens": 900}])["emergency"] is not None


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("disk I/O error"), OSError(5, "Input/output error")])
def test_a_fault_of_the_store_breaks_the_sharing_and_nothing_is_kept(
    service: BudgetService, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    from ctxbudget_server.store.transaction import SqliteWriter

    with service.together() as shared:
        call(service)
        shared.next_request()
        with monkeypatch.context() as patch:

            def fail(*_: object) -> None:
                raise fault

            patch.setattr(SqliteWriter, "add_sums", fail)
            with pytest.raises(NotSharedError):
                call(service)
        assert shared.broken
    assert seen(service) == (1, 0)


def test_a_disk_that_does_not_confirm_is_an_error_for_all(
    service: BudgetService, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: LogSync) -> None:
        raise OSError(5, "Input/output error")

    call(service)
    monkeypatch.setattr(LogSync, "wait", fail)
    with pytest.raises(ProtocolError, match="check the session's revision"), service.together():
        call(service)


def test_a_store_that_was_replaced_before_the_commit_breaks_the_sharing(tmp_path: Path) -> None:
    service = opened(tmp_path)
    with service.together() as shared:
        call(service)
        (tmp_path / "store.db").rename(tmp_path / "moved.db")
    assert shared.broken
    service.close()


WRITES = st.lists(
    st.fixed_dictionaries(
        {"items": st.lists(st.integers(1, 400), min_size=1, max_size=3)},
        optional={"ifRevision": st.integers(0, 12), "requestKey": st.sampled_from("abc"), "wrong": st.just(True)},
    ),
    min_size=2,
    max_size=12,
)


def params_of(write: dict[str, Any], session: str) -> dict[str, Any]:
    """The params of an addition."""
    items = [{"layer": "transient", "tokens": tokens} for tokens in write["items"]]
    return {"sessionId": session, **write, "items": items}


def told(response: dict[str, Any]) -> Any:
    """What an answer says, apart from ids and times, which are different in each session."""
    if "error" in response:
        return response["error"]["data"]["name"], response["error"]["data"].get("revision")
    result = response["result"]
    emergency = result["emergency"] and result["emergency"]["saved"]
    return result["revision"], [item["tokens"] for item in result["items"]], result["status"], emergency


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A server on a store of its own."""
    folder = tmp_path_factory.mktemp("shared")
    with Client(serve_command(folder), cwd=folder) as client:
        yield client


@settings(max_examples=25, deadline=None)
@given(writes=WRITES)
def test_sent_without_waiting_they_are_answered_as_one_by_one(client: Client, writes: list[dict[str, Any]]) -> None:
    numbers = iter(range(2))
    answers = []
    for burst in (False, True):
        session = f"s-{next(numbers)}"
        config = {"contextWindow": 5000, "autoPrune": True}
        client.request("session/open", {"sessionId": session, "config": config})
        every = [params_of(write, session) for write in writes]
        if burst:
            ids = [client.send_request("context/add", params) for params in every]
            answers.append([told(client.response(one)) for one in ids])
        else:
            answers.append([told(client.response(client.send_request("context/add", params))) for params in every])
        status = client.request("budget/status", {"sessionId": session})
        answers[-1].append((status["revision"], status["retained"], status["processed"], status["peak"]))
        receipt = client.request("session/receipt", {"sessionId": session})
        assert receipt["revision"] == status["revision"]
        client.request("session/delete", {"sessionId": session})
    assert answers[0] == answers[1]


def test_whatever_of_a_burst_was_answered_survives_kill_9(tmp_path: Path) -> None:
    client = Client(serve_command(tmp_path), cwd=tmp_path, exit_code=None)
    client.request("tokens/count", {"texts": ["warm"]})
    ids = [
        client.send_request("context/add", {"items": [{"layer": "transient", "content": f"text {n} " * 50}]})
        for n in range(300)
    ]
    client.response(ids[40])
    client.kill()
    acknowledged = [message["result"] for message in client._inbox if "result" in message]
    with Client(serve_command(tmp_path), cwd=tmp_path) as again:
        status = again.request("budget/status")
        listed = again.request("context/list")
        assert status["revision"] == listed["total"] >= len(acknowledged) + 1
        for result in acknowledged:
            assert again.request("context/get", {"itemId": result["items"][0]["id"]})["content"].startswith("text ")
