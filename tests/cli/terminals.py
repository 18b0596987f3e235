"""Commands run on a terminal of a given width."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def on_terminal(given: list[str], environment: dict[str, str], folder: Path | None = None) -> str:
    """What a command prints on a terminal, in a folder if one is given."""
    ours, theirs = pty.openpty()
    around = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | environment
    process = subprocess.Popen(given, stdout=theirs, env=around, cwd=folder)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # how the end of a terminal shows on Linux
        pass
    process.wait(60)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def ctxbudget(folder: Path, *given: str) -> list[str]:
    """The command in a workspace of its own."""
    place = ["--workspace", str(folder), "--store", str(folder / "s.db")]
    return [sys.executable, "-m", "ctxbudget_server", *given, *place]
