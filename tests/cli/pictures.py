"""Writes the pictures of a terminal with 80 columns: `make pictures`, or python -m cli.pictures (from tests/)."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from io import StringIO
from pathlib import Path

from cli.terminals import on_terminal
from report.pictures import IMAGES, SESSION, feature
from rich.console import Console
from rich.text import Text

COMMAND = [sys.executable, "-m", "ctxbudget_server"]
COLUMNS = 80
ELSEWHERE = re.compile(r"\s*@font-face \{[^}]*\}")


def picture(title: str, printed: str) -> str:
    """What a terminal shows, as SVG; its ids are made from the title, so that it is the same each time."""
    console = Console(record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(printed.rstrip("\n")))
    drawn = console.export_svg(title=title, unique_id=re.sub(r"\W+", "-", title))
    return ELSEWHERE.sub("", drawn)  # fonts are not loaded from elsewhere


def main() -> None:
    """Write them."""
    width = {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color", "TZ": "UTC"}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        feature(folder)
        here = {**width, "XDG_STATE_HOME": str(folder / "state"), "CTXBUDGET_SOCKET": "off"}
        store = ["--workspace", str(folder), "--store", str(folder / "store.db")]
        report = on_terminal([*COMMAND, "report", SESSION, *store], here)
        demo = on_terminal([*COMMAND, "demo"], here)
    for name, printed in (("report", report), ("demo", demo)):
        path = IMAGES / f"terminal-{name}.svg"
        path.write_text(picture(f"ctxbudget {name}", printed), encoding="utf-8")
        sys.stdout.write(f"{path.name}: {path.stat().st_size:,} bytes{os.linesep}")


if __name__ == "__main__":
    main()
