"""Gemini CLI: hooks in its `settings.json`, in which it reads comments."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.hook_lines import wanted_hooks
from ctxbudget_server.install.json_host import Wiring
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.install.settings_file import Wanted

NAME: Final = "gemini"
EVENTS: Final = ("SessionStart", "AfterTool", "AfterAgent", "SessionEnd")
TIMEOUT_MILLISECONDS: Final = 30_000
NEXT: Final = "start Gemini CLI as usual; `ctxbudget report` then shows the account"


def settings_path(place: Place) -> Path:
    """The file of settings of a scope."""
    if place.scope == "project":
        return place.project / ".gemini" / "settings.json"
    return Path(os.environ.get("GEMINI_CLI_HOME") or Path.home(), ".gemini", "settings.json")


def hooks_for(program: str, removal: str) -> tuple[Wanted, ...]:
    """The hooks that call a program."""
    return wanted_hooks(NAME, EVENTS, ("--host", NAME), timeout=TIMEOUT_MILLISECONDS, program=program, removal=removal)


def wiring(place: Place) -> Wiring:
    """What is wired, and where."""
    path = settings_path(place)
    hooks = hooks_for(place.program, f"remove its hooks from {shown(path)}")
    return Wiring(NAME, path, True, hooks)
