"""Draws the plots in the environment that has matplotlib."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.suite.curves import CURVES
from benchmarks.suite.scratch import Scratch, UnavailableError


def draw(found: dict[str, Any], folder: Path, scratch: Scratch, say: Callable[[str], None]) -> None:
    """Write `performance-ratios.svg` and a `performance-KEY.svg` for each key of the curves; says what it cannot."""
    try:
        python = scratch.python("plots")
    except UnavailableError as problem:
        say(f"no plots: {problem}")
        return
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).parent / "peers" / "draw.py"
    given = json.dumps({**found, "sizes": CURVES})
    subprocess.run([str(python), str(script), str(folder)], input=given, text=True, check=True)
    say(f"plots are in {folder}")
