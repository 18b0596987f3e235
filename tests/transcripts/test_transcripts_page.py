"""The commands that `docs/transcripts.md` shows print what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from recordings import Recording, long_session, text

PAGE = Path(__file__).parents[2] / "docs" / "transcripts.md"
PRICES = re.search(r"^```toml\n(# prices\.toml\n(?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), re.M)
SHOWN = re.findall(r"^\$ ctxbudget (.+)\n((?:.*\n)*?)```$", PAGE.read_text(encoding="utf-8"), re.M)


def recorded() -> Recording:
    """A session whose answers have bills, all but one of them of one model; the cache expires once in it."""
    made = long_session(calls=30, compact_after=22)
    began = datetime(2026, 1, 31, 9, tzinfo=UTC)
    cached = calls = 0
    seen: set[str] = set()
    for number, row in enumerate(made.rows):
        row["sessionId"] = "36ac9e16-c312-4104-97d1-585a9e5fa089"
        waited = timedelta(minutes=17 if calls >= 12 else 0)
        row["timestamp"] = (began + timedelta(seconds=6 * number) + waited).isoformat().replace("+00:00", "Z")
        if row.get("isCompactSummary"):
            cached = 14_000
        if row["type"] != "assistant":
            continue
        message = row["message"]
        if message["id"] not in seen:
            seen.add(message["id"])
            calls += 1
            read = 0 if calls in (1, 13) else 12_000 if cached == 14_000 else cached
            cached = 15_400 if calls == 1 else cached + 1_720
            usage = {"input_tokens": 8, "cache_creation_input_tokens": cached - read, "cache_read_input_tokens": read}
        message |= {"model": "claude-opus-4-5", "stop_reason": "end_turn", "usage": {**usage, "output_tokens": 95}}
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
    if "fit" in words or "breakdown" in words:
        words += ["--workspace", str(tmp_path), "--store", str(tmp_path / "store.db")]

    done = subprocess.run(words, capture_output=True, cwd=tmp_path, check=True)

    assert done.stdout.decode() == printed


def test_the_page_shows_all_commands_that_work_on_a_recording() -> None:
    assert [command.split()[0] for command, _ in SHOWN] == ["fit", "replay", "cost", "breakdown"]
