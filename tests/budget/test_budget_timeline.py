"""`budget/timeline` over stdio: each change, what it was about, and the figures after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import Session, serve_command


def test_the_timeline_tells_a_workflow(session: Session) -> None:
    session.open(contextWindow=10_000, targetShare=0.5)
    session.call("workflow/startPhase", phase=1, name="research")
    session.call("workflow/startWave", phase=1, wave=1)
    lease = session.call("budget/reserve", tokens=400, holder="reader")["leaseId"]
    session.add(tokens=4_900, agent="reader", wave=1)
    session.call("budget/settle", leaseId=lease, used=300)
    session.call("workflow/completeWave", phase=1, wave=1)
    session.call("workflow/completePhase", phase=1)
    told = session.call("budget/timeline", since=1)["entries"]
    assert [entry["method"] for entry in told] == [
        "session/open", "workflow/startPhase", "workflow/startWave", "budget/reserve", "context/add", "budget/settle",
        "workflow/completeWave", "workflow/completePhase",
    ]  # fmt: skip
    assert [entry["phase"] for entry in told] == [None, 1, 1, 1, 1, 1, 1, 1]
    assert [entry["leased"] for entry in told] == [0, 0, 0, 400, 400, 0, 0, 0]
    assert [entry["agent"] for entry in told[3:6]] == ["reader", "reader", "reader"]
    assert (told[4]["wave"], told[4]["level"], told[3]["level"]) == (1, "critical", "ok")
    status = session.status()
    for name in ("retained", "processed", "saved", "peak", "level"):
        assert told[-1][name] == status[name]
    assert all(entry["saved"] == entry["processed"] - entry["retained"] for entry in told)


def test_pages_and_groups(session: Session) -> None:
    session.open()
    session.add(tokens=1)
    large = session.add(tokens=100)
    session.call("context/prune", target={"items": [large]})
    for _ in range(8):
        session.add(tokens=1)

    first = session.call("budget/timeline", limit=4)
    assert [entry["revision"] for entry in first["entries"]] == [1, 2, 3, 4]
    assert first["next"] == 4
    rest = session.call("budget/timeline", since=4)
    assert [entry["revision"] for entry in rest["entries"]] == [*range(5, 13)]
    assert (rest["next"], rest["unrecorded"]) == (None, 0)
    grouped = session.call("budget/timeline", every=5)["entries"]
    assert [(entry["revision"], entry["changes"]) for entry in grouped] == [(5, 5), (10, 5), (12, 2)]
    assert [entry["highest"] for entry in grouped] == [101, 7, 9]


@pytest.mark.parametrize("params", [{"since": -1}, {"every": 0}, {"limit": 1_001}, {"limit": 0}])
def test_bad_params_are_refused_with_their_place(session: Session, params: dict[str, Any]) -> None:
    session.open()
    refused = session.error("budget/timeline", **params)
    assert refused["name"] == "invalidParams"
    assert [error["loc"] for error in refused["errors"]] == [[*params]]


def test_the_log_names_the_client(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), handshake=False, exit_code=None) as client:
        info = {"name": "My\nHarness\u202e"}
        client.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}, "clientInfo": info})
        client.notify("initialized", {})
        client.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})
        (entry,) = client.request("budget/timeline")["entries"]
        name, _, process = entry["actor"].partition(":")
        assert (name, process.isdecimal()) == ("My Harness", True)


def test_an_unknown_session_is_refused(session: Session) -> None:
    error = session.client.request_error("budget/timeline", {"sessionId": "nobody"})
    assert error["data"]["name"] == "unknownSession"
