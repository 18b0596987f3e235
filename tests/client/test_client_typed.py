"""The typed methods: made from the table, and true of the real server."""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.session import serve_command

import ctxbudget_client
from ctxbudget_client import Client, ServerError
from ctxbudget_client.methods import Api
from ctxbudget_client.namespaces import decode
from ctxbudget_protocol import bindings
from ctxbudget_protocol.method import Method
from ctxbudget_protocol.methods import METHODS, requests
from ctxbudget_protocol.methods.budget.reserve import ReserveResult
from ctxbudget_protocol.methods.context.get import GetResult
from ctxbudget_protocol.records import Record, attribute


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of a real server."""
    folder = tmp_path_factory.mktemp("typed")
    with Client.spawn(serve_command(folder), cwd=folder, root=folder) as client:
        yield client


def test_the_methods_are_what_the_table_makes_of_them(tmp_path: Path) -> None:
    for name, text in bindings.render().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--quiet", "--line-length=120", str(tmp_path)]
    subprocess.run(command, check=False)  # without ruff, the text as it was made is formatted already
    for name in bindings.render():
        shipped = Path(ctxbudget_client.__file__).with_name(name).read_text(encoding="utf-8")
        assert (tmp_path / name).read_text(encoding="utf-8") == shipped, (
            f"run python -m ctxbudget_protocol.generate: {name}"
        )


def test_every_method_of_the_table_is_there() -> None:
    api = Api(lambda method, params: {})
    for method in requests():
        space, _, name = method.name.partition("/")
        assert callable(getattr(getattr(api, space), attribute(name))), method.name


def test_a_workflow_in_typed_calls(live: Client) -> None:
    run = live.for_session("typed-1")
    assert run.session.open(config={"policy": "aggressive", "contextWindow": 50_000}).budget == 15_000
    run.workflow.start_phase(phase=1, name="research")
    lease = run.budget.reserve(tokens=900, holder="agent")
    added = run.context.add(items=[{"layer": "transient", "kind": "report", "tokens": 4000}])
    assert added.items[0].tokens == 4000
    assert added.status.retained == 4000
    settled = run.budget.settle(lease_id=lease.lease_id, used=700)
    assert (settled.used, settled.refunded) == (700, 200)
    assert {record.id for record in run.context.list().items} == {added.items[0].id}
    pruned = run.context.prune(target={"items": [added.items[0].id]}, dry_run=True)
    assert pruned.saved == 4000
    assert live.budget.status(session_id="typed-1").phases[0].phase == 1
    assert "typed-1" in [session.session_id for session in live.session.list().sessions]


def test_null_clears_and_absent_leaves(live: Client) -> None:
    run = live.for_session("typed-2")
    run.session.open()
    (item,) = run.context.add(items=[{"layer": "transient", "tokens": 5, "title": "notes", "agent": "a"}]).items
    changed = run.context.update(item_id=item.id, title=None).item
    assert (changed.title, changed.agent) == (None, "a")


def test_errors_carry_data(live: Client) -> None:
    with pytest.raises(ServerError) as caught:
        live.for_session("typed-3").context.get(item_id="none")
    assert caught.value.name == "unknownSession"
    live.session.open(session_id="typed-3")
    with pytest.raises(ServerError) as caught:
        live.for_session("typed-3").budget.reserve(tokens=1_000_000, holder="greedy")
    assert (caught.value.name, caught.value.data["available"]) == ("budgetExceeded", 7500)


def test_notifications_come_as_records(live: Client) -> None:
    import threading

    heard = threading.Event()
    alerts = []

    def alerted(note: object) -> None:
        alerts.append(note)
        heard.set()

    stop = live.on("budget/alert", alerted)
    live.session.open(session_id="typed-4", watch=True)
    live.for_session("typed-4").context.add(items=[{"layer": "transient", "tokens": 6000}])
    assert heard.wait(10)
    stop()
    assert (alerts[0].session_id, alerts[0].alert.level) == ("typed-4", "warn")


def test_members_of_a_newer_server_are_kept() -> None:
    came = {
        "leaseId": "l1",
        "somethingNew": [{"aB": 1}],
        "available": 5,
        "spent": 0.5,
    }

    record = decode(ReserveResult, came)

    assert (record.lease_id, record.available) == ("l1", 5)
    assert record.unknown == {"somethingNew": [{"aB": 1}]}
    assert "unknown={'somethingNew': [" in repr(record)
    assert record.to_dict() == came
    assert record.copy(available=6).to_dict() == {**came, "available": 6}
    assert isinstance(record, Record)


@pytest.mark.parametrize("method", requests(), ids=lambda method: method.name)
def test_a_result_is_its_wire_form_again(method: Method) -> None:
    """Through the client and back, whole and with a member of a newer server in each object."""

    def extended(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{name: extended(each) for name, each in value.items()}, "fromTheFuture": {"snake_case": 1}}
        return [extended(each) for each in value] if isinstance(value, list) else value

    assert method.example is not None
    assert method.result is not None
    for came in (method.example.result, extended(method.example.result)):
        record = decode(method.result, came)
        assert record.to_dict() == came
        assert json.loads(json.dumps(record.to_dict())) == came
        assert record == decode(method.result, json.loads(json.dumps(came)))
        assert pickle.loads(pickle.dumps(record)) == copy.deepcopy(record) == record
        assert repr(record).startswith(f"{method.result.__name__}(")
        assert len(repr(record)) < 2_000


def test_records_are_equal_if_their_values_are() -> None:
    one = decode(ReserveResult, {"sessionId": "s", "revision": 1, "leaseId": "l1", "expiresAt": "x", "available": 5})

    assert one == one.copy()
    assert hash(one) == hash(one.copy())
    assert one != one.copy(available=6)
    assert one != one.to_dict()
    assert one != decode(ReserveResult, {**one.to_dict(), "somethingNew": 1})
    assert repr(one) == "ReserveResult(session_id='s', revision=1, lease_id='l1', expires_at='x', available=5)"


def test_a_repr_is_short() -> None:
    assert METHODS["context/get"].example is not None
    came = {**METHODS["context/get"].example.result, "content": "word " * 10_000}
    assert len(repr(decode(GetResult, came))) < 1_000
