"""The commands that `docs/transcripts.md` shows print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import Recording, long_session, text

PAGE = Path(__file__).parents[2] / "docs" / "transcripts.md"
PRICES = re.search(r"^```toml\n(# prices\.toml\n(?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), re.M)
SHOWN = re.findall(r"^\$ ctxbudget (.+)\n((?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), re.M)


def recorded() -> Recording:
    """A session whose answers have bills, all but one of them of one model."""
    made = long_session(calls=30, compact_after=22)
    window = {"cache_read_input_tokens": 12_000}
    for row in [row for row in made.rows if row["type"] == "assistant"]:
        row["sessionId"] = "36ac9e16-c312-4104-97d1-585a9e5fa089"
        row["message"] |= {
            "model": "claude-opus-4-5", "stop_reason": "end_turn",
            "usage": {"input_tokens": 8, "cache_creation_input_tokens": 1_720, "output_tokens": 95, **window},
        }  # fmt: skip
    made.person("Look for the lock.", isSidechain=True, agentId="a90930e222820a36e")
    made.says("msg-side", text("Here."), isSidechain=True, agentId="a90930e222820a36e")
    made.bill(model="claude-haiku-4-5", input_tokens=2_140, output_tokens=61)
    made.rows[-1]["sessionId"] = "36ac9e16-c312-4104-97d1-585a9e5fa089"
    return made


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command.split()[0] for command, _ in SHOWN])
def test_the_page_shows_what_the_command_prints(tmp_path: Path, command: str, printed: str) -> None:
    (tmp_path / "session.jsonl").write_text(recorded().text(), encoding="utf-8")
    assert PRICES is not None
    (tmp_path / "prices.toml").write_text(PRICES[1], encoding="utf-8")
    words = [sys.executable, "-m", "ctxbudget_server", *command.split()]
    if "fit" in words:
        words += ["--workspace", str(tmp_path), "--store", str(tmp_path / "store.db")]

    done = subprocess.run(words, capture_output=True, cwd=tmp_path, check=True)

    assert done.stdout.decode() == printed


def test_the_page_shows_all_commands_that_work_on_a_recording() -> None:
    assert [command.split()[0] for command, _ in SHOWN] == ["fit", "replay", "cost"]
