"""A server in another language, written from the documents alone, keeps every rule of the level core."""

from __future__ import annotations

from pathlib import Path

from support.programs import needed

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.judge import chosen, judged
from ctxbudget_protocol.conformance.rules import all_rules

SERVER = Path(__file__).parents[2] / "clients" / "typescript" / "built" / "core-server.mjs"


def test_the_core_server_keeps_every_rule() -> None:
    node = needed("node", "install Node 20.10 or later")
    rules = chosen(all_rules(), "core")

    with Bench([node, str(SERVER)], level="core") as bench:
        verdicts = list(judged(bench, rules, rule_seconds=120, seconds=300))

    assert [(one.rule.id, one.outcome, one.why) for one in verdicts if one.outcome != "kept"] == []
    assert len(verdicts) == len(rules)
