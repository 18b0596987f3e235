"""Levels are reached and released with hysteresis; each crossing is told once."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.client import Client
from support.session import Session, serve_command


def test_a_level_is_released_strictly_below_its_release_figure(session: Session) -> None:
    item = session.add(tokens=7_125)
    assert session.status()["level"] == "critical"
    session.call("context/prune", target={"items": [item]})
    rest = session.add(tokens=5_250)

    assert session.status()["level"] == "ok"
    session.add(tokens=375)
    assert session.status()["level"] == "warn"
    session.call("context/prune", target={"items": [rest]})
    assert session.status()["level"] == "ok"


def test_warn_holds_at_seventy_percent_and_ends_below(session: Session) -> None:
    kept = session.add(tokens=5_249)
    one, more = session.add(tokens=1), session.add(tokens=375)
    assert session.status()["level"] == "warn"

    session.call("context/prune", target={"items": [more]})
    assert (session.retained(), session.status()["level"]) == (5_250, "warn")
    session.call("context/prune", target={"items": [one]})
    assert (session.retained(), session.status()["level"]) == (5_249, "ok")
    assert kept


def test_critical_holds_at_ninety_percent_and_falls_to_warn(session: Session) -> None:
    session.add(tokens=6_749)
    one, more = session.add(tokens=1), session.add(tokens=375)
    assert session.status()["level"] == "critical"

    session.call("context/prune", target={"items": [more]})
    assert session.status()["level"] == "critical"
    session.call("context/prune", target={"items": [one]})
    assert session.status()["level"] == "warn"


@pytest.mark.parametrize(
    ("thresholds", "at"),
    [
        ({"warn": 0.5, "critical": 0.8}, (3_750, 6_000)),
        ({"warn": 1_000, "critical": 2_000}, (1_000, 2_000)),
        ({"warn": 1_000, "critical": 0.95}, (1_000, 7_125)),
    ],
)
def test_thresholds_are_shares_or_tokens(session: Session, thresholds: dict, at: tuple) -> None:
    session.open(thresholds=thresholds)
    status = session.status()

    assert (status["warnAt"], status["criticalAt"]) == at
    session.add(tokens=at[0])
    assert session.status()["level"] == "warn"


def test_thresholds_that_contradict_each_other_are_refused(session: Session) -> None:
    data = session.error("session/open", config={"thresholds": {"warn": 0.9, "critical": 0.5}})

    assert data["errors"][0]["loc"] == ["config", "thresholds", "warn"]


def test_the_budget_is_computed_in_decimal(session: Session) -> None:
    assert session.open(contextWindow=25_000, targetShare=0.29)["budget"] == 7_250
    assert session.open(contextWindow=1_000_000, targetShare=0.07)["budget"] == 70_000


def test_watchers_hear_of_changes_by_other_processes(tmp_path: Path) -> None:
    command = serve_command(tmp_path)
    with Client(command, cwd=tmp_path) as watcher, Client(command, cwd=tmp_path) as writer:
        watcher.request("session/open", {"watch": True})
        writer.request("context/add", {"items": [{"layer": "transient", "tokens": 6_000}]})

        change = watcher.notification("budget/didChange", timeout=5)
        alert = watcher.notification("budget/alert", timeout=5)

        assert (change["sessionId"], change["status"]["retained"]) == ("default", 6_000)
        assert (alert["level"], alert["alert"]["threshold"]) == ("warn", 5_625)
        writer.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})
        assert watcher.notification("budget/didChange", timeout=5)["status"]["retained"] == 6_001
        watcher.quiet(0.5)
        writer.request("session/delete", {})
        assert watcher.notification("budget/didChange", timeout=5)["state"] == "deleted"


def test_bursts_are_coalesced(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path) as client:
        client.request("session/open", {"watch": True, "config": {"contextWindow": 10_000_000}})
        ids = [client.send_request("context/add", {"items": [{"layer": "transient", "tokens": 1}]}) for _ in range(300)]
        for message_id in ids:
            client.result(message_id)
        changes = [client.notification("budget/didChange", timeout=5)]
        while changes[-1]["status"]["retained"] < 300:
            changes.append(client.notification("budget/didChange", timeout=5))
        assert len(changes) < 100


def test_settings_that_cause_a_crossing_tell_so(session: Session) -> None:
    session.add(tokens=5_000)

    result = session.open(contextWindow=10_000)

    assert [alert["level"] for alert in result["alerts"]] == ["critical"]


def test_a_watch_can_be_ended(tmp_path: Path) -> None:
    with Client(serve_command(tmp_path), cwd=tmp_path) as client:
        client.request("session/open", {"watch": True})
        client.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})
        client.notification("budget/didChange", timeout=5)
        client.request("session/open", {"watch": False})
        client.request("context/add", {"items": [{"layer": "transient", "tokens": 1}]})
        client.quiet(0.6)


def test_texts_name_what_is_over_in_tokens(session: Session) -> None:
    session.open(contextWindow=20_000, targetShare=0.25)
    added = session.call("context/add", items=[{"layer": "transient", "tokens": 12_000}])

    assert added["alerts"][0]["message"] == (
        "12,000 tokens retained, 7,000 over the budget of 5,000: critical is reached at 4,750."
    )
    markdown = session.call("budget/report", format="markdown")["markdown"]
    assert "7,000 over the budget of 5,000: critical" in markdown
    assert "12,000 tokens are retained, 7,000 over budget." in markdown
    assert "## Phases" not in markdown


def test_the_default_window_counts_on_the_wire_but_reports_do_not_warn_of_it(session: Session) -> None:
    added = session.call("context/add", items=[{"layer": "transient", "tokens": 29_874}])
    status = session.status()
    markdown = session.call("budget/report", format="markdown")["markdown"]

    assert (status["level"], status["windowSource"], status["budget"]) == ("critical", "default", 7_500)
    assert added["alerts"][0]["windowSource"] == "default"
    assert status["diagnoses"][0]["code"] == "overBudget"
    assert status["advice"]["text"].startswith("Over budget by 22,374")
    assert status["advice"]["actions"][0]["saves"] == 29_874
    assert not [word for word in ("Alerts", "Diagnoses", "critical", "over budget") if word in markdown]


def test_reports_name_what_remains_of_a_completed_phase_whatever_the_window(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/completePhase", phase=1)
    session.add(tokens=9_000, phase=1)

    markdown = session.call("budget/report", format="markdown")["markdown"]
    assert "phase 1 is complete and 9,000 transient tokens remain" in markdown
