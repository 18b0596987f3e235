"""Sessions of all kinds in one store, for pages to be made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.agents.compaction import SUMMARY_TITLE
from ctxbudget_server.service.service import BudgetService, Options

Json = dict[str, Any]

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!--<script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "\u2028\u202eevil\u2066",
    "datum.retained + signal('whole')",
    "javascript:alert(1)",
    "a & b 'c' `d`",
)
"""Names that mean something to HTML, JSON in a script, Jinja, Vega or a reader's eye."""

CHANGES = 620
"""Changes of the session `large`, of five items each."""


class Sessions:
    """A workspace with its store."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store.db"
        options = Options(workspace=str(folder), store=str(self.store), durability="fast")
        self._service = BudgetService(options, actor="test")

    def ask(self, method: str, **params: Any) -> Json:
        """Make a request."""
        return self._service.call(method, params, Cancellation())

    def of(self, session: str) -> Session:
        """A session."""
        return Session(self, session)


class Session:
    """One of them."""

    def __init__(self, sessions: Sessions, session: str) -> None:
        self._sessions, self.id = sessions, session

    def ask(self, method: str, **params: Any) -> Json:
        """Make a request about it."""
        return self._sessions.ask(method, sessionId=self.id, **params)

    def add(self, tokens: int, **item: Any) -> str:
        """Add an item of which only a figure is known; its id."""
        added = self.ask("context/add", items=[{"layer": "transient", "tokens": tokens, **item}])
        return str(added["items"][0]["id"])


def build(folder: Path) -> Sessions:
    """All of them: `workflow`, `compacted`, `within`, `archived`, `empty`, `unset`, `hostile`, `large`."""
    sessions = Sessions(folder)
    _workflow(sessions.of("workflow"))
    _compacted(sessions.of("compacted"))
    _within(sessions.of("within"))
    _within(sessions.of("archived"))
    sessions.ask("session/archive", sessionId="archived")
    sessions.ask("session/open", sessionId="empty", config={"contextWindow": 100_000})
    sessions.ask("session/open", sessionId="unset")
    sessions.of("unset").add(900, title="notes.md")
    _hostile(sessions.of("hostile"))
    _large(sessions.of("large"))
    return sessions


def _workflow(session: Session) -> None:
    """Four phases over budget, with leases, an undo, a file read again, and bills."""
    session.ask(
        "session/open",
        config={"contextWindow": 25_000, "scope": "full-implementation", "policy": "aggressive"},
    )
    phases = [
        {"phase": 1, "name": "research", "complexity": 2},
        {"phase": 2, "name": "planning", "complexity": 1},
        {"phase": 3, "name": "implementation", "complexity": 3},
    ]
    session.ask("budget/allocate", strategy="dynamic", phases=phases, total=6_000)
    session.ask("workflow/startPhase", phase=1, name="research")
    for number in (1, 2, 3):
        lease = session.ask("budget/reserve", tokens=1_500, force=True, holder=f"research-{number}")["leaseId"]
        text = "\n".join(f"- Endpoint {number}/{line} is described in `docs/part-{line}.md`." for line in range(180))
        report = {"layer": "transient", "kind": "report", "agent": f"research-{number}"}
        session.ask("context/add", items=[{**report, "content": f"# Report {number}\n{text}"}])
        session.ask("budget/settle", leaseId=lease, used=1_400 + 200 * number)
    pruned = session.ask("context/prune", target={"phase": 1})
    session.ask("context/undo", undo=pruned["undo"])
    session.ask("workflow/completePhase", phase=1)
    session.ask("workflow/startPhase", phase=2, name="planning")
    session.add(1_400, layer="metadata", kind="plan", title="plans/001.md")
    session.ask("workflow/completePhase", phase=2)
    session.ask("workflow/startPhase", phase=3, name="implementation")
    session.add(2_200, kind="tool-output", title="Bash: make test", tool="Bash", agent="builder")
    session.ask("usage/bill", model="claude-sonnet-4-5", agent="builder", tokens={"input": 900, "output": 80},
                cost={"amount": 0.0123, "currency": "USD"})  # fmt: skip


def _compacted(session: Session) -> None:
    """A host compacts its conversation twice."""
    session.ask("session/open", config={"contextWindow": 200_000, "targetShare": 0.8})
    for _ in range(2):
        going = [session.add(9_000, layer="phase", kind="instructions", title=f"turn {turn}") for turn in range(8)]
        summary = {"layer": "metadata", "kind": "summary", "title": SUMMARY_TITLE, "tokens": 1_200, "reduces": going}
        session.ask("context/add", items=[summary])


def _within(session: Session) -> None:
    session.ask("session/open", config={"contextWindow": 100_000})
    session.add(2_000, layer="permanent", title="CLAUDE.md")
    session.add(3_000, title="src/main.py", agent="main")


def _hostile(session: Session) -> None:
    session.ask("session/open", config={"contextWindow": 25_000})
    for number, name in enumerate(HOSTILE):
        session.ask("workflow/startPhase", phase=number, name=name)
        session.ask("budget/reserve", tokens=10, holder=name)
        item = {
            "layer": "transient",
            "kind": "tool-output",
            "title": name,
            "agent": name,
            "tool": name,
            "tokens": 1_000 + number,
        }
        session.ask("context/add", items=[item])
        session.ask("workflow/completePhase", phase=number, force=True)


def _large(session: Session) -> None:
    """3,000 items: what comes in for a while is pruned together, and every twentieth change is a peak."""
    session.ask("session/open", config={"contextWindow": 1_000_000})
    for change in range(CHANGES):
        tokens = 900 if change % 20 == 7 else 40 + change % 13
        items = [{"layer": "transient", "tokens": tokens, "agent": f"agent-{change % 9}", "title": f"file-{change}.py"}]
        items += [{"layer": "phase", "tokens": 3 + number} for number in range(4)]
        session.ask("context/add", items=items)
        if change % 50 == 49:
            session.ask("context/prune", target={"layer": "transient"})
