"""Writes the run that `docs/evaluate.md` shows again; `make examples` calls it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "server" / "ctxbudget_server" / "demo" / "examples"
PAGE = ROOT / "docs" / "evaluate.md"
SHOWN = re.compile(r"(?<=^```console\n)\$ ctxbudget evaluate \.\n(?:.*\n)*?(?=```$)", re.M)


def run() -> str:
    """The command and what it prints."""
    command = [sys.executable, "-m", "ctxbudget_server", "evaluate", "."]
    done = subprocess.run(command, cwd=EXAMPLES, capture_output=True, text=True, check=True)
    return f"$ ctxbudget evaluate .\n{done.stdout}"


if __name__ == "__main__":
    shown = run()
    PAGE.write_text(SHOWN.sub(lambda _: shown, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
