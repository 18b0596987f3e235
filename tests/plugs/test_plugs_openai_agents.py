"""The input filter for the OpenAI Agents SDK, in a run with a fake model and a real server."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ctxbudget_client import illegal_messages

PROGRAM = Path(__file__).with_name("openai_agents_program.py")
LIMIT = 9_000


def run(folder: Path, *, calls: int, billed: int = 0) -> dict[str, Any]:
    """What the program tells."""
    own = {"PYTHONPATH": "", "XDG_STATE_HOME": str(folder / "state"), "CTXBUDGET_STORE": str(folder / "store.db")}
    words = [sys.executable, str(PROGRAM), str(folder), str(calls), str(LIMIT), str(billed)]
    told = subprocess.run(
        words, env={**os.environ, **own}, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300
    )
    assert told.returncode == 0, told.stderr
    result: dict[str, Any] = json.loads(told.stdout)
    return result


def log(number: int) -> str:
    return f"log {number}\n" + "".join(f"{number}.{n} request served by worker_{number}\n" for n in range(200))


def test_calls_are_cut_and_the_run_keeps_everything(tmp_path: Path) -> None:
    told = run(tmp_path, calls=10)

    assert told["output"] == "done"
    whole = {item["call_id"]: item["output"] for item in told["items"] if "output" in item}
    assert all(whole[f"c{n}"] == log(n) for n in range(1, 11))
    assert whole["get"] in [log(n) for n in range(1, 11)], "the model got a whole result back by its id"
    assert all(illegal_messages(items, "openai-responses") == [] for items in told["heard"])
    assert len(json.dumps(told["heard"][-1])) < len(json.dumps(told["items"])) / 2
    assert told["heard"][-1][0] == {"role": "user", "content": "Which worker is slow?"}
    assert told["retained"] <= LIMIT


def test_bills_leave_room_for_tools_and_instructions(tmp_path: Path) -> None:
    largest = []
    for billed in (0, 5_000):
        folder = tmp_path / str(billed)
        folder.mkdir()
        largest.append(max(len(json.dumps(items)) for items in run(folder, calls=8, billed=billed)["heard"][3:]))
    assert largest[1] < largest[0]
