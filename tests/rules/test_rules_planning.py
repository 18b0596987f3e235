"""Scopes read from words, complexities of phases, and the waves of a plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxbudget_server.rules.complexity import Work, complexities
from ctxbudget_server.rules.planning import Entry, NumberError, outline_of_plan
from ctxbudget_server.rules.policy import policy_for
from ctxbudget_server.rules.scopes import scope_of_phases, scope_of_words


@pytest.mark.parametrize(
    ("words", "scope"),
    [
        ("Implement JWT authentication for API endpoints", "full-implementation"),
        ("Research API authentication best practices", "research-only"),
        ("Research caching and plan the migration", "research-and-plan"),
        ("Research caching, then implement it", "full-implementation"),
        ("Design a plan for the new store", "research-and-plan"),
        ("Fix the failing login tests", "debug-only"),
        ("Debug the memory leak in the worker", "debug-only"),
        ("Add an export of reports, fix the bug in the parser on the way", "full-implementation"),
        ("scope: research only", "research-only"),
        ("Beans", None),
        ("", None),
    ],
)
def test_the_scope_of_a_task_in_words(words: str, scope: str | None) -> None:
    assert scope_of_words(words) == scope


@pytest.mark.parametrize(
    ("names", "scope"),
    [
        (["Research patterns", "Compare libraries"], "research-only"),
        (["Research", "Design the API"], "research-and-plan"),
        (["Reproduce", "Debug the crash", "Verify"], "debug-only"),
        (["Setup", "Build"], "full-implementation"),
        ([], "full-implementation"),
    ],
)
def test_the_scope_of_a_plans_phases(names: list[str], scope: str) -> None:
    assert scope_of_phases(names) == scope


def test_a_complexity_is_made_of_tasks_hours_and_lines() -> None:
    found = complexities([Work(tasks=6, hours=4.0, lines=400.0), Work(tasks=1)])

    assert [one.value for one in found] == [4.4, 1.3]
    assert found[0].how == "1 + 0.3 x 6 tasks + 0.1 x 4 hours + 0.003 x 400 lines"


def test_a_phase_of_unknown_size_weighs_like_the_middle_one() -> None:
    found = complexities([Work(hours=10.0), Work(hours=30.0), Work()])

    assert [(one.value, one.basis) for one in found] == [(2.0, "computed"), (4.0, "computed"), (3.0, "default")]


def test_stated_complexities_count_only_together() -> None:
    assert [one.value for one in complexities([Work(1, stated=8.0), Work(2, stated=2.0)])] == [8.0, 2.0]
    assert [one.value for one in complexities([Work(1, stated=8.0), Work(2)])] == [1.3, 1.6]


def test_numbers_that_are_not_distinct_are_replaced_by_positions() -> None:
    outline = outline_of_plan([Entry(1, "A"), Entry(1, "B"), Entry(None, "C")])

    assert [(one.phase, one.entry.name) for one in outline.phases] == [(1, "A"), (2, "B"), (3, "C")]
    assert outline.assumed[0].code == "numbers"


def test_numbers_are_bounded() -> None:
    with pytest.raises(NumberError):
        outline_of_plan([Entry(1, "A"), Entry(2, "B")], first_phase=9999)


@pytest.mark.parametrize(
    ("scope", "phases", "policy"),
    [("full-implementation", 4, "aggressive"), ("full-implementation", 3, "moderate"), ("debug-only", 9, "minimal")],
)
def test_the_policy_follows_the_number_of_phases(scope: str, phases: int, policy: str) -> None:
    assert policy_for(scope, phases) == policy


ENTRIES = st.lists(
    st.builds(
        Entry,
        number=st.none() | st.integers(0, 12),
        name=st.none() | st.text(max_size=5),
        work=st.builds(Work, st.integers(0, 9), st.floats(0, 99), st.floats(0, 999), st.none() | st.floats(0, 9)),
        entries=st.integers(0, 3),
        depends_on=st.lists(st.integers(0, 12), max_size=3).map(tuple),
    ),
    max_size=12,
)


@given(ENTRIES, st.lists(st.lists(st.integers(0, 12), max_size=4), max_size=4), st.booleans())
def test_each_phase_has_a_number_a_wave_and_a_weight(
    entries: list[Entry], waves: list[list[int]], stated: bool
) -> None:
    outline = outline_of_plan(entries, waves, waves_stated=stated)

    numbers = [one.phase for one in outline.phases]
    assert len(set(numbers)) == len(entries)
    assert sorted(number for wave in outline.waves for number in wave) == sorted(numbers)
    assert all(one.complexity.value > 0 and one.need.complexity for one in outline.phases)
