"""Claude Code: hooks and the status line in its `settings.json`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.commands import guarded
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.files import read
from ctxbudget_server.install.hook_lines import wanted_hooks
from ctxbudget_server.install.hook_settings import HookSettings
from ctxbudget_server.install.jsonc import Dialect, JsonError, parse
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.install.settings_file import Wanted

NAME: Final = "claude-code"
PLUGIN: Final = "ctxbudget"
EVENTS: Final = (
    "SessionStart",
    "PostToolUse",
    "PostToolUseFailure",
    "SubagentStart",
    "SubagentStop",
    "PreCompact",
    "PostCompact",
    "Stop",
    "SessionEnd",
)
READS: Final = Dialect(bom=True)
"""Seen with 2.1.197 and 2.1.332: a comment or a trailing comma makes it ignore the file without a word."""
TIMEOUT_SECONDS: Final = 30
NEXT: Final = "start Claude Code as usual; its status line shows the budget, and `ctxbudget report` the account"


def settings_path(place: Place) -> Path:
    """The file of settings of a scope."""
    if place.scope == "project":
        return place.project / ".claude" / "settings.json"
    return Path(os.environ.get("CLAUDE_CONFIG_DIR") or Path.home() / ".claude", "settings.json")


def enabled_plugin(path: Path) -> bool:
    """Whether a file of settings enables our plugin. A file that cannot be read does not."""
    try:
        root = parse(read(path).text or "")
    except (InstallError, JsonError):
        return False
    plugins = root.member("enabledPlugins") if root is not None else None
    return plugins is not None and any(
        (entry.name or "").partition("@")[0] == PLUGIN and entry.node.value is True for entry in plugins.entries
    )


def hooks_for(program: str, removal: str) -> tuple[Wanted, ...]:
    """The hooks that call a program."""
    return wanted_hooks(NAME, EVENTS, (), timeout=TIMEOUT_SECONDS, program=program, removal=removal)


def wiring(place: Place) -> HookSettings:
    """What is wired, and where. A plugin that is enabled has the hooks already, but cannot set the status line."""
    path = settings_path(place)
    line = guarded(place.program, ("statusline",))
    if enabled_plugin(path):
        return HookSettings(
            NAME, path, READS, (), line, "the plugin ctxbudget is enabled, so its hooks are not set a second time"
        )
    hooks = hooks_for(place.program, f"remove its hooks from {shown(path)}")
    return HookSettings(NAME, path, READS, hooks, line)
