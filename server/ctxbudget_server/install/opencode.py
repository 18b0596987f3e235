"""opencode: our plug-in in its folder of plug-ins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.own_files import OwnFile
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.shipped import PLUG_MARK, shipped_plug

NAME: Final = "opencode"
NEXT: Final = "start opencode as usual; `ctxbudget report` shows what its last session held"


def wiring(place: Place) -> OwnFile:
    """What is wired, and where. Raises `InstallError` if the plug-in is missing."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = place.project / ".opencode" if place.scope == "project" else config / "opencode"
    path = folder / "plugins" / "ctxbudget.js"
    return OwnFile(NAME, path, shipped_plug("opencode.js", place.program), "the plug-in", PLUG_MARK)
