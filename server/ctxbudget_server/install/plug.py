"""A plug-in: a file that is all ours, in a folder from which a host loads such files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ctxbudget_server.install.faults import InstallError
from ctxbudget_server.install.record import Record
from ctxbudget_server.install.shipped import client_files
from ctxbudget_server.install.wiring import Wired
from ctxbudget_server.runtime.program import NAME

BEGIN: Final = "// ctxbudget: "
"""How each of our plug-ins begins."""
_PROGRAM: Final = f'var PROGRAM = "{NAME}";'
"""The line of a plug-in that says what it starts."""


@dataclass(frozen=True, slots=True)
class Plug:
    """A wiring: one file."""

    host: str
    path: Path
    content: str

    def wired(self, text: str) -> Wired:
        """As in `Wiring`. Raises `InstallError` if another file has this name."""
        if text.strip() and not text.startswith(BEGIN):
            raise InstallError(f"{self.path} is another file, not our plug-in; move it away first. Nothing is changed")
        # Without edits: the record need not hold all of the file, since all of it goes again.
        return Wired(self.content, [], "the plug-in", is_all_ours=True)

    def unwired(self, text: str, old: Record | None) -> str:
        """As in `Wiring`."""
        return "" if text.startswith(BEGIN) else text

    def is_empty(self, text: str) -> bool:
        """As in `Wiring`."""
        return not text.strip()

    def remarks(self, text: str) -> list[str]:
        """As in `Wiring`."""
        return []


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
