"""The typed methods: made from the table, and true of the real server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.session import serve_command

import ctxbudget_client
from ctxbudget_client import Client, ServerError
from ctxbudget_client.methods import Api
from ctxbudget_client.namespaces import decode
from ctxbudget_protocol import bindings
from ctxbudget_protocol.methods import requests
from ctxbudget_protocol.methods.budget import ReserveResult
from ctxbudget_protocol.records import Record


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
        snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
        assert callable(getattr(getattr(api, space), snake)), method.name


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


def test_members_that_the_client_does_not_know_are_passed_over() -> None:
    record = decode(ReserveResult, {"leaseId": "l1", "somethingNew": [1], "available": 5})
    assert (record.lease_id, record.available) == ("l1", 5)
    assert isinstance(record, Record)
