"""VS Code: where the command is, for our extension."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from ctxbudget_server.install.member import Member
from ctxbudget_server.install.place import Place

NAME: Final = "vscode"
NEXT: Final = "reload the window of VS Code and open a Markdown file"
NOTE: Final = "the extension itself is installed with `code --install-extension ctxbudget.vsix`"


def wiring(place: Place) -> Member:
    """What is wired, and where."""
    return Member(NAME, settings_path(), "ctxbudget.path", place.program, NOTE)


def settings_path() -> Path:
    """The user's settings of VS Code."""
    if sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    elif sys.platform == "win32":
        base = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "Code" / "User" / "settings.json"
