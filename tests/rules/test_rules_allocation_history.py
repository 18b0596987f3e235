"""Allocations that learn: exact sums, nothing perverse, and a way back where too little is known."""

from __future__ import annotations

from itertools import pairwise
from statistics import quantiles

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.allocation import AllocationError, PhaseNeed, dynamic
from ctxbudget_server.rules.allocation_history import (
    MIN_RUNS,
    PastPhase,
    PastRun,
    by_history,
    quantile_of,
    share_out,
    taking_part,
)

TOTALS = st.integers(1, 10_000_000)
FIGURES = st.lists(st.integers(0, 200_000), min_size=1, max_size=12)
QUANTILES = st.floats(0.01, 1)
RUNS = st.lists(
    st.dictionaries(st.integers(0, 6), st.integers(0, 50_000), min_size=1, max_size=7).map(
        lambda used: [PastPhase(number, f"phase {number}", tokens, "exact") for number, tokens in used.items()]
    ),
    max_size=12,
)
NEEDS = st.lists(
    st.builds(PhaseNeed, st.integers(0, 6), st.none(), st.none() | st.floats(0.01, 1_000)),
    min_size=1,
    max_size=7,
    unique_by=lambda need: need.number,
)


def runs_of(*used: dict[str, int]) -> list[PastRun]:
    """Runs whose phases are numbered in the order of their names here."""
    return [[PastPhase(n, name, tokens, "exact") for n, (name, tokens) in enumerate(run.items())] for run in used]


@given(TOTALS, NEEDS, RUNS, QUANTILES)
def test_parts_sum_to_the_total_and_none_is_negative(
    total: int, needs: list[PhaseNeed], runs: list[PastRun], quantile: float
) -> None:
    divided = by_history(total, needs, runs, quantile)

    assert sum(divided.shared.parts.values()) + divided.shared.buffer == total == divided.shared.total
    assert min(divided.shared.parts.values()) >= 0
    assert divided.shared.parts.keys() == divided.learned.keys() == {need.number for need in needs}


@given(TOTALS, FIGURES)
def test_a_larger_figure_never_gets_less(total: int, figures: list[int]) -> None:
    parts = share_out(total, figures)

    assert sum(parts) == total
    ordered = sorted(zip(figures, parts, strict=True))
    for (figure, part), (more, larger) in pairwise(ordered):
        assert part <= larger or figure == more


@given(TOTALS, FIGURES, st.integers(1, 1_000))
def test_a_larger_total_never_takes_away_more_than_the_rounding(total: int, figures: list[int], more: int) -> None:
    before, after = share_out(total, figures), share_out(total + more, figures)

    assert all(later >= earlier - 1 for earlier, later in zip(before, after, strict=True))


@given(FIGURES, st.integers(0, 100))
def test_no_phase_goes_short_while_another_has_more_than_its_figure_and_a_quarter(
    figures: list[int], percent: int
) -> None:
    limits = [-(-5 * figure // 4) for figure in figures]
    total = sum(limits) * percent // 100
    if total < 1 or total == sum(limits):
        return
    parts = share_out(total, figures)

    assert all(part <= limit for part, limit in zip(parts, limits, strict=True))
    cut = [part for part, limit in zip(parts, limits, strict=True) if part < limit]
    assert max(cut) - min(cut) <= 1, "those that are cut are cut to the same height"
    assert max(parts) <= max(cut), "nobody is above it"


def test_enough_for_all_is_divided_in_proportion() -> None:
    assert share_out(6_000, [1_000, 2_000]) == [2_000, 4_000]


def test_a_shortage_falls_on_the_largest() -> None:
    assert share_out(3_000, [400, 800, 4_000, 9_000]) == [500, 833, 833, 834]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=30), QUANTILES, QUANTILES)
def test_the_quantile_rises_and_stays_within_what_was_seen(figures: list[int], one: float, other: float) -> None:
    low, high = sorted((one, other))

    assert min(figures) <= quantile_of(figures, low) <= quantile_of(figures, high) <= max(figures)


@given(st.lists(st.integers(0, 100_000), min_size=2, max_size=30), st.integers(1, 9))
def test_the_quantile_is_that_of_the_textbook(figures: list[int], tenths: int) -> None:
    expected = quantiles(figures, n=10, method="exclusive")[tenths - 1]  # which extrapolates beyond what was seen

    assert -1e-6 <= quantile_of(figures, tenths / 10) - min(max(expected, min(figures)), max(figures)) < 1


