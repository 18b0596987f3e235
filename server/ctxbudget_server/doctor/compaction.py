"""Checks whether Claude Code lets our compaction answer, as far as its files of settings tell.

What they do not tell: a server's settings for an organization, the option `--bare`, and a switch of the host's maker.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.doctor.finding import Finding
from ctxbudget_server.install import claude_code
from ctxbudget_server.install.place import Place, shown
from ctxbudget_server.runtime.program import NAME

FINDING: Final = "hosts.claude-code.compaction"
GUARD: Final = "sec-default"
"""What Claude Code calls the guard that it loads before all plugins where settings are managed."""
_SYSTEM: Final = {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}
MANAGED: Final = Path(_SYSTEM.get(sys.platform, "/etc/claude-code"))
"""Where Claude Code looks for settings that an organization manages."""


def findings(workspace: str, managed_in: Path = MANAGED) -> Iterator[Finding]:
    """Nothing, where our compaction is not installed; else whether something is known to keep it from answering."""
    places = [Place("user", Path(workspace), NAME), Place("project", Path(workspace), NAME)]
    if not any(_is_installed(place) for place in places):
        return
    managed = _managed(managed_in)
    own = [claude_code.settings_path(place) for place in places]
    files = [*own, own[1].with_name("settings.local.json"), *managed]
    for path in files:
        if _settings(path).get("disableAllHooks") is True:
            yield _bypassed(f"{shown(path)} sets disableAllHooks: Claude Code summarises by itself", path)
            return
    for path in managed:
        if _settings(path).get("allowManagedHooksOnly") is True:
            said = "allows only hooks of the organization: Claude Code summarises by itself"
            yield _bypassed(f"{shown(path)} {said}", path)
            return
    for path in managed:
        if _seats_the_guard(_settings(path), managed):
            said = "settings are managed there, so Claude Code loads a guard that leaves compactions to itself"
            yield _bypassed(f"{shown(path)}: {said}", path)
            return
    yield Finding(FINDING, "ok", "compactions are cuts by ctxbudget, from Claude Code 2.1.332 on")


def _bypassed(message: str, path: Path) -> Finding:
    return Finding(FINDING, "notice", message, None, {"file": str(path)})


def _is_installed(place: Place) -> bool:
    settings = claude_code.settings_path(place)
    folder = settings.parent / claude_code.COMPACTION
    return claude_code.enabled_plugin(settings) or (folder / claude_code.OWN_FILES[0]).is_file()


def _managed(root: Path) -> list[Path]:
    """The files of managed settings on this machine that say anything."""
    found = [root / "managed-settings.json", *sorted(root.glob("managed-settings.d/*.json"))]
    return [path for path in found if _settings(path)]


def _settings(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _seats_the_guard(settings: Mapping[str, Any], managed: list[Path]) -> bool:
    """Managed settings do, unless the organization lists what is loaded first, without the guard."""
    listed = next((given for path in managed if (given := _settings(path).get("prependPlugins")) is not None), None)
    return bool(settings) and (listed is None or GUARD in json.dumps(listed))
