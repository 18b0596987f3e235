"""Writes the run that `docs/diagnose.md` shows again; `make examples` calls it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "diagnose.md"
SCRIPT = re.compile(r"```sh\n(.*?)```", re.S)
SHOWN = re.compile(r"(?<=^```text\n).*?(?=^```$)", re.S | re.M)
IDS = re.compile(r"\b([iu])\d{9}(\d{6})\b")
"""Ids carry nine digits that every session draws for itself."""


def run() -> str:
    """What the page's script prints, with the same ids every time."""
    script = SCRIPT.search(PAGE.read_text(encoding="utf-8"))
    assert script is not None
    with tempfile.TemporaryDirectory() as folder:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CTXBUDGET")}
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**kept, "PATH": path, "CTXBUDGET_WORKSPACE": folder, "CTXBUDGET_STORE": f"{folder}/store.db"}
        command = ["bash", "-euo", "pipefail", "-c", script[1]]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return IDS.sub(r"\g<1>482915036\2", done.stdout)


if __name__ == "__main__":
    shown = run()
    PAGE.write_text(SHOWN.sub(lambda _: shown, PAGE.read_text(encoding="utf-8"), count=1), encoding="utf-8")
