"""Every example of the table is what a server answers."""

from __future__ import annotations

from pathlib import Path

from protocol.example_story import run_story

from ctxbudget_protocol.methods import METHODS, requests


def test_the_examples_are_true(tmp_path: Path) -> None:
    """`python tests/protocol/record_examples.py` writes the answers again."""
    told = list(run_story(tmp_path))
    assert sorted(method for method, _, _ in told) == sorted(row.name for row in requests())
    for method, _, answer in told:
        example = METHODS[method].example
        assert example is not None
        assert answer == example.result, f"the example of {method}"
