"""The verdict of a test run, in a line."""

from __future__ import annotations

from ctxbudget_server.extract.summarizer.fact_lines import tests_line
from ctxbudget_server.extract.testlogs import parse_tests


def verdict_of_tests(text: str) -> str:
    """What a test run's output proves; empty for any other text, and where nothing is proven."""
    tests = parse_tests(text)
    return tests_line(tests) if tests is not None and tests.status is not None else ""
