"""How much room a cut should win, by the prices of the cache and the growth that was seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.fit.money import (
    FIRST_RECLAIM,
    MAX_RECLAIM,
    MIN_RECLAIM,
    USUAL_PRICES,
    Prices,
    break_even,
    cost_per_turn,
    reclaim_that_pays,
)

LIMITS = st.integers(100, 1_000_000)
PRICES = st.builds(Prices, st.floats(0.01, 1), st.floats(0, 2))


@given(LIMITS, st.floats(0, 1), st.one_of(st.none(), st.floats(1, 50_000)), PRICES)
def test_it_stays_within_its_bounds(limit: int, share: float, growth: float | None, prices: Prices) -> None:
    won = reclaim_that_pays(limit, int(limit * share), growth, prices)

    is_known = growth is not None and prices.write > prices.read
    assert (
        int(MIN_RECLAIM * limit) <= won <= int(MAX_RECLAIM * limit) if is_known else won == int(FIRST_RECLAIM * limit)
    )


@given(LIMITS, st.floats(0.1, 1), st.floats(1, 50_000))
def test_what_it_wins_has_paid_for_itself_when_the_next_cut_is_due(limit: int, share: float, growth: float) -> None:
    behind = int(limit * share)
    won = reclaim_that_pays(limit, behind, growth, USUAL_PRICES)

    gained = USUAL_PRICES.read * (won + 1) ** 2 / growth  # it is rounded down
    paid = (USUAL_PRICES.write - USUAL_PRICES.read) * max(0, behind - won)
    assert gained >= 0.999 * paid - 2 or won == int(MAX_RECLAIM * limit)


def test_without_a_past_it_is_a_tenth() -> None:
    assert reclaim_that_pays(60_000, 50_000, None, USUAL_PRICES) == 6_000


def test_where_writing_costs_no_more_than_reading_it_is_a_tenth() -> None:
    assert reclaim_that_pays(60_000, 50_000, 1_000, Prices(1.0, 1.0)) == 6_000


@pytest.mark.parametrize(("slow", "fast"), [(500, 1_000), (1_000, 5_000)])
def test_the_faster_a_conversation_grows_the_deeper_it_is_cut(slow: float, fast: float) -> None:
    assert reclaim_that_pays(60_000, 50_000, slow, USUAL_PRICES) < reclaim_that_pays(60_000, 50_000, fast, USUAL_PRICES)


def test_a_change_near_the_end_costs_less_a_turn() -> None:
    near, far = (cost_per_turn(60_000, 50_000, behind, 1_000, USUAL_PRICES) for behind in (5_000, 45_000))
    assert near < far


def test_when_the_smaller_array_has_paid() -> None:
    assert break_even(1_000, 500, 100, USUAL_PRICES) == 10  # writes 400 at 1.15 more, reads 500 less at 0.1
    assert break_even(1_000, 1_000, 1_000, USUAL_PRICES) is None