def test_each_phase_gets_what_past_runs_used() -> None:
    runs = runs_of(*({"research": 1_000, "plan": 3_000} for _ in range(5)))
    divided = by_history(8_000, [PhaseNeed(0, "research"), PhaseNeed(1, "plan")], runs, 0.8)

    assert divided.shared.parts == {0: 2_000, 1: 6_000}
    assert [(one.runs, one.tokens, one.basis) for one in divided.learned.values()] == [
        (5, 1_000, "history"),
        (5, 3_000, "history"),
    ]
    assert divided.assumed == []


def test_phases_are_the_same_by_name_and_without_names_by_number() -> None:
    runs = [
        [PastPhase(3, "Research ", 900, "exact"), PastPhase(1, "plan", 100, "exact"), PastPhase(2, None, 70, "exact")]
    ]
    runs *= MIN_RUNS
    needs = [PhaseNeed(1, "research"), PhaseNeed(2, "review"), PhaseNeed(3), PhaseNeed(4, "ship")]
    learned = by_history(1_000, needs, runs, 0.8).learned

    assert {number: one.tokens for number, one in learned.items()} == {1: 900, 2: 70, 3: 900, 4: None}


@given(TOTALS, st.lists(st.floats(0.01, 1e4), min_size=1, max_size=7), RUNS.map(lambda runs: runs[: MIN_RUNS - 1]))
def test_with_too_few_runs_it_is_dynamic_and_says_so(
    total: int, complexities: list[float], runs: list[PastRun]
) -> None:
    needs = [PhaseNeed(n, complexity=complexity) for n, complexity in enumerate(complexities)]
    divided = by_history(total, needs, runs, 0.8)

    assert divided.shared == dynamic(total, needs)
    assert {one.basis for one in divided.learned.values()} == {"complexity"}
    assert [one.code for one in divided.assumed] == ["fewRuns"]
    assert divided.assumed[0].phases == [need.number for need in needs]


def test_a_new_phase_has_its_share_by_complexity() -> None:
    runs = runs_of(*({"research": 1_000, "plan": 3_000} for _ in range(3)))
    needs = [PhaseNeed(0, "research", 2), PhaseNeed(1, "plan", 2), PhaseNeed(2, "migration", 4)]
    divided = by_history(16_000, needs, runs, 0.8)

    assert divided.shared.parts == {0: 2_000, 1: 6_000, 2: 8_000}, "half of the complexity, half of the tokens"
    assert divided.assumed[0].phases == [2]


def test_a_new_phase_without_complexity_is_like_the_middle_one() -> None:
    runs = runs_of(*({"research": 1_000, "plan": 3_000, "build": 8_000} for _ in range(3)))
    needs = [PhaseNeed(0, "research"), PhaseNeed(1, "plan"), PhaseNeed(2, "build"), PhaseNeed(3, "migration")]
    divided = by_history(30_000, needs, runs, 0.8)

    assert divided.shared.parts == {0: 2_000, 1: 6_000, 2: 16_000, 3: 6_000}
    assert divided.learned[3].basis == "even"


def test_phases_that_used_nothing_are_no_base() -> None:
    runs = runs_of(*({"research": 0, "plan": 0} for _ in range(4)))
    divided = by_history(10, [PhaseNeed(0, "research"), PhaseNeed(1, "plan")], runs, 0.8)

    assert divided.shared.parts == {0: 5, 1: 5}
    assert {one.basis for one in divided.learned.values()} == {"even"}
    assert "used nothing for phases 0, 1" in divided.assumed[0].message


def test_a_rough_figure_makes_all_that_follow_from_it_rough() -> None:
    runs = [[PastPhase(0, None, 10, provenance)] for provenance in ("exact", "estimated", "reported")]

    assert by_history(10, [PhaseNeed(0)], runs, 0.8).learned[0].provenance == "estimated"


def test_without_a_list_the_usual_phases_take_part() -> None:
    runs = runs_of({"a": 1, "b": 1}, {"a": 1, "b": 1, "c": 1}, {"a": 1}, {"a": 1})

    assert [(need.number, need.name) for need in taking_part("full-implementation", runs)] == [(0, "a"), (1, "b")]
    assert [need.number for need in taking_part("debug-only", runs[:2])] == [0, 4, 5]


def test_a_total_that_is_too_small_is_said() -> None:
    runs = runs_of(*({"research": 1_000, "plan": 3_000} for _ in range(3)))
    needs = [PhaseNeed(0, "research"), PhaseNeed(1, "plan")]

    assert by_history(5_000, needs, runs, 0.8).assumed == []
    (said,) = by_history(4_000, needs, runs, 0.8).assumed
    assert (said.code, said.phases) == ("shortTotal", [1])
    assert "phase 1 gets 2,750 instead of 3,000" in said.message


def test_a_complexity_must_be_above_0() -> None:
    with pytest.raises(AllocationError, match="phase 7"):
        by_history(10, [PhaseNeed(7, complexity=0)], [], 0.8)
