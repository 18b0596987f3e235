"""A server with a planted fault breaks the rule that one would expect."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from conformance.faulty_server import FAULTS
from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.judge import Verdict, chosen, judged
from ctxbudget_protocol.conformance.rules import all_rules

SERVER = [sys.executable, str(Path(__file__).with_name("faulty_server.py"))]
WAITING = ("swallows parse errors", "leases that stay", "reorders writes", "never answers budget/reserve", "no news")
"""Faults that are noticed because nothing comes."""


def judge(fault: str, rules: list[str], timeout: float) -> list[Verdict]:
    """The verdicts on a server with this fault."""
    with Bench(shlex.join([*SERVER, fault]), timeout=timeout) as bench:
        return list(judged(bench, chosen(all_rules(), "full", rules), rule_seconds=120, seconds=600))


OF_MANY_SERVERS = {
    "lifecycle.before-initialize", "lifecycle.after-shutdown", "versions.refused", "sessions.durable", "keys.restart",
    "leases.concurrent",
}  # fmt: skip
"""Rules that start servers of their own, which takes long; our server keeps them, and the proxy is the same for all."""


def test_without_a_fault_these_rules_are_kept() -> None:
    verdicts = judge("none", sorted({rule for _, rule in FAULTS.values()} - OF_MANY_SERVERS), 30)

    assert [(one.rule.id, one.why) for one in verdicts if one.outcome != "kept"] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    (verdict,) = judge(fault, [FAULTS[fault][1]], 4 if fault in WAITING else 30)

    assert verdict.outcome == "broken"
    assert "no server can be started" not in verdict.why, verdict.why


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 20
    assert len({kind for kind, _ in FAULTS.values()}) == len(FAULTS)
