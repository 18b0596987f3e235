"""Planted symptoms, healthy workflows, and random sessions: first causes, and figures to the token.

`benchmarks/diagnose.py` has all variants.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxbudget_protocol.words import FindingCode
from diagnosis.checks import holds
from diagnosis.healthy import HEALTHY
from diagnosis.planted import PLANTED
from diagnosis.random_sessions import at_random
from diagnosis.runs import Run, Runs, apply, runs

VARIANTS = (0, 3, 6, 9, 12)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    with runs(tmp_path_factory.mktemp("diagnosis").resolve()) as made:
        yield made


@pytest.mark.parametrize(("code", "plant"), PLANTED, ids=[plant.__name__ for _, plant in PLANTED])
def test_the_first_cause_is_the_one_that_was_planted(made: Runs, code: str, plant: Callable[[Run], None]) -> None:
    for variant in VARIANTS:
        run = made.fresh(f"{plant.__name__} {variant}")
        plant(run)

        diagnosis = run.call("budget/diagnose")

        assert diagnosis["findings"][0]["code"] == code, diagnosis["text"]
        holds(run, diagnosis)


@pytest.mark.parametrize("workflow", dict.fromkeys(HEALTHY), ids=lambda workflow: workflow.__name__)
def test_nothing_is_found_where_nothing_is_wrong(made: Runs, workflow: Callable[[Run], None]) -> None:
    for variant in VARIANTS:
        run = made.fresh(f"{workflow.__name__} {variant}")
        workflow(run)

        assert run.call("budget/diagnose")["findings"] == []


def test_every_cause_is_planted() -> None:
    assert {code for code, _ in PLANTED} == set(get_args(FindingCode))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 2**32))
def test_sending_the_cures_of_any_session_gives_what_was_promised(made: Runs, seed: int) -> None:
    run = made.fresh(str(seed))
    at_random(run)

    holds(run, run.call("budget/diagnose"))


def test_a_cured_account_has_nothing_left_to_cure(made: Runs) -> None:
    for _, plant in PLANTED:
        run = made.fresh(f"again {plant.__name__}")
        plant(run)
        apply(run, run.call("budget/diagnose"))

        again = run.call("budget/diagnose")["findings"]

        assert [finding["code"] for finding in again if finding["requests"]] == [], plant.__name__
