"""Writes that share a commit: as if each had been made by itself, and none acknowledged before all of them are kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
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

    def fail(*_: object) -> None:
        raise fault

    with monkeypatch.context() as patch, service.together() as shared:
        call(service)
        shared.next_request()
        call(service)
        patch.setattr(SqliteWriter, "add_sums", fail)
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


TEXTS = st.sampled_from(["", "one", "# two\n\ntwo", "three " * 30])
NEW_ITEMS = st.fixed_dictionaries(
    {"layer": st.sampled_from(["permanent", "phase", "transient"])},
    optional={
        "phase": st.integers(1, 2),
        "wave": st.just(1),
        "path": st.just("a file that does not exist"),
        "againOf": st.integers(0, 9),
        "reduces": st.integers(0, 9),
        "pinned": st.booleans(),
        "agent": st.sampled_from("xy"),
    },
)
ADDITIONS = st.fixed_dictionaries(
    {"items": st.lists(st.tuples(NEW_ITEMS, TEXTS), min_size=1, max_size=3)},
    optional={
        "ifRevision": st.integers(0, 9),
        "requestKey": st.sampled_from("ab"),
        "sessionId": st.sampled_from(["default", "other", "unknown"]),
        "cancelled": st.just(True),
    },
)
BETWEEN = st.sampled_from(
    [
        ("context/prune", {"target": {"layer": "transient"}}),
        ("context/prune", {"target": {"phase": 1}}),
        ("workflow/startPhase", {"phase": 1}),
        ("workflow/completePhase", {"phase": 1}),
        ("budget/reserve", {"tokens": 50, "holder": "h"}),
        ("session/close", {"sessionId": "other"}),
        ("session/open", {"config": {"contextWindow": 600, "autoPrune": True}}),
    ]
)


class Twin:
    """A service whose clock stands and whose ids do not depend on chance: the same requests leave the same bytes."""

    def __init__(self, folder: Path, name: str) -> None:
        self.service = BudgetService(
            Options(workspace=str(folder), store=str(folder / name / "store.db"), durability="fast"),
            actor="test",
            clock=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        )
        self.ids: list[str] = []

    def params(self, addition: dict[str, Any]) -> dict[str, Any]:
        """The params of an addition; a number means one of the items added before it."""
        items = []
        for given_item, text in addition["items"]:
            new = dict(given_item)
            if self.ids and "againOf" in new:
                new["againOf"] = self.ids[new["againOf"] % len(self.ids)]
            if self.ids and "reduces" in new:
                new["reduces"] = [self.ids[new["reduces"] % len(self.ids)]]
            items.append(new if "path" in new else {**new, "content": text})
        return {name: value for name, value in {**addition, "items": items}.items() if name != "cancelled"}

    def make(self, method: str, params: dict[str, Any], *, cancelled: bool = False) -> Any:
        """The answer to a request, or what refused it; the sharing's end is told from any other."""
        cancellation = Cancellation()
        if cancelled:
            commit = cancellation.commit
            cancellation.commit = lambda: (cancellation.cancel(), commit())  # type: ignore[assignment, func-returns-value]
        try:
            result = self.service.call(method, params, cancellation)
        except (ProtocolError, Cancelled) as refusal:
            return refusal
        if method == "context/add":
            self.ids += [item["id"] for item in result["items"] if item["id"] not in self.ids]
        return result

    def add(self, additions: list[dict[str, Any]]) -> list[Any]:
        """One after the other, each by itself."""
        return [self.make("context/add", self.params(one), cancelled="cancelled" in one) for one in additions]

    def add_together(self, additions: list[dict[str, Any]]) -> list[Any]:
        """With one commit; each by itself if that does not work, as the server does."""
        ids, answers = [*self.ids], []
        with self.service.together() as shared:
            for one in additions:
                shared.next_request()
                answers += self.add([one])
                if shared.broken:
                    break
        if not shared.broken:
            return answers
        self.ids = ids
        return self.add(additions)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of the store."""
        connection = sqlite3.connect(self.service.whereabouts.store)
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}"), key=repr)
            for name in names
            if name not in ("store_facts", "request_keys")
        }
        found["keys"] = connection.execute("SELECT scope, key, method, body FROM request_keys ORDER BY 1, 2").fetchall()
        connection.close()
        return found


def comparable(answer: Any) -> Any:
    """An answer in a form that can be compared."""
    return (type(answer).__name__, str(answer)) if isinstance(answer, Exception) else answer


@settings(max_examples=30, deadline=None)
@given(steps=st.lists(st.one_of(st.lists(ADDITIONS, min_size=1, max_size=5), BETWEEN), min_size=1, max_size=6))
def test_what_shares_a_commit_leaves_the_bytes_that_it_leaves_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("twins")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ctxbudget_server.account.transactions.new_nonce", lambda: "123456789")
        twins = [Twin(folder, "apart"), Twin(folder, "together")]
        for twin in twins:
            twin.make("session/open", {"sessionId": "other"})
        for step in steps:
            if isinstance(step, tuple):
                answers = [[twin.make(*step)] for twin in twins]
            else:
                answers = [twins[0].add(step), twins[1].add_together(step)]
            apart, together = ([*map(comparable, each)] for each in answers)
            assert together == apart
            assert twins[1].tables() == twins[0].tables()
        for twin in twins:
            twin.service.close()
