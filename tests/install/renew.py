"""Writes the files of `clients/agents` that hold hooks, from the tables of `install`: `make generate` runs it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ctxbudget_server.install import claude_code, codex, gemini
from ctxbudget_server.install.commands import guarded
from ctxbudget_server.install.settings_file import Wanted
from ctxbudget_server.runtime.program import NAME

AGENTS = Path(__file__).parents[2] / "clients" / "agents"
PLUGIN_EVENTS = tuple(event for event in claude_code.EVENTS if event not in claude_code.OF_NEW_VERSIONS)
DESCRIPTION = "What happens in the agent is put on the account of its context."


def _hooks(wanted: tuple[Wanted, ...]) -> dict[str, Any]:
    return {
        one.event: [{"hooks": [{"type": "command", "command": one.line, "timeout": one.timeout}]}] for one in wanted
    }


def rendered() -> dict[Path, str]:
    """The text of each file."""
    by_hand = "remove its hooks from the settings"
    values: dict[str, Any] = {
        "claude-code/hooks/hooks.json": {
            "description": DESCRIPTION,
            "modules": [f"./{claude_code.MODULES[0]}"],
            "hooks": _hooks(claude_code.hooks_for(NAME, "uninstall the plugin", PLUGIN_EVENTS)),
        },
        "claude-code/statusline.json": {
            "statusLine": {"type": "command", "command": guarded(NAME, ("statusline",)), "padding": 0}
        },
        "codex/hooks.json": {"hooks": _hooks(codex.hooks_for(NAME, by_hand))},
        "gemini-cli/settings.json": {"hooks": _hooks(gemini.hooks_for(NAME, by_hand))},
    }
    return {AGENTS / name: json.dumps(value, indent=2) + "\n" for name, value in values.items()}


if __name__ == "__main__":
    for path, text in rendered().items():
        path.write_text(text, encoding="utf-8")
