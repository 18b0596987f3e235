"""The forecast of an account: what counts as a call, its limits, what is unknown, and the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support.client import Client
from support.session import Session, serve_command

from ctxbudget_server.account.forecasting import MAX_CHANGES
from ctxbudget_server.rules.forecast import MAX_GROWTHS, Forecast, Growth

LIMITS = ("warn", "critical", "budget", "window")


def forecast(session: Session) -> dict[str, Any]:
    return session.status()["forecast"]


def grow(session: Session, *tokens: int, **item: Any) -> None:
    for one in tokens:
        session.add(tokens=one, **item)


def test_limits_are_exact_and_calls_unknown_until_there_is_growth(session: Session) -> None:
    session.open(contextWindow=100_000)
    grow(session, 2_000, 500, 500, 500)
    told = forecast(session)

    assert [(told[name]["at"], told[name]["tokens"]) for name in LIMITS] == [
        (22_500, 19_000),
        (28_500, 25_000),
        (30_000, 26_500),
        (100_000, 96_500),
    ]
    assert {told[name]["reason"] for name in LIMITS} == {"tooFewCalls"}
    assert (told["growth"], told["basedOn"]) == (None, 3), "what is brought into an empty account is its beginning"


def test_it_is_the_rule_over_what_each_call_added(session: Session) -> None:
    session.open(contextWindow=100_000)
    grow(session, 9_000, *(added := [700, 2_500, 100, 900, 1_300, 400]))
    told = forecast(session)
    rule = Forecast([Growth(tokens) for tokens in added])

    assert told["growth"] == rule.growth
    for name in LIMITS:
        assert told[name] == {"at": told[name]["at"], **rule.reach(told[name]["tokens"])._asdict()}
    assert told["warn"]["low"] <= told["warn"]["calls"] <= told["warn"]["high"]


def test_leases_prunes_restores_and_phases_are_not_calls(session: Session) -> None:
    session.open(contextWindow=100_000)
    grow(session, 5_000, *[1_000] * 6)
    before = forecast(session)
    lease = session.call("budget/reserve", tokens=900, holder="a")["leaseId"]
    session.call("budget/settle", leaseId=lease, used=900)
    big = session.add(tokens=1_000)
    undo = session.call("context/prune", target={"items": [big]})["undo"]
    session.call("context/undo", undo=undo)
    session.call("session/open", config={"policy": "minimal"})
    after = forecast(session)

    assert (before["basedOn"], after["basedOn"]) == (6, 7), "only the item that was added is a call"
    assert before["growth"] == after["growth"] == 1_000


def test_a_limit_that_is_reached_is_no_calls_away(session: Session) -> None:
    session.open(contextWindow=10_000)
    grow(session, 1_500, *[300] * 5)
    told = forecast(session)

    reached = {"tokens": 0, "calls": 0, "low": 0, "high": 0, "reason": None}
    assert told["critical"] == {"at": 2_850, **reached} and told["budget"] == {"at": 3_000, **reached}
    assert told["window"]["calls"] == 24


def test_the_running_phase_counts_alone_once_it_has_grown(session: Session) -> None:
    session.open(contextWindow=1_000_000)
    session.call("workflow/startPhase", phase=1)
    grow(session, *[10_000] * 8, agent="reader")
    session.call("workflow/completePhase", phase=1)
    session.call("workflow/startPhase", phase=2)
    grow(session, *[500] * 3)
    assert forecast(session)["basis"] == "session"
    grow(session, 500, agent="writer")
    told = forecast(session)

    assert (told["basis"], told["growth"], told["basedOn"]) == ("phase", 500, 4)
    assert told["byPhase"] == [
        {"phase": 1, "calls": 7, "growth": 10_000},
        {"phase": 2, "calls": 4, "growth": 500},
    ]
    assert [one["agent"] for one in told["byAgent"]] == ["reader", "writer"]


def test_another_process_says_the_same(session: Session, workspace: Path) -> None:
    session.open(contextWindow=500_000)
    for turn in range(MAX_CHANGES + 20):
        session.add(tokens=100 + 37 * (turn * 7919 % 53))
        lease = session.call("budget/reserve", tokens=1, holder="a")["leaseId"] if turn % 2 else None
        if lease:
            session.call("budget/release", leaseId=lease)
        if turn % 11 == 0:
            forecast(session)

    told = forecast(session)
    with Client(serve_command(workspace), cwd=workspace) as client:
        assert forecast(Session(client, session.id)) == told, "one has read the changes as they came, one the latest"
    assert 4 < told["basedOn"] < MAX_GROWTHS


def test_a_session_that_lived_before_is_forgotten(session: Session) -> None:
    grow(session, *[400] * 6)
    assert forecast(session)["basedOn"] == 5
    session.call("session/delete")
    session.open()
    grow(session, *[400] * 3)

    assert forecast(session)["basedOn"] == 2


def test_the_sizes_of_the_model_s_requests_are_foretold_against_the_window(session: Session) -> None:
    session.open(contextWindow=200_000)
    sizes = [40_000, 43_000, 60_000, 61_000, 64_000, 70_000, 30_000, 33_000]
    told = session.call("budget/status", requests=sizes)["forecast"]
    rule = Forecast([Growth(tokens) for tokens in (3_000, 17_000, 1_000, 3_000, 6_000, 3_000)])

    assert told["requests"] == {"at": 200_000, **rule.reach(167_000)._asdict()}
    assert told["requests"]["calls"]
    assert told["window"]["reason"] == "tooFewCalls", "the account has no calls of its own"
    assert session.call("budget/status", requests=[])["forecast"]["requests"] is None
    assert session.error("budget/status", requests=[-1])["name"] == "invalidParams"


def test_the_report_shows_limits_and_growth(session: Session) -> None:
    session.open(contextWindow=100_000)
    session.call("workflow/startPhase", phase=1)
    grow(session, 9_000, *[1_000] * 9, agent="reader")
    told = session.call("budget/report", format="markdown")

    assert told["forecast"] == forecast(session)
    warn, window = told["forecast"]["warn"], told["forecast"]["window"]
    assert f"| warn | 22,500 | 4,500 | ~5 calls ({warn['low']}–{warn['high']}) |" in told["markdown"]
    assert window["reason"] == "tooFar" and f"| {window['low']:,} or more |" in told["markdown"]
    assert (
        "About 1,000 tokens per call, from the latest 9 calls that brought tokens in the running phase"
        in (told["markdown"])
    )
    assert "- reader: 1,000 tokens per call (9)" in told["markdown"]


def test_the_report_of_the_page(session: Session) -> None:
    page = (Path(__file__).parents[2] / "docs" / "forecast.md").read_text(encoding="utf-8")
    session.open(contextWindow=100_000)
    session.call("workflow/startPhase", phase=1)
    session.add(layer="permanent", tokens=2_100)
    grow(session, 2_400, agent="reader")
    grow(session, 300, 950)
    grow(session, 3_100, agent="reader")
    grow(session, 420, 180)
    grow(session, 1_900, agent="reader")
    grow(session, 1_250, 640, 90)
    grow(session, 2_700, agent="reader")
    grow(session, 510)
    markdown = session.call("budget/report", format="markdown")["markdown"]

    shown = markdown[markdown.index("## Forecast") : markdown.index("## Checklists")].strip()
    assert f"```\n{shown}\n```" in page


def test_the_report_compares_with_no_window_that_nobody_chose(session: Session) -> None:
    grow(session, *[200] * 8)
    markdown = session.call("budget/report", format="markdown")["markdown"]

    assert "About 200 tokens per call" in markdown
    assert "calls left" not in markdown


def test_the_report_says_what_is_unknown(session: Session) -> None:
    session.open(contextWindow=100_000)
    markdown = session.call("budget/report", format="markdown")["markdown"]

    assert markdown.count("unknown: too few calls") == 4
