"""The factor learned from bills: close after a few, unmoved by absurd ones, awake to a change, and always sane."""

from __future__ import annotations

import json
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.calibration import (
    BAND_RECORDS,
    MAX_RATIO,
    MIN_RATIO,
    RULE,
    WINDOW,
    Calibration,
    dump,
    error_band,
    factor,
    load,
    observe,
    raw_count,
)

Bill = tuple[float, int]

ANY_NUMBER = st.one_of(st.floats(), st.integers(-(10**400), 10**400), st.floats(1, 1e6))
ANY_BILLS = st.lists(st.tuples(ANY_NUMBER, st.one_of(st.integers(), st.integers(1, 10**6))), max_size=30)
RATIOS = st.floats(0.5, 2.5)
SIZES = st.floats(500, 100_000)
PLAUSIBLE = st.builds(
    lambda counted, ratio: (counted, round(counted * ratio)),
    st.floats(1, 1e6),
    st.floats(MIN_RATIO, MAX_RATIO),
)
NOISE = st.floats(-0.02, 0.02)
FRESH = Calibration()


def used_again(ratio: float, count: int, times: int, state: Calibration = FRESH) -> Calibration:
    """What is learned from bills for one count that stays as it was, given without its factor."""
    for _ in range(times):
        state = observe(state, raw_count(state, count), round(count * ratio), count)
    return state


def learned(*bills: Bill, state: Calibration = FRESH, given: int | None = None) -> Calibration:
    for counted, reported in bills:
        state = observe(state, counted, reported, given)
    return state


def bills(ratio: float, sizes: list[float]) -> list[Bill]:
    return [(size, round(size * ratio)) for size in sizes]


def test_before_the_first_record_nothing_changes() -> None:
    assert factor(FRESH) == 1
    assert error_band(FRESH) is None
    assert FRESH.samples == 0


@given(ANY_BILLS)
def test_whatever_comes_the_factor_is_sane_and_the_state_survives_json(given_bills: list[Bill]) -> None:
    state = learned(*given_bills)

    assert MIN_RATIO <= factor(state) <= MAX_RATIO
    assert len(state.recent) <= state.samples <= len(given_bills)
    assert load(json.loads(json.dumps(dump(state), allow_nan=False))) == state
    assert learned(*given_bills) == state


@given(st.lists(PLAUSIBLE, max_size=3 * WINDOW))
def test_the_factor_lies_among_the_ratios_seen_and_the_state_stays_small(given_bills: list[Bill]) -> None:
    state = learned(*given_bills)
    ratios = [1.0, *(record.reported / record.counted for record in state.recent)]

    assert min(ratios) - 1e-4 <= factor(state) <= max(ratios) + 1e-4
    assert len(state.recent) <= WINDOW
    band = error_band(state)
    if len(state.recent) < BAND_RECORDS:
        assert band is None
    else:
        assert band is not None
        assert 0 <= band.median <= band.p90 < math.inf


@pytest.mark.parametrize(
    ("counted", "reported"),
    [
        (0, 0), (0, 500), (-5, 5), (5, -5), (1000, 0), (math.nan, 1000), (math.inf, 1000),
        (10_000, 300), (10_000, 3_999), (100, 301), (1e308, 10**308), (10**400, 10**400),
    ],
)  # fmt: skip
def test_a_bill_that_says_nothing_of_the_tokenizer_is_not_learned_from(counted: float, reported: int) -> None:
    state = learned((4000, 4600), (6000, 6800))

    assert observe(state, counted, reported) == state


@given(RATIOS, st.lists(st.floats(2_000, 100_000), min_size=4, max_size=8))
def test_four_records_of_ordinary_size_are_enough(ratio: float, sizes: list[float]) -> None:
    assert factor(learned(*bills(ratio, sizes))) == pytest.approx(ratio, rel=0.01)


def test_the_first_record_counts_and_cannot_decide_alone() -> None:
    assert 1.2 < factor(learned((4_000, 6_400))) < 1.4
    assert factor(learned((10**9, 3 * 10**9))) == pytest.approx(math.sqrt(3), rel=1e-3)
    assert factor(learned((50_000, 150_000), (50_000, 52_000))) == pytest.approx(1.04, rel=0.01)


@given(RATIOS, st.lists(st.tuples(SIZES, NOISE), min_size=19, max_size=19), PLAUSIBLE, st.integers(0, 19))
def test_one_absurd_record_of_twenty_moves_the_factor_by_no_more_than_five_percent(
    ratio: float, ordinary: list[tuple[float, float]], absurd: Bill, at: int
) -> None:
    honest = [(size, round(size * ratio * (1 + noise))) for size, noise in ordinary]

    without, with_it = factor(learned(*honest)), factor(learned(*honest[:at], absurd, *honest[at:]))

    assert with_it == pytest.approx(without, rel=0.05)


@given(RATIOS, st.lists(SIZES, min_size=30, max_size=30), st.sampled_from([0.1, 0.45, 2.8, 3.5]))
def test_nor_does_every_fifth_if_it_is_no_larger_than_the_rest(ratio: float, sizes: list[float], absurd: float) -> None:
    mixed = [
        (min(sizes), round(min(sizes) * absurd)) if place % 5 == 4 else (size, round(size * ratio))
        for place, size in enumerate(sizes)
    ]

    assert factor(learned(*mixed)) == pytest.approx(ratio, rel=0.01)


@given(st.floats(MIN_RATIO, MAX_RATIO))
def test_tiny_counts_weigh_little(ratio: float) -> None:
    tiny = (20.0, round(20 * ratio))

    assert factor(learned(tiny)) == pytest.approx(1, rel=0.02)
    assert factor(learned(*bills(1.15, [8_000] * 10), *[tiny] * 200)) == pytest.approx(1.15, rel=0.01)


