"""`ctxbudget demo` without `-v`: the story in about forty lines, each figure from an answer of the server."""

from __future__ import annotations

import re

import pytest

from .demo_run import DemoRun, figures_of_no_answer, run_demo

GAUGE = re.compile(r"^  in +([\d,]+), kept +([\d,]+)   ([█░]{24}) +([\d,]+) of ([\d,]+), (\w+)$", flags=re.M)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    return run_demo(tmp_path_factory.mktemp("brief"), in_full=False)


def test_it_fits_on_a_screen(demo: DemoRun) -> None:
    lines = demo.stdout.splitlines()

    assert (demo.code, demo.stderr) == (0, "")
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in demo.stdout


def test_each_phase_ends_with_the_figures_that_the_server_answered(demo: DemoRun) -> None:
    phases = [int(phase) for phase in re.findall(r"^Phase (\d+): ", demo.stdout, flags=re.M)]
    assert phases == [0, 1, 2, 3, 4, 6]

    for phase, shown in zip(phases, GAUGE.findall(demo.stdout), strict=True):
        status = demo.status_after(phase)
        row = next(row for row in status["phases"] if row["phase"] == phase)
        figures = (row["processed"], row["retained"], status["retained"], status["budget"])
        processed, kept, gauge, retained, budget, level = shown
        assert (processed, kept, retained, budget) == tuple(f"{figure:,}" for figure in figures)
        assert level == status["level"]
        assert gauge.count("█") == round(24 * status["retained"] / status["budget"])


def test_no_figure_is_printed_that_no_answer_has(demo: DemoRun) -> None:
    # How many agents and waves there are, the harness decides.
    assert figures_of_no_answer(demo) == []


def test_it_tells_what_happened(demo: DemoRun) -> None:
    _, pruned, _ = demo.results("context/prune")
    closed = demo.results("session/close")[0]["status"]

    assert f"context/prune saves {pruned['saved']:,} tokens, exactly as its dry run said: yes" in demo.stdout
    assert "figures as before: yes; then pruned again" in demo.stdout
    assert "byte for byte: 10 of 10." in demo.stdout
    assert "alert critical: " in demo.stdout
    assert f"{closed['processed']:,} tokens came in, at most {closed['peak']:,} were there at once" in demo.stdout
