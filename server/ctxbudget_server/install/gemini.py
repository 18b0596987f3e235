"""Gemini CLI: hooks in its `settings.json`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.hook_lines import wanted_hooks
from ctxbudget_server.install.hook_settings import HookSettings
from ctxbudget_server.install.jsonc import Dialect
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.install.settings_file import Wanted

NAME: Final = "gemini"
EVENTS: Final = ("SessionStart", "AfterTool", "AfterAgent", "SessionEnd")
READS: Final = Dialect(comments=True)
"""Seen with 0.61.0: it refuses to start with a byte order mark or a trailing comma."""
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


def wiring(place: Place) -> HookSettings:
    """What is wired, and where."""
    path = settings_path(place)
    hooks = hooks_for(place.program, f"remove its hooks from {shown(path)}")
    return HookSettings(NAME, path, READS, hooks, replace_over=place.replace_over)
