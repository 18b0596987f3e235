"""opencode: our plug-in in its folder of plug-ins."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.place import Place
from ctxbudget_server.install.plug import Plug, shipped_plug

NAME: Final = "opencode"
NEXT: Final = "start opencode as usual; `ctxbudget report` shows what its last session held"


def wiring(place: Place) -> Plug:
    """What is wired, and where. Raises `InstallError` if the plug-in is missing."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = place.project / ".opencode" if place.scope == "project" else config / "opencode"
    return Plug(NAME, folder / "plugins" / "ctxbudget.js", shipped_plug("opencode.js", place.program))
