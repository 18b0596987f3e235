"""`ctxbudget timeline`: each change on a line, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import os
import sys
from io import StringIO
from pathlib import Path
from subprocess import CompletedProcess, run

import pytest
from cli.terminals import ESCAPES, on_terminal


def command(folder: Path, *words: str) -> CompletedProcess[str]:
    """Run the command in a workspace."""
    return run(
        [sys.executable, "-m", "ctxbudget_server", *words],
        cwd=folder, env={**os.environ, "CTXBUDGET_STORE": str(folder / "store.db")}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_three_forms_tell_the_same(tmp_path: Path) -> None:
    command(tmp_path, "call", "workflow/startPhase", '{"phase": 1, "name": "research"}')
    for tokens in (4_000, 500):
        item = {"layer": "transient", "tokens": tokens, "agent": "=HYPERLINK(1)"}
        command(tmp_path, "call", "context/add", json.dumps({"items": [item]}))

    entries = json.loads(command(tmp_path, "timeline", "--json").stdout)["entries"]
    assert [entry["retained"] for entry in entries] == [0, 4_000, 4_500]
    rows = [*csv.DictReader(StringIO(command(tmp_path, "timeline", "--csv").stdout))]
    assert [row["retained"] for row in rows] == ["0", "4000", "4500"]
    assert rows[1]["agent"] == "'=HYPERLINK(1)", "a spreadsheet must not take it for a formula"
    table = command(tmp_path, "timeline").stdout.splitlines()
    assert len(table) == 4
    assert table[3].split()[3:5] == ["context/add", "1"]
    assert table[3].split()[-4:] == ["4,500", "0", "0", "ok"]
    assert len(command(tmp_path, "timeline", "--every", "2", "--since", "2").stdout.splitlines()) == 2


@pytest.mark.parametrize(("width", "without"), [(80, ["leased", "saved"]), (200, [])])
def test_on_a_terminal_it_is_one_table_without_what_does_not_fit(
    tmp_path: Path, width: int, without: list[str]
) -> None:
    store = {"CTXBUDGET_STORE": str(tmp_path / "store.db"), "COLUMNS": str(width)}
    command(tmp_path, "call", "workflow/startPhase", '{"phase": 1, "name": "research"}')
    item = {"layer": "transient", "tokens": 123_456, "agent": "research-1"}
    command(tmp_path, "call", "context/add", json.dumps({"items": [item]}))
    command(tmp_path, "call", "workflow/completePhase", '{"phase": 1}')

    shown = ESCAPES.sub("", on_terminal([sys.executable, "-m", "ctxbudget_server", "timeline"], store, tmp_path))

    day, head, *rows = shown.splitlines()
    assert day.startswith("on 20")
    assert head.split() == [
        word
        for word in ("revision", "at", "what", "phase", "agent", "retained", "saved", "leased", "level")
        if word not in without
    ]
    assert all(len(row) <= width for row in (day, head, *rows))
    assert rows[3:] == ([f"left out here: {', '.join(without)}"] if without else [])


def test_a_workspace_without_an_account_says_so(tmp_path: Path) -> None:
    done = command(tmp_path, "timeline")
    assert (done.returncode, done.stdout) == (1, "")
    assert "there is no session yet" in done.stderr
