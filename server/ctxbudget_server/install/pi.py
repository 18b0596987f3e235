"""pi: our extension in its folder of extensions."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ctxbudget_server.install.own_files import OwnFile
from ctxbudget_server.install.place import Place
from ctxbudget_server.install.shipped import PLUG_MARK, shipped_plug

NAME: Final = "pi"
NEXT: Final = "start pi as usual; `ctxbudget report` shows what its last session held"


def wiring(place: Place) -> OwnFile:
    """What is wired, and where. Raises `InstallError` if the extension is missing."""
    agent = Path(os.environ.get("PI_CODING_AGENT_DIR") or Path.home() / ".pi" / "agent")
    folder = place.project / ".pi" if place.scope == "project" else agent
    path = folder / "extensions" / "ctxbudget.js"
    return OwnFile(NAME, path, shipped_plug("pi.js", place.program), "the extension", PLUG_MARK)
