"""The level follows retained tokens with hysteresis."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.levels import RANK, next_level, thresholds

SEED = thresholds(7_500, 0.75, 0.95, None, None)


def test_the_seed_s_figures() -> None:
    assert (SEED.warn_at, SEED.critical_at, SEED.warn_release, SEED.critical_release) == (5_625, 7_125, 5_250, 6_750)


@given(st.sampled_from(list(RANK)), st.integers(0, 20_000))
def test_a_level_is_reached_at_and_held_until(level: str, retained: int) -> None:
    new = next_level(level, retained, SEED)

    if retained >= 7_125:
        assert new == "critical"
    elif retained >= 6_750:
        assert new == ("critical" if level == "critical" else "warn")
    elif retained >= 5_625:
        assert new == "warn"
    elif retained >= 5_250:
        assert new == ("ok" if level == "ok" else "warn")
    else:
        assert new == "ok"


@given(st.integers(1, 10**7), st.floats(0.001, 1), st.floats(0.001, 1))
def test_release_figures_lie_below_and_are_not_negative(budget: int, warn: float, critical: float) -> None:
    at = thresholds(budget, min(warn, critical), max(warn, critical), None, None)

    assert 0 <= at.warn_release <= at.warn_at <= at.critical_at
    assert 0 <= at.critical_release <= at.critical_at


@given(st.lists(st.integers(0, 9_000), max_size=50))
def test_small_steps_around_a_threshold_alert_once(wobble: list[int]) -> None:
    level, rises = "ok", 0
    for retained in (5_625 + step % 375 - 187 for step in wobble):
        new = next_level(level, retained, SEED)
        rises += RANK[new] > RANK[level]
        level = new
    assert rises <= 1
