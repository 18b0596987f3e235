"""The commands that `docs/transcripts.md` shows print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import long_session

PAGE = Path(__file__).parents[2] / "docs" / "transcripts.md"
SHOWN = re.findall(r"^\$ ctxbudget (.+)\n((?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command.split()[0] for command, _ in SHOWN])
def test_the_page_shows_what_the_command_prints(tmp_path: Path, command: str, printed: str) -> None:
    (tmp_path / "session.jsonl").write_text(long_session(calls=30, compact_after=22).text(), encoding="utf-8")
    words = [sys.executable, "-m", "ctxbudget_server", *command.split()]
    if "fit" in words:
        words += ["--workspace", str(tmp_path), "--store", str(tmp_path / "store.db")]

    done = subprocess.run(words, capture_output=True, cwd=tmp_path, check=True)

    assert done.stdout.decode() == printed


def test_the_page_shows_both_commands() -> None:
    assert [command.split()[0] for command, _ in SHOWN] == ["fit", "replay"]
