"""The list of unwanted wordings is kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHECK = ROOT / ".ci" / "check-words"


def test_the_words_of_the_project() -> None:
    done = subprocess.run([sys.executable, CHECK], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_a_bad_wording_is_found_in_prose_but_not_in_code(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    (tmp_path / ".ci").mkdir()
    (tmp_path / ".ci" / "words.txt").write_text("# a comment\n[docs]\n\\bwibble\\b => again\n")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text("One `wibble`\n```\nwibble\n```\nbegins\nwibble\n")
    (tmp_path / "other.md").write_text("wibble\n")
    subprocess.run(["git", "add", "-A"], cwd=tmp_path, check=True)

    done = subprocess.run([sys.executable, CHECK, tmp_path], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (1, "docs/page.md:6: 'wibble'; write again\n")
