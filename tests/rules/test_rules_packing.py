"""The knapsack: as good as trying everything, never over, and the same for the same input."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.rules import packing
from ctxbudget_server.rules.packing import Option, choose

OPTIONS = st.builds(Option, st.integers(0, 40), st.integers(0, 40))
CLASSES = st.lists(st.lists(OPTIONS, min_size=1, max_size=4), max_size=6)


def by_trying(classes: list[list[Option]], capacity: int) -> tuple[int, int] | None:
    """(value, tokens) of the best of all choices, of equal ones the lightest."""
    sums = [(sum(o.value for o in pick), sum(o.tokens for o in pick)) for pick in itertools.product(*classes)]
    return max((each for each in sums if each[1] <= capacity), key=lambda each: (each[0], -each[1]), default=None)


def by_table(classes: list[list[Option]], capacity: int) -> int:
    """The best value by the textbook's dynamic programme over all capacities; every class has an option for nothing."""
    best = [0] * (capacity + 1)
    for options in classes:
        best = [
            max(best[room - o.tokens] + o.value for o in options if o.tokens <= room) for room in range(capacity + 1)
        ]
    return best[capacity]


@settings(max_examples=400)
@given(CLASSES, st.integers(-1, 150))
def test_nothing_is_better_than_the_choice(classes: list[list[Option]], capacity: int) -> None:
    found = choose(classes, capacity)
    chosen = [options[place] for options, place in zip(classes, found.picks, strict=True)]
    best = by_trying(classes, capacity)

    assert (found.value, found.tokens) == (sum(o.value for o in chosen), sum(o.tokens for o in chosen))
    assert found.optimal
    if best is None:
        assert found.tokens == sum(min(o.tokens for o in options) for options in classes)
    else:
        assert (found.value, found.tokens) == best


def test_many_classes_like_those_of_a_session() -> None:
    dice = random.Random(5)
    for capacity in (150, 900, 2_500):
        classes = []
        for age in range(60):
            worth = 10_000 * dice.choice([1, 2, 4, 16]) * 8 // (8 + age)
            line, whole = dice.randrange(15, 30), int(dice.lognormvariate(5, 1)) + 30
            classes.append([Option(0, 0), Option(line, worth * 15 // 100), Option(line + whole, worth)])
        found = choose(classes, capacity)

        assert found.optimal
        assert found.tokens <= capacity
        assert found.value == by_table(classes, capacity)
        assert choose(classes, capacity) == found


def test_cut_short_it_misses_less_than_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_STATES", 0)
    dice = random.Random(3)
    cut_short = 0
    for _ in range(200):
        classes = [[Option(0, 0), Option(dice.randrange(20, 60), dice.randrange(20, 60))] for _ in range(12)]
        found = choose(classes, 150)
        best = by_table(classes, 150)
        cut_short += not found.optimal
        assert found.tokens <= 150
        assert best - 60 < found.value <= best
        assert found.value == best or not found.optimal
    assert cut_short
