"""A replay and runs, for pages other than that of a session."""

from __future__ import annotations

from typing import Any

from ctxbudget_server.replay import Names, Outcome, Replay

CALLS = 40


def conversation() -> Replay:
    """One that starts over once, under policies with names that HTML and JSON would act on."""
    whole = [400 * (call % 25 + 1) for call in range(CALLS)]
    base = Outcome("none", whole, 0, Names(10, 0, 0, 0), 9_000.0, [])
    cut = [min(tokens, 6_000) for tokens in whole]
    names = ("clear:3", "</script><script>alert(1)</script>", "<!-- fit")
    outcomes = [Outcome(name, cut, 4, Names(10, 4, 2, 1), 7_000.0 + at, [16, 33]) for at, name in enumerate(names)]
    return Replay([25], base, outcomes)


def with_costs(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Runs as `ctxbudget history` has them."""
    return [{**run, "costFrom": "account" if run["cost"] else None} for run in runs]
