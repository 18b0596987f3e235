"""Every block for a shell is run: here, by the test named here, or not, for the reason given here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from docs.test_docs_first_blocks import PAGES as FIRST

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(?:sh|bash|console)\n(.*?)^```$", re.M | re.S)
RUN_HERE = (
    "accounts 2",
    "claude-code 2",
    "emacs 2",
    "fit 1",
    "fit 2",
    "history 1",
    "neovim 2",
    "report 1",
)
ELSEWHERE = {
    **{f"{page} 1": "tests/docs/test_docs_first_blocks.py" for page in FIRST},
    "README 3": "tests/docs/test_docs_readme.py",
    **{f"bash {number}": "tests/bash/test_bash_client.py" for number in (2, 3, 4, 5, 6)},
    "claude-code 4": "tests/agents/test_agents_docs.py",
    "codex 2": "tests/agents/test_agents_docs.py",
    "codex 3": "tests/agents/test_agents_docs.py",
    "diagnose 1": "tests/diagnosis/test_diagnosis_places.py",
    "evaluate 2": "tests/evaluation/record_page.py",
    "gemini-cli 2": "tests/agents/test_agents_docs.py",
    "gemini-cli 3": "tests/agents/test_agents_docs.py",
    "implementing 1": "tests/conformance/test_conformance_command.py",
    "render 1": "tests/render/test_render_page.py",
    **{f"transcripts {number}": "tests/transcripts/test_transcripts_page.py" for number in (1, 3, 4, 5)},
}
"""Blocks, and the tests that run them or what they show."""
NOT_RUN = {
    "postgres 1": "there is no such server; tests/postgres starts one of its own",
    "postgres 2": "there is no such server; tests/postgres starts one of its own",
    "README 1": "CI begins with the installation; tests/demo has the demo",
    "README 2": "it is what CI runs",
    "README 4": "the files are the reader's",
    "accounts 1": "of a session of the reader's",
    "ai-sdk 1": "npm installs in the reader's project; tests/typescript runs the plug-in",
    "archives 1": "of a session of the reader's; tests/archives has others",
    "archives 2": "of a session of the reader's",
    "archives 3": "of a session of the reader's",
    "archives 4": "of a session of the reader's",
    "claude-code 3": "installs in the user's Claude Code",
    "cli 1": "a line of a start file; tests/cli runs the completions",
    "contributing 1": "CI runs it",
    "emacs 3": "it runs tests",
    "evaluate 1": "the folder is the reader's",
    "evaluate 3": "the folder is the reader's, and jq is needed",
    "go 1": "the module is the reader's; tests/go builds the page's program with these lines",
    "neovim 3": "it runs tests",
    "performance 1": "it measures for minutes",
    "plans 1": "the plan is the reader's",
    "settings 1": "it asks questions",
    "store 1": "it starts a server",
    "top 1": "it shows the help of the live view, which has tests of its own",
    "transcripts 2": "the recordings are the reader's",
    "typescript 1": "npm installs in the reader's project; tests/typescript runs the client",
    "vscode 2": "the same as neovim 2, after an installation",
    "vscode 3": "it runs tests",
}


def blocks() -> dict[str, str]:
    """The blocks of all pages, by page and number."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return {
        f"{page.stem} {number}": text
        for page in pages
        for number, text in enumerate(BLOCK.findall(page.read_text("utf-8")), 1)
    }


def test_each_block_is_run_or_says_why_not() -> None:
    known = [*RUN_HERE, *ELSEWHERE, *NOT_RUN]
    assert set(blocks()) - set(known) == set(), "name the test that runs it, or the reason why none does"
    assert set(known) - set(blocks()) == set() and len(known) == len(set(known))
    assert [test for test in ELSEWHERE.values() if not (ROOT / test).exists()] == []


@pytest.mark.parametrize("name", RUN_HERE)
def test_a_block_runs(name: str, tmp_path: Path) -> None:
    command = tmp_path / "bin" / "ctxbudget"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m ctxbudget_server "$@"\n')
    command.chmod(0o755)
    (tmp_path / "README.md").write_text("# A page\n\nIt has a line.\n")
    lines = "\n".join(line for line in blocks()[name].splitlines() if "pip install" not in line)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    home = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=tmp_path, env={**os.environ, **home, "PATH": path}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
