"""The first program of `docs/frameworks.md`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "frameworks.md").read_text(encoding="utf-8")


def test_the_first_program_prints_what_the_page_shows(tmp_path: Path) -> None:
    program = PAGE.split("<<'END'\n")[1].split("\nEND\n")[0]
    shown = PAGE.split("\n```\n\n```\n")[1].splitlines()

    env = {**os.environ, "CTXBUDGET_WORKSPACE": str(tmp_path), "XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-"],
        input=program,
        cwd=tmp_path,
        env=env,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )

    given, sent, marker = done.stdout.splitlines()
    assert given == shown[0]
    tokens = [int(re.sub(r"\D", "", line)) for line in (sent, shown[1])]
    assert max(tokens) < 12_000
    assert abs(tokens[0] - tokens[1]) < 600
    assert re.sub(r"i\d+", "", marker) == re.sub(r"i\d+", "", shown[2])
