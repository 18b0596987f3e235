"""`ctxbudget history --recorded`: what runs cost by the recordings of their hosts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from recordings import Recording, text

PRICES = '[prices]\ncurrency = "USD"\nclaude-opus-4-5 = { input = 5, output = 25 }\n'


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A home with a session that Claude Code recorded, and a workspace that has accounts of it and of another one."""
    made = Recording()
    made.person("Begin.")
    made.says("a", text("Done."))
    made.bill(model="claude-opus-4-5", input_tokens=100_000, output_tokens=20_000)
    file = tmp_path / "home" / ".claude" / "projects" / "-work" / "recorded.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(made.text(), encoding="utf-8")
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "ctxbudget.toml").write_text(PRICES, encoding="utf-8")
    for session in ("recorded", "other"):
        run(tmp_path, "call", "session/open", json.dumps({"sessionId": session}))
    return tmp_path


def run(folder: Path, *words: str) -> str:
    """What the command prints in the workspace; it must succeed."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CLAUDE", "XDG_"))}
    done = subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", *words],
        cwd=folder / "work",
        env={**kept, "HOME": str(folder / "home"), "USERPROFILE": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def costs(folder: Path, *words: str) -> dict[str, tuple[float | None, str | None]]:
    """By session, (amount, where it is from)."""
    runs = json.loads(run(folder, "history", "--json", *words))["runs"]
    return {one["sessionId"]: (one["cost"] and one["cost"]["amount"], one["costFrom"]) for one in runs}


def test_a_recording_is_asked_only_if_wanted(machine: Path) -> None:
    assert costs(machine) == {"recorded": (None, None), "other": (None, None)}
    assert costs(machine, "--recorded") == {"recorded": (1.0, "recording"), "other": (None, None)}
    table = run(machine, "history", "--recorded")
    assert "1.0000 USD (recorded)" in table
    assert "unknown" in table


def test_bills_of_the_account_count_before_a_recording(machine: Path) -> None:
    bill = {"sessionId": "recorded", "model": "claude-opus-4-5", "tokens": {"input": 200_000}}
    run(machine, "call", "usage/bill", json.dumps(bill))
    assert costs(machine, "--recorded")["recorded"] == (1.0, "account")


def test_without_prices_the_cost_is_unknown_and_not_0(machine: Path) -> None:
    (machine / "work" / "ctxbudget.toml").write_text("", encoding="utf-8")
    assert costs(machine, "--recorded")["recorded"] == (None, "recording")
    assert "unknown" in run(machine, "history", "recorded", "--recorded")
