"""The first block of each page for a reader: it works with Python alone, an empty home folder and a bare `PATH`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.code_stand_in import StandIn

ROOT = Path(__file__).parents[2]
INSTALLING = re.compile(r"python3 -m venv \.venv && \.venv/bin/pip install -q (?:\.|'\.\[([a-z-]+)\]')")
PAGES = {
    "bash": "[0-9]+",
    "claude-code": "hooks for [0-9]+ events",
    "codex": "hooks for [0-9]+ events",
    "emacs": "init.el",
    "frameworks": "sent [0-9]+ tokens",
    "gemini-cli": "hooks for [0-9]+ events",
    "mcp": '"mcpServers"',
    "neovim": "ctxbudget.lua",
    "opencode": "ctxbudget.js",
    "pi": "ctxbudget",
    "python": "retained [0-9,]+ of 7,500",
    "start": "(?s)[0-9]+\n[0-9]+\n.*README.*retained",
    "vscode": r"the extension ctxbudget\.ctxbudget [0-9.]+, by \S+/code\n.*ctxbudget\.path",
}
"""Pages, and what the first block prints there."""
TOOLS = ("bash", "sh", "cat", "printf", "env", "uname", "dirname", "mktemp", "rm", "mkdir", "seq")


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a person who has only Python, the shell, and an editor with its command."""
    for folder in ("home", "bin"):
        (tmp_path / folder).mkdir()
    for tool in TOOLS:
        if path := shutil.which(tool):
            (tmp_path / "bin" / tool).symlink_to(path)
    StandIn(tmp_path / "bin")
    return {"HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin"), "LC_ALL": "C.UTF-8"}


@pytest.mark.parametrize("page", PAGES)
def test_the_first_block_works_on_a_bare_machine(page: str, machine: dict[str, str], tmp_path: Path) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    first = re.search(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert first and first[1] == "sh", "the first block is for the shell"
    installing, _, block = first[2].partition("\n")
    assert INSTALLING.fullmatch(installing), "it installs from the clone, with Python alone"
    clone = tmp_path / "clone"
    clone.mkdir()
    for name in ("clients", "server"):
        (clone / name).symlink_to(ROOT / name)
    shutil.copy(ROOT / "README.md", clone)
    # What the line makes; that the package installs is what every run of the tests shows.
    (clone / ".venv").symlink_to(Path(sys.executable).parents[1])

    unasked = re.sub(r"(ctxbudget install [\w-]+)$", r"\1 --yes", block, flags=re.MULTILINE)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", unasked],
        cwd=clone, env=machine, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert re.search(PAGES[page], done.stdout), done.stdout
    left = {path.name for path in clone.iterdir()} - {"README.md", "clients", "server", ".venv"}
    assert not left, "nothing is left in the clone"


def test_no_page_names_a_package_that_cannot_be_had() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "clients").glob("*/README.md")]
    sold = [
        page.name
        for page in pages
        if re.search(r"(?<!un)install (?:-\S+ )*'?ctxbudget(?![\w@-])", page.read_text("utf-8"))
    ]
    assert [name for name in sold if name != "CHANGELOG.md"] == []
