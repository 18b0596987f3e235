"""Writes the pictures of docs/report.md: `make pictures`, or python tests/report/pictures.py (from tests/)."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.pages.session import session_page
from ctxbudget_server.service.service import BudgetService, Options
from report.browser import visits

IMAGES = Path(__file__).parents[2] / "docs" / "images"
SESSION = "feature-rate-limits"
Item = tuple[str, int, str, str]

RESEARCH: tuple[Item, ...] = (
    ("Grep: rate|limit", 2_900, "research-1", "Grep"), ("docs/gateway.md", 6_400, "research-1", "Read"),
    ("src/middleware/auth.ts", 4_100, "research-2", "Read"), ("WebFetch: RFC 6585", 7_800, "research-2", "WebFetch"),
    ("reports/001-algorithms.md", 5_600, "research-1", ""), ("reports/002-clients.md", 4_900, "research-2", ""),
)  # fmt: skip
PLAN: tuple[Item, ...] = (
    ("plans/001-rate-limits.md", 4_200, "planner", ""),
    ("src/config.ts", 1_900, "planner", "Read"),
)
BUILD: tuple[Item, ...] = (
    ("src/limits/bucket.ts", 3_300, "builder", "Read"), ("Bash: npm test", 9_700, "builder", "Bash"),
    ("src/limits/store.ts", 2_800, "builder", "Read"), ("Bash: npm test", 6_200, "builder", "Bash"),
    ("src/middleware/limits.ts", 2_600, "builder", "Edit"), ("Bash: npm run lint", 1_700, "builder", "Bash"),
)  # fmt: skip
CHECK: tuple[Item, ...] = (("Bash: npm run e2e", 11_400, "tester", "Bash"), ("logs/e2e.log", 5_200, "tester", "Read"))


class Run:
    """A session that takes an hour and a half, told in a second."""

    def __init__(self, folder: Path) -> None:
        self._now = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
        options = Options(workspace=str(folder), store=str(folder / "store.db"), durability="fast")
        self._service = BudgetService(options, actor="harness", clock=lambda: self._now)

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request, two minutes after the one before."""
        self._now += timedelta(seconds=70 + len(method) * 3)
        return self._service.call(method, {"sessionId": SESSION, **params}, Cancellation())

    def read(self, method: str, **params: Any) -> dict[str, Any]:
        """A request that takes no time."""
        return self._service.call(method, params, Cancellation())

    def add(self, items: Iterable[Item], kind: str = "tool-output") -> list[str]:
        """Items, one at a time."""
        ids = []
        for title, tokens, agent, tool in items:
            more = {"tool": tool} if tool else {}
            shape = {"layer": "transient", "kind": kind, "title": title, "tokens": tokens, "agent": agent, **more}
            added = self.ask("context/add", items=[shape])
            ids.append(str(added["items"][0]["id"]))
        return ids

    def reduce(self, ids: list[str], title: str, tokens: int) -> None:
        """Replace items by metadata."""
        item = {"layer": "metadata", "kind": "summary", "title": title, "tokens": tokens, "reduces": ids}
        self.ask("context/add", items=[item])


def feature(folder: Path) -> Run:
    """Research that goes over, a plan, an implementation, and tests."""
    run = Run(folder)
    run.ask("session/open", config={"contextWindow": 200_000, "targetShare": 0.16, "policy": "aggressive"})
    run.ask("context/add", items=[{"layer": "permanent", "title": "CLAUDE.md", "tokens": 2_100}])
    phases = [
        {"phase": 1, "name": "research", "complexity": 2}, {"phase": 2, "name": "plan", "complexity": 1},
        {"phase": 3, "name": "build", "complexity": 3}, {"phase": 4, "name": "verify", "complexity": 2},
    ]  # fmt: skip
    run.ask("budget/allocate", strategy="dynamic", phases=phases, total=16_000)
    run.ask("workflow/startPhase", phase=1, name="research")
    run.add([("instructions for research", 700, "lead", "")], "instructions")
    found = run.add(RESEARCH)
    run.reduce(found[:3], "findings of research-1", 900)
    run.reduce(found[3:], "findings of research-2", 1_100)
    run.ask("workflow/completePhase", phase=1)
    run.ask("workflow/startPhase", phase=2, name="plan")
    plan = run.add(PLAN)
    run.ask("workflow/completePhase", phase=2)
    run.ask("context/restore", items=plan[:1])
    run.ask("workflow/startPhase", phase=3, name="build")
    built = run.add(BUILD)
    run.reduce(built[:4], "what was built", 2_400)
    run.add([("src/limits/headers.ts", 2_200, "builder", "Read"), ("Bash: npm test", 5_100, "builder", "Bash")])
    run.ask("workflow/completePhase", phase=3)
    run.ask("workflow/startPhase", phase=4, name="verify")
    run.add(CHECK)
    for number in range(14):
        tokens = {"input": 900, "cacheRead": 21_000 + 400 * number, "cacheWrite5m": 2_600, "output": 700}
        cost = {"amount": 0.031 + 0.001 * number, "currency": "USD"}
        run.read("usage/bill", sessionId=SESSION, model="claude-sonnet-4-5", agent="main", tokens=tokens, cost=cost)
    return run


def main() -> None:
    """Write them."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "report.html")
        file.write_text(session_page(feature(Path(scratch)).read, SESSION), encoding="utf-8")
        page = {"file": str(file)}
        seen = visits([
            {**page, "width": 1100, "height": 1020, "shot": {"path": str(IMAGES / "report.png")}},
            {**page, "width": 1100, "height": 760, "dark": True,
             "shot": {"path": str(IMAGES / "report-dark.png"), "at": "#over-time", "hover": 21}},
            {**page, "width": 390, "height": 844, "shot": {"path": str(IMAGES / "report-phone.png")}},
        ])  # fmt: skip
    for one in seen:
        assert not one["console"], one
    for picture in sorted(IMAGES.glob("report*.png")):
        sys.stdout.write(f"{picture.name}: {picture.stat().st_size:,} bytes\n")


if __name__ == "__main__":
    main()
