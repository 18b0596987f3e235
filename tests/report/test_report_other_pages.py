"""`history --html` and `replay --html`: their pages have the figures of the protocol, and names are only text."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from ctxbudget_server.pages.replays import replay_page
from ctxbudget_server.pages.runs import history_page
from report.other import conversation, with_costs
from report.pages import Page
from report.sessions import HOSTILE, Sessions


def test_runs_are_drawn_with_their_figures(sessions: Sessions) -> None:
    answer = sessions.ask("session/history")
    page = Page(history_page(answer["workspace"], with_costs(answer["runs"]), answer["total"]))
    drawn = page.data("runs")["runs"]
    assert [(one["label"], one["used"], one["peak"]) for one in drawn] == [
        (run["sessionId"], run["used"], run["peak"]) for run in answer["runs"]
    ]
    budgets = {one["label"]: one["budget"] for one in drawn}
    assert budgets["workflow"] == 7_500
    assert budgets["unset"] is None, "nobody has set the window that it follows from"
    assert "0.0123 USD" in page.said and "unknown" in page.said
    assert "one went over its budget, workflow by" in page.said
    assert "400 over" in page.said, "phases are compared"
    assert HOSTILE[0] in page.said


def test_the_command_writes_the_page_of_the_runs_it_would_list(sessions: Sessions, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ctxbudget_server", "history", "within", "workflow", "--html", "-"],
        cwd=sessions.folder, env={**os.environ, "CTXBUDGET_STORE": str(sessions.store)}, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    drawn = Page(done.stdout).data("runs")["runs"]
    assert [one["label"] for one in drawn] == ["within", "workflow"]


def test_names_of_policies_are_only_text() -> None:
    page = Page(replay_page(conversation(), name=HOSTILE[0], source="made", window=None, prices=HOSTILE[1]))
    assert [tag for tag, _ in page.elements if tag in ("script", "img")] == ["script"] * 3
    assert HOSTILE[0] in page.said and HOSTILE[1] in page.said
    (chart,) = page.json("charts")
    assert not any(outcome.policy in json.dumps(chart["views"]) for outcome in conversation().outcomes)
    assert "clear:3 costs least, 0.78 times what sending everything costs" in page.said
