"""The README's lines for a shell do what they say, and leave other sessions alone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ctxbudget_server.account.counter import family_of

README = Path(__file__).parents[2] / "README.md"


def test_the_lines_for_a_shell_run_twice_and_delete_nothing_else(tmp_path: Path) -> None:
    shutil.copy(README, tmp_path)
    block = next(
        text for text in re.findall(r"^```sh\n(.*?)^```$", README.read_text("utf-8"), re.M | re.S) if "call" in text
    )
    lines = [line for line in block.splitlines() if not line.startswith(". ")]
    wrapper = tmp_path / "bin" / "ctxbudget"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ctxbudget_server "$@"\n')
    wrapper.chmod(0o755)
    env = {**os.environ, "PATH": f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path)}

    def run(script: str) -> str:
        done = subprocess.run(
            ["sh", "-e"], input=script, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    run("ctxbudget call session/open '{}'")
    for _ in range(2):
        printed = run("\n".join(lines))

    assert "README.md" in printed
    sessions = json.loads(run("ctxbudget call session/list '{}'"))["sessions"]
    assert [session["sessionId"] for session in sessions] == ["default"]


def test_errors_of_figures_for_claude_are_the_same_wherever_they_are_stated() -> None:
    error = family_of("claude-opus-4-5").expected_error
    assert error == family_of("claude-opus-4-8").expected_error and error is not None
    documents = README.parent / "docs"
    measured = re.search(
        r"^\| 29\.2 %.*\| ([\d.]+ %),[^|]*\| ([\d.]+ %),[^|]*\|$", text(documents / "benchmarks.md"), re.M
    )
    assert measured is not None
    for page in (README, documents / "tokens.md"):
        assert {f"{100 * error.median:.1f} %", *measured.groups()} <= set(re.findall(r"\d+\.\d %", text(page)))


def text(path: Path) -> str:
    """A page's text."""
    return path.read_text("utf-8")


def test_it_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 120
