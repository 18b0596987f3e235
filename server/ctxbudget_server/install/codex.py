"""Codex: hooks in its `hooks.json`, which spares the user's `config.toml`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.hook_lines import wanted_hooks
from ctxbudget_server.install.hook_settings import HookSettings
from ctxbudget_server.install.jsonc import Dialect
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.install.settings_file import Wanted

NAME: Final = "codex"
EVENTS: Final = ("SessionStart", "PostToolUse", "SubagentStart", "SubagentStop", "PreCompact", "PostCompact", "Stop")
READS: Final = Dialect()
"""Seen with 0.169.0: it ignores a file with a byte order mark."""
TIMEOUT_SECONDS: Final = 30
NEXT: Final = "start Codex and allow the hooks once, under /hooks; `ctxbudget report` then shows the account"


def settings_path(place: Place) -> Path:
    """The file of hooks of a scope."""
    if place.scope == "project":
        return place.project / ".codex" / "hooks.json"
    return Path(os.environ.get("CODEX_HOME") or Path.home() / ".codex", "hooks.json")


def hooks_for(program: str, removal: str) -> tuple[Wanted, ...]:
    """The hooks that call a program."""
    return wanted_hooks(NAME, EVENTS, ("--host", NAME), timeout=TIMEOUT_SECONDS, program=program, removal=removal)


def wiring(place: Place) -> HookSettings:
    """What is wired, and where."""
    path = settings_path(place)
    hooks = hooks_for(place.program, f"remove its hooks from {shown(path)}")
    return HookSettings(NAME, path, READS, hooks, replace_over=place.replace_over)
