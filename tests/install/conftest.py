"""A home without anything, and the command in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ctxbudget_server.cli import main

FILES = {"claude-code": ".claude/settings.json", "codex": ".codex/hooks.json", "gemini": ".gemini/settings.json"}
VARIABLES = (
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "GEMINI_CLI_HOME",
    "XDG_STATE_HOME",
    "XDG_DATA_HOME",
    "XDG_CONFIG_HOME",
    "NVIM_APPNAME",
    "PI_CODING_AGENT_DIR",
    "CTXBUDGET_WORKSPACE",
)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A command `ctxbudget` on PATH, which notes what it was called with."""
    path = tmp_path / "bin" / "ctxbudget"
    path.parent.mkdir()
    path.write_text('#!/bin/sh\necho "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture
def home(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, and an empty project in which the command runs."""
    folder = tmp_path / "home"
    folder.mkdir()
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(project)
    monkeypatch.setattr(sys, "argv", [str(program)])
    return folder


@pytest.fixture
def install(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run `ctxbudget install` with words and `--yes`; what it prints on stdout."""

    def run(*words: str, code: int = 0) -> str:
        assert main(["install", *words, "--yes"]) == code
        said = capsys.readouterr()
        assert bool(said.err) == bool(code)
        return said.out + said.err

    return run