@given(RATIOS, RATIOS, SIZES, st.integers(20, 150))
def test_a_change_of_the_model_is_noticed_within_forty_records(old: float, new: float, size: float, past: int) -> None:
    state = learned(*bills(new, [size] * 40), state=learned(*bills(old, [size] * past)))

    assert factor(state) == pytest.approx(new, rel=0.01)


def test_a_change_is_noticed_within_twenty_records_of_ordinary_size() -> None:
    state = learned(*bills(1.35, [8_000] * 22), state=learned(*bills(1.0, [8_000] * 500)))

    assert factor(state) == pytest.approx(1.35, rel=0.01)


@pytest.mark.parametrize("outliers", [0.0, 0.05])
def test_the_band_holds_for_the_bills_that_follow(outliers: float) -> None:
    chance = random.Random(3)
    state = FRESH
    within_median: list[bool] = []
    within_p90: list[bool] = []
    for _ in range(1500):
        counted = math.exp(chance.uniform(math.log(300), math.log(30_000)))
        ratio = 2.6 if chance.random() < outliers else 1.15 * math.exp(chance.gauss(0, 0.06))
        reported = round(counted * ratio)
        band = error_band(state)
        if band:
            error = abs(factor(state) * counted / reported - 1)
            within_median.append(error <= band.median)
            within_p90.append(error <= band.p90)
        state = observe(state, counted, reported)

    assert len(within_p90) > 1400
    assert 0.45 < sum(within_median) / len(within_median) < 0.60
    assert 0.87 < sum(within_p90) / len(within_p90) < 0.97


def test_the_band_promises_no_more_than_few_records_can_show() -> None:
    chance = random.Random(5)
    held = []
    for _ in range(1500):
        *known, (counted, reported) = [(5_000.0, round(5_500 * math.exp(chance.gauss(0, 0.06)))) for _ in range(11)]
        state = learned(*known)
        band = error_band(state)
        assert band is not None
        held.append(abs(factor(state) * counted / reported - 1) <= band.p90)

    assert sum(held) / len(held) > 0.87


def test_twelve_bills_for_one_count_are_learned_as_one_ratio() -> None:
    assert factor(used_again(1.1, 1_000, 12)) == pytest.approx(1.1, rel=1e-3)


@given(RATIOS, st.integers(1_000, 100_000), st.integers(1, 3 * WINDOW))
def test_a_count_that_is_used_again_does_not_compound(ratio: float, count: int, times: int) -> None:
    state = used_again(ratio, count, times)

    assert state == learned(*[(count, round(count * ratio))] * times, given=count)
    assert min(1, ratio) - 1e-3 <= factor(state) <= max(1, ratio) + 1e-3
    if times >= 12:
        assert factor(state) == pytest.approx(ratio, rel=1e-3)


@given(st.floats(0.7, 1.6), st.floats(0.7, 1.6), st.integers(4_000, 100_000))
def test_nor_does_one_that_was_taken_with_an_earlier_factor(first: float, then: float, count: int) -> None:
    """The factor is that of the bill which gave the count first, however far it has moved since."""
    known = learned(*bills(first, [8_000] * 12))
    taken_with = factor(known)

    state = used_again(then, count, 60, known)

    assert factor(state) == pytest.approx(then * taken_with, rel=0.01)


@given(RATIOS, st.lists(st.integers(2_000, 100_000), min_size=12, max_size=40, unique=True))
def test_fresh_counts_need_no_factor(ratio: float, raw_counts: list[int]) -> None:
    state = FRESH
    for raw in raw_counts:
        given_count = round(raw * factor(state))
        state = observe(state, raw_count(state, given_count), round(raw * ratio), given_count)

    assert factor(state) == pytest.approx(ratio, rel=0.01)


def test_the_samples_go_on_when_the_window_is_full() -> None:
    state = learned(*bills(1.2, [5_000] * 100))

    assert (state.samples, len(state.recent)) == (100, WINDOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"samples": 1}, {"samples": 0, "recent": [[100, 110, 1]]}, {"samples": 1, "recent": [[100, 110]]},
        {"samples": 1, "recent": [[100, 9_000, 1]]}, {"samples": 1, "recent": [[100, 110, 2]]},
        {"samples": 1, "recent": [[100, 110, 1, "100"]]}, {"samples": 1, "recent": [[100, 110, 1, 100, 1]]},
        {"samples": 1, "recent": [[100, 110, math.nan]]}, {"samples": -1, "recent": []},
        {"samples": 1, "recent": ["x"]}, {"samples": 999, "recent": [[100, 110, 1]] * (WINDOW + 1)},
    ],
)  # fmt: skip
def test_what_is_no_dump_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="calibration"):
        load(wrong)


def test_records_from_before_counts_were_kept_are_read() -> None:
    state = load({"rule": RULE, "samples": 1, "recent": [[4_000, 4_400, 1]]})

    assert state == learned((4_000, 4_400))
    assert raw_count(state, 4_000) == 4_000 / factor(state)


def test_bills_for_counts_by_an_earlier_rule_are_a_start_that_a_few_new_ones_outvote() -> None:
    old = dump(learned(*bills(1.2, [8_000] * 64)))
    del old["rule"]
    state = load(old)

    assert factor(state) == pytest.approx(1.2, rel=0.01)
    assert factor(learned(*bills(1.1, [8_000] * 7), state=state)) == pytest.approx(1.1, rel=0.01)
    assert load(dump(state)) == state
