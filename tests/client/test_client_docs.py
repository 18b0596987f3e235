"""What `docs/python.md` shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
REPORTS = ROOT / "server" / "ctxbudget_server" / "demo" / "examples" / "reports"


def run(folder: Path, *command: str) -> list[str]:
    """What a program prints; `ctxbudget` is not on its PATH, as in an environment that is not activated."""
    places = {"PATH": os.defpath, "XDG_STATE_HOME": str(folder)}
    env = {**os.environ, **places, "CTXBUDGET_WORKSPACE": str(folder)}
    command = (sys.executable, *command)
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env, check=True, timeout=120)
    return done.stdout.splitlines()


def alike(printed: list[str], shown: list[str]) -> bool:
    """The same lines, except for a few tokens: metadata names its item, and ids differ in length and tokens."""

    def parts(lines: list[str]) -> tuple[list[str], list[int]]:
        text = "\n".join(lines)
        return re.split(r"\d[\d,]*", text), [int(figure.replace(",", "")) for figure in re.findall(r"\d[\d,]*", text)]

    (words, figures), (shown_words, shown_figures) = parts(printed), parts(shown)
    return words == shown_words and all(abs(a - b) <= 9 for a, b in zip(figures, shown_figures, strict=True))


def block(before: str) -> list[str]:
    """The output that the page shows after some text."""
    return re.search(r"```\n(.*?)\n```", PAGE[PAGE.index(before) :], re.DOTALL)[1].splitlines()  # type: ignore[index]


def test_the_first_program_prints_what_the_page_shows(tmp_path: Path) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1]  # type: ignore[index]
    assert alike(run(tmp_path, "-c", code), block("It prints"))


def test_the_program_with_a_lease_prints_what_the_page_shows(tmp_path: Path) -> None:
    after = PAGE[PAGE.index("## Leases and handing over") :]
    code = re.search(r"```python\n(.*?)```", after, re.DOTALL)[1]  # type: ignore[index]
    assert alike(run(tmp_path, "-c", code), block("The report is long"))


def test_the_orchestrator_prints_what_the_page_shows(tmp_path: Path) -> None:
    shown = block("`clients/python/examples/orchestrator.py FOLDER`")
    printed = run(tmp_path, str(ROOT / "clients/python/examples/orchestrator.py"), str(REPORTS))
    assert not [line for line in printed if line.startswith("alert:")], "only metadata is ever in the context"
    assert alike(sorted(printed), sorted(shown))  # the agents run in parallel
