"""The client files that come with this installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.runtime.program import NAME

PLUG_MARK: Final = "// ctxbudget: a plug-in."
"""How each of our plug-ins begins."""
_PROGRAM: Final = f'var PROGRAM = "{NAME}";'
"""The line of a plug-in that says what it starts."""
_PACKAGE = Path(__file__).parents[1]


def client_files(client: str) -> Path:
    """The folder of a client, in an installed distribution or a clone. Raises `InstallError`."""
    installed = _PACKAGE / f"{client.replace('-', '_')}_client"
    clients = _PACKAGE.parents[1] / "clients"
    places = (installed, clients / client, clients / "agents" / client)
    folder = next((folder for folder in places if folder.is_dir()), None)
    if folder is None:
        raise InstallError(f"the files for {client} are missing from this installation")
    return folder


def shipped_plug(file: str, program: str) -> str:
    """The text of a plug-in, which starts `program`. Raises `InstallError` if it is missing."""
    path = client_files("typescript") / "built" / "plugs" / file
    try:
        text = path.read_text("utf-8")
    except OSError as fault:
        raise InstallError(f"{path}: {fault.strerror}; nothing is changed") from fault
    before, found, after = text.partition(_PROGRAM)
    if not found:
        raise InstallError(f"{path} does not say what it starts; nothing is changed")
    return f"{before}var PROGRAM = {json.dumps(program, ensure_ascii=False)};{after}"
