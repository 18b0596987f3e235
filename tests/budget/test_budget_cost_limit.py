"""`usage/bill` and `maxCost`: what was billed is kept, and beyond the limit nothing more is reserved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.client import Client
from support.session import Session, serve_command

PRICES = 'prices.currency = "EUR"\n[prices.priced]\ninput = 10\noutput = 100\ncacheRead = 1\ncacheWrite = 12\n'


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("priced")
    (folder / "ctxbudget.toml").write_text(PRICES)
    return folder


def told(amount: float, currency: str = "EUR") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def test_bills_are_summed_by_agent_and_model_and_change_no_token_of_the_account(session: Session) -> None:
    before = session.status()
    session.call("usage/bill", model="priced", tokens={"input": 1_000, "cacheRead": 50_000, "output": 200})
    session.call("usage/bill", model="priced", agent="helper", tokens={"input": 500, "cacheWrite5m": 100})
    answer = session.call("usage/bill", model="other", agent="helper", tokens={"input": 700})

    cost = session.call("budget/breakdown")["account"]["cost"]

    assert answer["spent"] is None, "there is no limit"
    assert {name: session.status()[name] for name in ("retained", "processed", "saved", "peak")} == {
        name: before[name] for name in ("retained", "processed", "saved", "peak")
    }
    rows = {(one["agent"], one["model"]): one["cost"]["amount"] for one in cost["rows"]}
    assert rows == {
        ("main", "priced"): pytest.approx((1_000 * 10 + 50_000 + 200 * 100) / 1_000_000),
        ("helper", "priced"): pytest.approx((500 * 10 + 100 * 12) / 1_000_000),
        ("helper", "other"): None,
    }
    assert {one["session"] for one in cost["rows"]} == {session.id}
    assert cost["total"]["tokens"]["total"] == 52_500
    assert cost["unpriced"] == [{"model": "other", "tokens": cost["rows"][2]["tokens"]}]


def test_reserve_refuses_once_the_limit_is_spent_and_works_again_above_it(session: Session) -> None:
    session.open(maxCost=0.05)
    first = session.call("budget/reserve", tokens=10, holder="a")
    assert first["spent"] == {
        "amount": 0.0, "currency": None, "requests": 0, "coveredShare": 1.0, "maxCost": 0.05, "exceeded": False,
    }  # fmt: skip
    below = session.call("usage/bill", model="priced", tokens={"output": 499})["spent"]
    assert (below["amount"], below["currency"], below["exceeded"]) == (pytest.approx(0.0499), "EUR", False)
    session.call("budget/reserve", tokens=10, holder="b")
    assert session.call("usage/bill", model="priced", tokens={"output": 1})["spent"]["exceeded"]

    error = session.error("budget/reserve", tokens=10, holder="c")

    assert (error["name"], error["spent"], error["limit"], error["currency"]) == (
        "costExceeded", pytest.approx(0.05), 0.05, "EUR",
    )  # fmt: skip
    assert error["retryable"] is False
    forced = session.call("budget/reserve", tokens=10, holder="running already", force=True)["spent"]
    assert (forced["amount"], forced["exceeded"]) == (pytest.approx(0.05), True)
    session.open(maxCost=1)
    assert session.call("budget/reserve", tokens=10, holder="d")["spent"]["requests"] == 2
    session.open(maxCost=None)
    assert session.call("budget/reserve", tokens=10, holder="e")["spent"] is None


def test_what_was_spent_beyond_the_limit_is_said_in_the_advice_and_the_report(session: Session) -> None:
    session.open(maxCost=0.05)
    session.call("usage/bill", model="x", cost=told(0.04))
    assert session.status()["advice"]["next"] == "Nothing needs to be done."
    session.call("usage/bill", model="x", cost=told(0.02))

    told_of = "budget/reserve refuses: 0.0600 EUR spent of 0.05; session/open raises or removes maxCost."
    report = session.call("budget/report", format="markdown")

    assert session.status()["advice"]["next"] == told_of
    assert session.status()["advice"]["text"].endswith(told_of)
    assert report["next"] == told_of
    assert "0.0600 EUR spent of 0.05" in report["markdown"]
    session.open(maxCost=None)
    assert session.status()["advice"]["next"] == session.call("budget/report")["next"] == "Nothing needs to be done."


def test_a_bill_that_is_sent_twice_counts_once(session: Session) -> None:
    session.open(maxCost=10)
    first = session.call("usage/bill", model="priced", tokens={"output": 100}, requestKey="answer-1")
    again = session.call("usage/bill", model="priced", tokens={"output": 100}, requestKey="answer-1")

    assert again == first
    assert first["spent"]["requests"] == 1


def test_what_a_request_cost_may_be_told_and_then_its_tokens_have_no_other_price(session: Session) -> None:
    session.open(maxCost=2)
    spent = session.call("usage/bill", model="priced", tokens={"output": 10**6}, cost=told(0.5))["spent"]
    assert (spent["amount"], spent["currency"], spent["coveredShare"]) == (0.5, "EUR", 1.0)

    assert session.call("usage/bill", model="unheard-of", cost=told(1.5))["spent"]["exceeded"]
    assert session.error("budget/reserve", tokens=1, holder="a")["spent"] == 2.0


def test_where_nothing_has_a_price_the_limit_cannot_be_held_and_stops(session: Session) -> None:
    session.open(maxCost=100)
    spent = session.call("usage/bill", model="other", tokens={"input": 5})["spent"]
    assert (spent["amount"], spent["exceeded"]) == (None, True)

    error = session.error("budget/reserve", tokens=1, holder="a")

    assert (error["name"], error["spent"], error["currency"]) == ("costExceeded", None, None)
    advice = session.status()["advice"]["next"]
    assert advice.startswith("budget/reserve refuses: what 1 request cost is unknown, so the limit of 100 cannot be")


def test_several_currencies_have_no_sum_and_the_limit_stops(session: Session) -> None:
    session.open(maxCost=100)
    session.call("usage/bill", model="priced", tokens={"input": 5})
    spent = session.call("usage/bill", model="x", cost=told(1, "USD"))["spent"]

    assert (spent["amount"], spent["exceeded"]) == (None, True)
    assert "currencies" in session.call("budget/breakdown")["account"]["cost"]["warning"]
    assert session.error("budget/reserve", tokens=1, holder="a")["name"] == "costExceeded"


@pytest.mark.parametrize(
    ("params", "loc"),
    [
        ({"model": "m"}, ["tokens"]),
        ({"model": "m", "tokens": {"input": -1}}, ["tokens", "input"]),
        ({"model": "m", "tokens": {"cached": 1}}, ["tokens", "cached"]),
        ({"model": "m", "cost": {"amount": 1}}, ["cost", "currency"]),
        ({"model": "m", "cost": {"amount": -1, "currency": "EUR"}}, ["cost", "amount"]),
        ({"tokens": {"input": 1}}, ["model"]),
    ],
)
def test_a_bill_that_says_nothing_or_something_impossible_is_refused(
    session: Session, params: dict[str, Any], loc: list[str]
) -> None:
    error = session.error("usage/bill", **params)

    assert (error["name"], error["errors"][0]["loc"]) == ("invalidParams", loc)


def test_the_limit_survives_a_restart(tmp_path: Path) -> None:
    (tmp_path / "ctxbudget.toml").write_text(PRICES + "\n")
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        client.request("session/open", {"sessionId": "s", "config": {"maxCost": 1}})
        client.request("usage/bill", {"sessionId": "s", "model": "x", "cost": told(1)})
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        error = client.request_error("budget/reserve", {"sessionId": "s", "tokens": 1, "holder": "a"})

    assert error["data"]["name"] == "costExceeded"


def test_a_file_may_set_the_limit(tmp_path: Path) -> None:
    (tmp_path / "ctxbudget.toml").write_text(f"maxCost = 0.5\n{PRICES}")
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        client.request("usage/bill", {"model": "x", "cost": told(0.5)})
        error = client.request_error("budget/reserve", {"tokens": 1, "holder": "a"})
        assert error["data"]["limit"] == 0.5


@given(st.lists(st.integers(0, 2_000), max_size=6))
def test_what_is_spent_is_the_sum_of_the_bills(client: Client, outputs: list[int]) -> None:
    name = "sum-of-bills"
    client.request("session/open", {"sessionId": name, "config": {"maxCost": 1_000}})
    for number, output in enumerate(outputs):
        bill = {"sessionId": name, "model": "priced", "tokens": {"output": output}, "requestKey": f"k{number}"}
        client.request("usage/bill", bill)

    try:
        spent = client.request("budget/reserve", {"sessionId": name, "tokens": 1, "holder": "a"})["spent"]
    finally:
        client.request("session/delete", {"sessionId": name})

    assert spent["requests"] == len(outputs)
    assert spent["amount"] == pytest.approx(sum(outputs) * 100 / 1_000_000)
