"""Claude Code: hooks and the status line in its `settings.json`, and a plugin of one module, which compacts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.commands import guarded
from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.files import read
from ctxbudget_server.install.hook_lines import wanted_hooks
from ctxbudget_server.install.hook_settings import HookSettings
from ctxbudget_server.install.jsonc import Dialect, JsonError, parse
from ctxbudget_server.install.own_files import OwnFolder
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.install.plan import Plan
from ctxbudget_server.install.settings_file import Wanted
from ctxbudget_server.install.shipped import client_files

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
    "PostModelSwitch",
    "Stop",
    "SessionEnd",
)
OF_NEW_VERSIONS: Final = frozenset({"PostModelSwitch"})
"""Events that 2.1.197 does not know. In settings it ignores them; of a plugin that has one it loads no hooks at all."""
COMPACTION: Final = "skills/ctxbudget"
"""The folder of our compaction beside the settings: Claude Code loads plugins from the folders of skills."""
MODULES: Final = ("compaction.ts", "conversation.ts", "retrieval.ts", "service.ts", "session.ts")
READS: Final = Dialect(bom=True)
"""Seen with 2.1.197 and 2.1.332: a comment or a trailing comma makes it ignore the file without a word."""
OWN_FILES: Final = (
    ".claude-plugin/plugin.json",
    "hooks/hooks.json",
    *(f"hooks/{name}" for name in (*MODULES, "program.ts")),
)
"""The files of that folder."""
TIMEOUT_SECONDS: Final = 30
DESCRIPTION: Final = "Cuts in place of summaries, by ctxbudget."
COMPACTION_NOTE: Final = "compactions are cuts by ctxbudget (from Claude Code 2.1.332 on)"
_MARK: Final = "// ctxbudget: a part of its compaction for Claude Code, as `ctxbudget install` wrote it.\n"
_PROGRAM: Final = """\
/** The command of ctxbudget, as the host is to run it: `ctxbudget install` wrote its path. */
export const PROGRAM = {}
"""
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


def hooks_for(program: str, removal: str, events: tuple[str, ...] = EVENTS) -> tuple[Wanted, ...]:
    """The hooks that call a program."""
    return wanted_hooks(NAME, events, (), timeout=TIMEOUT_SECONDS, program=program, removal=removal)


def further(place: Place, *, uninstall: bool) -> Plan:
    """The plan for the folder with the plugin that answers compactions. Raises `InstallError`."""
    own = _own_folder(place)
    return own.uninstalled(OWN_FILES) if uninstall or not own.files else own.installed()


def _own_folder(place: Place) -> OwnFolder:
    """The folder with the plugin that answers compactions; without files if the complete plugin is enabled."""
    settings = settings_path(place)
    folder = settings.parent / COMPACTION
    if enabled_plugin(settings):
        return OwnFolder(NAME, folder, {}, COMPACTION_NOTE)
    shipped = client_files(NAME)
    manifest = json.loads((shipped / ".claude-plugin" / "plugin.json").read_text("utf-8"))
    manifest |= {"name": "ctxbudget-compaction", "description": DESCRIPTION}
    files = {
        ".claude-plugin/plugin.json": json.dumps(manifest, indent=2) + "\n",
        # Versions before 2.1.332 know no modules, and need the member `hooks`.
        "hooks/hooks.json": json.dumps(
            {"description": DESCRIPTION, "modules": [f"./{MODULES[0]}"], "hooks": {}}, indent=2
        )
        + "\n",
        "hooks/program.ts": _PROGRAM.format(json.dumps(place.program)),
        **{f"hooks/{name}": _MARK + (shipped / "hooks" / name).read_text("utf-8") for name in MODULES},
    }
    return OwnFolder(NAME, folder, files, COMPACTION_NOTE)


def wiring(place: Place) -> HookSettings:
    """What is wired, and where. A plugin that is enabled has the hooks already, but cannot set the status line."""
    path = settings_path(place)
    line = guarded(place.program, ("statusline",))
    if enabled_plugin(path):
        if place.replace_over:
            raise InstallError("the plugin ctxbudget is enabled, and its hooks replace no outputs: disable it first")
        note = "the plugin ctxbudget is enabled, so its hooks are not set a second time"
        return HookSettings(NAME, path, READS, (), line, note=note)
    hooks = hooks_for(place.program, f"remove its hooks from {shown(path)}")
    return HookSettings(NAME, path, READS, hooks, line, place.replace_over)
