"""Allocations: nothing is lost to rounding, nothing handed out that is not there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.allocation import TEMPLATES, DoesNotFitError, PhaseNeed, dynamic, fixed, reserve
from ctxbudget_server.rules.shares import apportion, ceil_share, floor_share

TOTALS = st.integers(1, 10_000_000)
SCOPES = st.sampled_from(list(TEMPLATES))


@given(TOTALS, st.lists(st.floats(0.001, 1e6) | st.integers(1, 10**6), min_size=1, max_size=40))
def test_parts_sum_to_the_total_and_stay_near_their_quota(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)

    assert sum(parts) == total
    assert all(
        abs(part - total * weight / sum(weights)) < 1 + 1e-6 * total
        for part, weight in zip(parts, weights, strict=True)
    )


def test_equal_weights_lose_nothing() -> None:
    assert apportion(7_500, [1] * 7) == [1_072, 1_072, 1_072, 1_071, 1_071, 1_071, 1_071]


@given(TOTALS, SCOPES, st.none() | st.integers(1, 15))
def test_fixed_sums_to_the_total(total: int, scope: str, agents: int | None) -> None:
    try:
        shared = fixed(total, scope, [PhaseNeed(1, agents=agents)])
    except DoesNotFitError as fault:
        assert fault.requested > fault.available == 7_500
    else:
        assert sum(shared.parts.values()) + shared.buffer == total
        assert shared.parts.keys() == TEMPLATES[scope].keys() | ({1} if agents else set())


def test_agents_set_the_research_phase() -> None:
    shared = fixed(7_500, "full-implementation", [PhaseNeed(1, agents=4)])

    assert (shared.parts[1], shared.buffer) == (1_200, 2_300)


@given(TOTALS, st.lists(st.floats(0.01, 1e4), min_size=1, max_size=12))
def test_dynamic_sums_to_the_total(total: int, complexities: list[float]) -> None:
    shared = dynamic(total, [PhaseNeed(n, complexity=c) for n, c in enumerate(complexities)])

    assert sum(shared.parts.values()) == total
    assert shared.buffer == 0


@given(TOTALS, SCOPES, st.tuples(st.integers(1, 100), st.integers(1, 100), st.integers(1, 100)))
def test_reserve_sums_to_the_total(total: int, scope: str, weights: tuple[int, int, int]) -> None:
    shares = tuple(weight / sum(weights) for weight in weights)
    shared = reserve(total, scope, shares)

    assert sum(shared.parts.values()) + shared.buffer == total


@pytest.mark.parametrize(("base", "share", "floor"), [(25_000, 0.29, 7_250), (25_000, 0.3, 7_500), (3, 0.1, 0)])
def test_shares_are_decimal(base: int, share: float, floor: int) -> None:
    assert floor_share(base, share) == floor


@given(st.integers(1, 10**9), st.integers(1, 1000))
def test_floor_and_ceiling_bracket_the_share(base: int, thousandths: int) -> None:
    share = thousandths / 1000
    exact = base * thousandths

    assert floor_share(base, share) == exact // 1000
    assert ceil_share(base, share) == -(-exact // 1000)
