"""Nothing costs more than a fifth over what was accepted; counts, so the same on a busy machine."""

from __future__ import annotations

import pytest

from ctxbudget_protocol.methods import METHODS

from .figures import RENEW, Figures, accepted, measure, rises


@pytest.fixture(scope="module")
def now() -> Figures:
    """What everything costs."""
    return measure()


def test_nothing_costs_a_fifth_more_than_was_accepted(now: Figures) -> None:
    found = rises(now, accepted())
    assert not found, "\n".join([*found, f"if it is worth that: {RENEW}"])


def test_every_method_is_measured(now: Figures) -> None:
    methods = {name for name, row in METHODS.items() if row.result is not None}
    assert {what.removeprefix("method ") for what in now if what.startswith("method ")} == methods


def test_a_rise_is_named_with_its_share() -> None:
    before = {"method a": {"statements": 10, "opens": 1}}
    assert rises({"method a": {"statements": 12, "opens": 1}}, before) == []
    assert rises({"method a": {"statements": 13}, "method b": {"threads": 2}}, before) == [
        "method a: statements 10 → 13 (+30%)",
        "method b: threads 0 → 2 (new)",
    ]
