"""Runs rules against a server, one after the other, and says of each whether it is kept."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import MisbehaviourError
from ctxbudget_protocol.conformance.rule import Level, NotJudgedError, Rule

Outcome = Literal["kept", "broken", "notJudged"]


class Verdict(NamedTuple):
    """What came of a rule. `why` is empty if it is kept. `seconds` is how long the judging took."""

    rule: Rule
    outcome: Outcome
    why: str
    seconds: float


class CannotStartError(Exception):
    """The server's command cannot be run."""


def chosen(rules: Iterable[Rule], level: Level, wanted: Sequence[str] = ()) -> list[Rule]:
    """The rules of a level, or those that are named: by id, or by its beginning with an asterisk after it."""
    if not wanted:
        return [rule for rule in rules if level == "full" or rule.level == "core"]
    return [rule for rule in rules if any(_named(rule.id, name) for name in wanted)]


def _named(rule_id: str, name: str) -> bool:
    return rule_id.startswith(name[:-1]) if name.endswith("*") else rule_id == name


def judged(bench: Bench, rules: Iterable[Rule], *, rule_seconds: float, seconds: float) -> Iterator[Verdict]:
    """The verdict on each rule; each may take `rule_seconds`, and all of them `seconds`."""
    end = time.monotonic() + seconds
    for rule in rules:
        left = end - time.monotonic()
        if left <= 0:
            yield Verdict(rule, "broken", f"not reached within {seconds:g} s", 0.0)
            continue
        began = time.monotonic()
        outcome, why = _outcome(bench, rule, min(rule_seconds, left))
        yield Verdict(rule, outcome, why, time.monotonic() - began)


def _outcome(bench: Bench, rule: Rule, seconds: float) -> tuple[Outcome, str]:
    try:
        with bench.within(seconds):
            bench.need(rule.methods)
            rule.check(bench)
            bench.settle()
    except NotJudgedError as reason:
        return "notJudged", str(reason)
    except FileNotFoundError as fault:
        raise CannotStartError(str(fault)) from fault
    except (MisbehaviourError, OSError, ValueError, KeyError, IndexError, TypeError) as fault:
        bench.drop_server()
        why = str(fault) if isinstance(fault, MisbehaviourError) else f"{type(fault).__name__}: {fault}"
        return "broken", why
    return "kept", ""
