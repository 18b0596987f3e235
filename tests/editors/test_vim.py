"""Vim with ALE, set up as docs/vim.md says: what a document costs, in an editor without hints and lenses."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from .hosts import path_with_ctxbudget
from .project import REPORT, make_project, pasted

SCRIPT = """
set nocompatible nomore noswapfile
packadd ale
filetype plugin on
let g:ale_linters = {{'markdown': ['ctxbudget']}}
{vimrc}
edit {file}
call ale#Queue(0)
for turn in range(300)
  sleep 100m
  let found = ale#engine#GetLoclist(bufnr('%'))
  if len(found) == 2 | break | endif
endfor
call writefile([json_encode(map(copy(found), '[v:val.lnum, v:val.text]'))], 'found.json')
qall!
"""


def require_ale() -> str:
    """Vim; skips the test where there is none with ALE."""
    vim = shutil.which("vim")
    has_ale = [str(vim), "-Nu", "NONE", "-es", "-c", "packadd ale", "-c", "call ale#path#Simplify('')", "-c", "qall!"]
    if vim is None or subprocess.run(has_ale, check=False, timeout=30).returncode != 0:
        pytest.skip("Vim with ALE is not installed: run tests/editors/install-more.sh")
    return vim


def test_ale_shows_what_a_document_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vim = require_ale()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    project = make_project(tmp_path / "tideline")
    linter = tmp_path / ".vim" / "ale_linters" / "markdown" / "ctxbudget.vim"
    linter.parent.mkdir(parents=True)
    linter.write_text(pasted("vim.md", "vim"))
    script = tmp_path / "script.vim"
    script.write_text(SCRIPT.format(vimrc=pasted("vim.md", "vim", 1), file=project / REPORT))
    environment = {**os.environ, "HOME": str(tmp_path), "PATH": path_with_ctxbudget()}
    command = [vim, "-Nu", "NONE", "-es", "-S", str(script)]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, timeout=60, stdin=subprocess.DEVNULL)
    found = dict(json.loads((tmp_path / "found.json").read_text()))
    assert found.pop(1) == "2,628 tokens · 35% of budget · layer: metadata"
    [(line, text)] = found.items()
    assert (project / REPORT).read_text().split("\n")[line - 1] == "## Findings"
    assert "over the ceiling of layer metadata: 1,500 tokens" in text
