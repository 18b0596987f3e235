"""docs/performance.md has what the suite of benchmarks measures, and the suite runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.suite.catalogue import ROWS
from benchmarks.suite.conversation import contains, conversation, said
from benchmarks.suite.curves import CURVES
from benchmarks.suite.page import PAGE
from benchmarks.suite.results import plain, table
from benchmarks.suite.rounds import Measured, Probe, Row, measure
from benchmarks.suite.scratch import Scratch
from ctxbudget_server.tokens import count

ROOT = Path(__file__).parents[2]
COLUMNS = 7


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_page_has_each_row_of_the_suite_and_what_it_asks() -> None:
    lines = [line.strip("|").split("|") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line] for line in lines if len(line) == COLUMNS]
    shown = {(line[0], line[2], line[5]) for line in cells}

    assert {(row.what, row.peer, row.asked) for row in ROWS} - shown == set()


@pytest.mark.parametrize("key", ["ratios", *CURVES])
def test_the_plots_are_there_and_small(key: str) -> None:
    plot = ROOT / "docs" / "images" / f"performance-{key}.svg"

    assert plot.stat().st_size < 200_000
    assert f"images/{plot.name}" in PAGE.read_text("utf-8")


def test_keys_are_unique() -> None:
    assert len({row.key for row in ROWS}) == len(ROWS)


def test_the_command_explains_itself() -> None:
    shown = run("--help")

    assert shown.returncode == 0
    assert "--quick" in shown.stdout and "--full" in shown.stdout


def test_a_row_is_measured_without_the_network(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    options = ["--rounds", "2", "--scratch", str(tmp_path), "--ours", sys.executable, "--no-plots"]

    done = run("--quick", "--rows", "add", "--json", str(figures), *options)

    assert done.returncode == 0, done.stderr
    (row,) = json.loads(figures.read_text("utf-8"))["rows"]
    assert row["rounds"] == 2 and row["ours"] > 0 and row["peers"] > 0
    assert row["asked"] == "≤ 2.5"
    assert "≤ 2.5" in done.stdout


def test_ratios_are_of_a_round_and_shown_with_their_spread() -> None:
    row = Row("key", "what", "peer", at_most=0.5)
    pairs = [(1.0, 2.0), (40.0, 100.0), (3.0, 5.0)]

    found = plain(Measured(row, pairs))

    assert found["ratio"] == 0.5 and found["quartiles"] == pytest.approx([0.45, 0.55]) and found["met"] is True
    assert "0.50 (0.45 to 0.55)" in table([found])


def test_a_ratio_of_times_as_fast_is_the_other_way_round() -> None:
    faster = Row("key", "what", "peer", at_least=8, times_as_fast=True)

    assert Measured(faster, [(2.0, 14.0)]).met is False
    assert Measured(faster, [(2.0, 16.0)]).met is True


def test_a_row_that_fails_says_why_and_leaves_the_others(tmp_path: Path) -> None:
    def rounds(scratch: Scratch, quick: bool):
        yield {"one": (1.0, 1.0)}
        raise RuntimeError("the disk is full")

    probe = Probe((Row("one", "what", "peer"), Row("other", "what", "peer")), rounds, quick=3, full=3)

    one, other = measure(probe, Scratch(tmp_path), quick=True)

    assert one.pairs == [(1.0, 1.0)]
    assert "the disk is full" in table([plain(other)])


def test_the_conversation_has_the_size_asked_for_and_names_that_are_needed_later() -> None:
    messages, names = conversation(20_000, 40)

    assert 15_000 < count(json.dumps(messages)) < 30_000
    assert names and all(contains(said(messages), name) for name in names)
    assert conversation(20_000, 40) == (messages, names)
