"""`ctxbudget count --model` says by which rule it counted."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


def count(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, for one file."""
    (folder / "a.md").write_text("# Notes\n\nThe cache never evicts.\n")
    command = [sys.executable, "-m", "ctxbudget_server", "count", "a.md", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-5", "gpt-5: exact, counted with o200k_base\n"),
        (
            "claude-opus-4-5",
            "claude-opus-4-5: estimated by the rule of the family claude-3 from o200k_base, median error ",
        ),
        ("gemini-2.5-pro", "gemini-2.5-pro: estimated by the rule of the family gemini from o200k_base, median error "),
        (
            "gpt-99",
            "gpt-99: not a model that is known; estimated as if it were counted with o200k_base, error unknown\n",
        ),
    ],
)
def test_the_family_of_a_model_is_named(tmp_path: Path, model: str, said: str) -> None:
    done = count(tmp_path, "--model", model)

    assert done.returncode == 0
    assert done.stderr.startswith(said)
    assert done.stdout.split()[1] == "a.md"


def test_without_a_model_only_the_figure_is_shown(tmp_path: Path) -> None:
    assert count(tmp_path).stderr == ""


def test_the_json_names_model_family_and_provenance(tmp_path: Path) -> None:
    done = count(tmp_path, "--json", "--model", "gpt-99")

    found = json.loads(done.stdout)
    assert (found["model"], found["family"], found["encoding"]) == ("gpt-99", "unknown", "o200k_base")
    assert (found["provenance"], found["expectedError"]) == ("estimated", None)
