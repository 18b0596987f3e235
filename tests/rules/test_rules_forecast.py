"""Forecasts: known only from enough growth, ordered, without a unit of their own, and near what comes."""

from __future__ import annotations

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ctxbudget_server.rules.forecast import (
    MAX_GROWTHS,
    MAX_REACH,
    MIN_GROWTHS,
    Call,
    Forecast,
    Growth,
    Reach,
    Reason,
    growths,
)

TOKENS = st.integers(0, 200_000)
GROWTHS = st.lists(TOKENS, min_size=MIN_GROWTHS, max_size=120)
LEFT = st.integers(1, 2_000_000)


def forecast(tokens: list[int], phase: int | None = None) -> Forecast:
    return Forecast([Growth(one) for one in tokens], phase)


def steady(calls: int, tokens: int = 1_000) -> list[int]:
    return [tokens] * calls


def test_a_growth_is_the_difference_to_the_call_before() -> None:
    calls = [Call(40_000, 1, "a"), Call(43_000, 1, "b"), Call(43_000, 2, "b")]

    assert growths(calls) == [Growth(3_000, 1, "b"), Growth(0, 2, "b")]


def test_a_compaction_is_not_a_growth_and_ends_nothing() -> None:
    before = [Call(tokens) for tokens in range(40_000, 60_000, 1_000)]
    after = [Call(20_000), Call(21_000), Call(22_000)]

    assert growths([*before, *after]) == [Growth(1_000)] * (len(before) - 1 + 2)


def test_steady_growth_reaches_a_limit_when_it_must() -> None:
    assert forecast(steady(20)).reach(10_000).calls == 10
    assert forecast(steady(20)).reach(10_001).calls == 11
    assert forecast(steady(20)).growth == 1_000


def test_recent_calls_count_more() -> None:
    faster, slower = [500] * 10 + [2_000] * 10, [2_000] * 10 + [500] * 10

    assert (forecast(faster).growth or 0) > 1_250 > (forecast(slower).growth or 0) > 0


def test_a_limit_that_is_reached_is_no_calls_away() -> None:
    assert forecast(steady(20)).reach(0) == forecast([]).reach(-5) == Reach(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("tokens", "reason"),
    [([], "tooFewCalls"), (steady(MIN_GROWTHS - 1), "tooFewCalls"), (steady(30, 0), "noGrowth")],
)
def test_unknown_has_a_reason_and_still_the_tokens(tokens: list[int], reason: Reason) -> None:
    assert forecast(tokens).reach(5_000) == Reach(5_000, None, None, None, reason)


def test_beyond_its_reach_it_only_says_how_many_calls_there_are_at_least() -> None:
    reach = forecast(steady(10)).reach(MAX_REACH * 10 * 1_000 + 1)

    assert (reach.calls, reach.high, reach.reason) == (None, None, "tooFar")
    assert reach.low is not None and 30 < reach.low <= MAX_REACH * 10
    assert forecast(steady(10)).reach(MAX_REACH * 10 * 1_000).calls == MAX_REACH * 10


def test_the_running_phase_counts_alone_once_it_has_enough_calls() -> None:
    research = [Growth(10_000, 1)] * 20
    few, enough = [Growth(500, 2)] * (MIN_GROWTHS - 1), [Growth(500, 2)] * MIN_GROWTHS

    assert Forecast(research + enough, 2).growth == 500
    assert Forecast(research + enough, 2).of_phase
    assert (Forecast(research + few, 2).growth or 0) > 5_000
    assert not Forecast(research + few, 2).of_phase
    assert not Forecast(research + enough).of_phase


def test_growth_by_phase_and_agent_is_a_plain_mean() -> None:
    seen = [Growth(100, 2, "planner"), Growth(300, 1, "reader"), Growth(500, 1, "reader"), Growth(7)]

    assert Forecast(seen).by_phase() == [(1, 2, 400), (2, 1, 100)]
    assert Forecast(seen).by_agent() == [("reader", 2, 400), ("planner", 1, 100)]


def test_only_the_latest_growths_are_used() -> None:
    seen = forecast([10**6] * 50 + steady(MAX_GROWTHS))

    assert (seen.growth, seen.based_on) == (1_000, MAX_GROWTHS)


@given(GROWTHS, LEFT)
def test_the_band_holds_the_forecast(tokens: list[int], left: int) -> None:
    assume(any(tokens))
    reach = forecast(tokens).reach(left)

    assert reach.low is not None and reach.low >= 1
    if reach.calls is None:
        assert reach.reason == "tooFar"
    else:
        assert reach.low <= reach.calls <= (reach.high or 0)


@given(GROWTHS, LEFT, LEFT)
def test_a_further_limit_is_never_reached_earlier(tokens: list[int], one: int, other: int) -> None:
    assume(any(tokens))
    seen = forecast(tokens)
    near, far = seen.reach(min(one, other)), seen.reach(max(one, other))

    assert (near.low or 0) <= (far.low or 0)
    if far.calls is not None:
        assert near.calls is not None and near.calls <= far.calls
        assert near.high is not None and near.high <= (far.high or 0)


@given(GROWTHS, LEFT, st.integers(2, 10_000))
def test_other_units_of_tokens_change_nothing_but_the_tokens(tokens: list[int], left: int, factor: int) -> None:
    here = forecast(tokens).reach(left)
    there = forecast([factor * one for one in tokens]).reach(factor * left)

    assert there == here._replace(tokens=factor * left)


@given(GROWTHS, LEFT)
def test_it_says_the_same_each_time(tokens: list[int], left: int) -> None:
    assert forecast(tokens).reach(left) == forecast(tokens).reach(left)


def test_the_band_of_heavy_tailed_growth_holds_what_comes() -> None:
    """Nine in ten is promised."""
    dice = random.Random(7)
    held = 0
    for _ in range(400):
        drawn = [round(dice.lognormvariate(6, 1)) for _ in range(400)]
        reach = forecast(drawn[:25]).reach(20 * round(sum(drawn) / len(drawn)))
        total, came = 0, 0
        while total < reach.tokens:
            total, came = total + drawn[25 + came], came + 1
        held += reach.calls is None or (reach.low or 0) <= came <= (reach.high or 0)

    assert held >= 0.85 * 400
