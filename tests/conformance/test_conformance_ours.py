"""Our server keeps every rule, and the rules are written down."""

from __future__ import annotations

import re
import shlex
import sys
from collections import Counter
from pathlib import Path

from support.session import SERVE

from conformance.test_conformance_faults import SERVER
from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.judge import chosen, judged
from ctxbudget_protocol.conformance.rule import CORE_METHODS
from ctxbudget_protocol.conformance.rules import all_rules
from ctxbudget_protocol.methods import METHODS, requests

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "implementing.md").read_text("utf-8")
MAY_NEED_METHODS = (
    "lifecycle.advertises", "session/", "budget/", "sessions.close", "keys.f", "order.", "leases.p", "leases.f",
    "allocation.", "figures.s", "cancelling.", "messages.r", "framing.h",
)  # fmt: skip
MAY_NOT_BE_JUDGED = {"workflow/plan.session-closed"}


def test_our_server_keeps_every_rule() -> None:
    with Bench(shlex.join(SERVE)) as bench:
        verdicts = list(judged(bench, all_rules(), rule_seconds=120, seconds=600))

    assert [(one.rule.id, one.why) for one in verdicts if one.outcome == "broken"] == []
    assert {one.rule.id for one in verdicts if one.outcome == "notJudged"} <= MAY_NOT_BE_JUDGED


def test_a_server_that_has_only_the_core_keeps_the_rules_of_the_core() -> None:
    """Those that could need more methods; the others are about the connection."""
    core_only = shlex.join([*SERVER, "core only"])
    of_the_core = [rule for rule in chosen(all_rules(), "core") if rule.id.startswith(MAY_NEED_METHODS)]
    with Bench(core_only, level="core") as bench:
        core = list(judged(bench, of_the_core, rule_seconds=120, seconds=600))
    with Bench(core_only) as bench:
        wanted = ["lifecycle.advertises", "accounts.sums", "context/add.result", "budget/release.result"]
        full = list(judged(bench, chosen(all_rules(), "full", wanted), rule_seconds=120, seconds=600))

    assert [(one.rule.id, one.why) for one in core if one.outcome != "kept"] == []
    outcomes = {one.rule.id: one.outcome for one in full}
    assert outcomes.pop("lifecycle.advertises") == "broken"
    assert outcomes.pop("budget/release.result") == "kept"
    assert "kept" not in outcomes.values()


def test_every_method_has_its_rules() -> None:
    of_methods = Counter(rule.id.rpartition(".")[0] for rule in all_rules())

    assert {row.name for row in requests()} <= of_methods.keys()
    assert min(of_methods[row.name] for row in requests()) >= 4


def test_ids_are_unique_and_sections_are_there() -> None:
    anchors = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).replace(" ", "-") for line in re.findall(r"^#+ (.*)$", PAGE, re.M)
    }

    assert len({rule.id for rule in all_rules()}) == len(all_rules())
    for rule in all_rules():
        page, _, section = rule.reference.partition("#")
        assert page == "docs/implementing.md"
        assert section in anchors, rule.id
        assert rule.sentence.endswith("."), rule.id


def test_the_page_names_the_methods_of_the_core() -> None:
    (row,) = re.findall(r"^\| \*\*core\*\* .*$", PAGE, re.M)

    assert set(CORE_METHODS) <= METHODS.keys()
    assert re.findall(r"`([a-z]+/[A-Za-z]+)`", row) == list(CORE_METHODS)


def test_the_rules_of_the_core_need_no_other_methods() -> None:
    assert all(set(rule.methods) <= set(CORE_METHODS) for rule in all_rules() if rule.level == "core")


def test_nothing_of_a_server_is_imported() -> None:
    import subprocess

    script = "import sys, ctxbudget_protocol.conformance.rules as r; r.all_rules(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not {"pydantic", "pygls", "lsprotocol", "ctxbudget_server", "ctxbudget_client", "jsonschema"} & set(loaded)
