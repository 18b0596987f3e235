"""`ctxbudget plan`: what a person sees of a plan, and what is left of it in the session."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PLAN = "# Plan: beans\n\n## Phase 1: Dig\n- [ ] a\n- [ ] b\n\n## Phase 2: Sow\nDepends on Phase 1\n- [ ] c\n"


@pytest.fixture
def garden(tmp_path: Path) -> Path:
    """A workspace with a plan."""
    (tmp_path / "ctxbudget.toml").touch()
    (tmp_path / "plan.md").write_text(PLAN, "utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", *words],
        cwd=folder,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_plan_is_shown_with_its_shares(garden: Path) -> None:
    shown = run(garden, "plan", "plan.md")

    assert (shown.returncode, shown.stderr) == (0, "")
    assert "    1  Dig         2     1         1.6  1 + 0.3 x 2 tasks   4,138      55.2%\n" in shown.stdout
    assert shown.stdout.endswith("nothing was written; --apply sets it up\n")
    assert json.loads(run(garden, "call", "budget/status").stdout)["phases"] == []


def test_a_plan_is_set_up_and_taken_back_as_the_command_says(garden: Path) -> None:
    applied = run(garden, "plan", "plan.md", "--apply", "--session", "run-1")
    status = '{"sessionId": "run-1"}'

    assert [one["name"] for one in json.loads(run(garden, "call", "budget/status", status).stdout)["phases"]] == [
        "Dig", "Sow",
    ]  # fmt: skip
    undo = applied.stdout.split("'")[1]
    assert run(garden, "call", "context/undo", undo).returncode == 0
    assert json.loads(run(garden, "call", "budget/status", status).stdout)["phases"] == []


def test_a_task_in_words_has_its_scopes_phases(garden: Path) -> None:
    shown = json.loads(run(garden, "plan", "--describe", "Research beans", "--json").stdout)

    assert [one["phase"] for one in shown["phases"]] == [0, 1]


def test_a_file_elsewhere_is_refused_with_the_way_to_allow_it(
    garden: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "plan.md").write_text(PLAN, "utf-8")

    refused = run(garden, "plan", str(folder / "plan.md"))

    assert refused.returncode == 1
    assert "--root FOLDER" in refused.stderr
    assert run(garden, "plan", str(folder / "plan.md"), "--root", str(folder)).returncode == 0
