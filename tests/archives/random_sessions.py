"""Sessions of random requests, made by a service in this process."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options

WORDS = ("budget", "phase", "prune", "ünïcode", "\u2028", '"quoted"', "🜚", "back\\slash", "\x7f", "\n")


class RandomSession:
    """One session on which random requests are made; some of them are refused, which changes nothing."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.service = BudgetService(Options(workspace=str(folder), store=str(folder / "store.db")), actor="test")
        self.random = Random(seed)
        self.ids: list[str] = []
        self.undos: list[str] = []
        self.leases: list[str] = []

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One request."""
        return self.service.call(method, {"sessionId": "run", **params}, Cancellation())

    def make(self, steps: int) -> RandomSession:
        """Open the session and take this many steps."""
        self.call("session/open", config={"contextWindow": 4_000, "targetShare": 0.5})
        for _ in range(steps):
            try:
                self.random.choice(STEPS)(self)
            except ProtocolError:
                continue
        return self

    def lines(self, *, content: bool = True) -> list[str]:
        """The session's export."""
        page = self.call("session/export", content=content)
        lines: list[str] = page["lines"]
        while page["next"]:
            page = self.call("session/export", content=content, cursor=page["next"])
            lines += page["lines"]
        return lines

    def call_import(self, lines: list[str]) -> dict[str, Any]:
        """Take in an export."""
        return self.service.call("session/import", {"lines": lines}, Cancellation())

    def service_sessions(self) -> list[dict[str, Any]]:
        """All sessions of the workspace."""
        found: list[dict[str, Any]] = self.service.call("session/list", {}, Cancellation())["sessions"]
        return found

    def text(self) -> str:
        """A random text."""
        return " ".join(self.random.choices(WORDS, k=self.random.randint(0, 40)))

    def add(self) -> None:
        """Add one to three items."""
        items = []
        for _ in range(self.random.randint(1, 3)):
            item: dict[str, Any] = {"layer": self.random.choice(("permanent", "phase", "transient", "transient"))}
            item |= {"tokens": self.random.randint(0, 900)} if self.random.random() < 0.4 else {"content": self.text()}
            if self.random.random() < 0.3:
                item |= {"tool": "Read", "file": self.random.choice(("a.py", "b.py")), "agent": "reader"}
            if self.random.random() < 0.1:
                item["pinned"] = True
            items.append(item)
        self.ids += [one["id"] for one in self.call("context/add", items=items)["items"]]

    def prune(self) -> None:
        """Prune by a random policy."""
        target = {"items": [self.any_id()]} if self.random.random() < 0.5 else {"workflow": True}
        policy = self.random.choice(("aggressive", "moderate", "minimal"))
        if undo := self.call("context/prune", target=target, policy=policy)["undo"]:
            self.undos.append(undo)

    def any_id(self) -> str:
        """An item's id; one that does not exist if there are none."""
        return self.random.choice(self.ids or ["i1"])

    def lease(self) -> None:
        """Take, renew, settle or release a lease."""
        if not self.leases or self.random.random() < 0.5:
            lease = self.call("budget/reserve", tokens=self.random.randint(1, 300), holder="worker", ttlMs=86_400_000)
            self.leases.append(lease["leaseId"])
        elif self.random.random() < 0.3:
            self.call("budget/renew", leaseId=self.leases[-1])
        elif self.random.random() < 0.5:
            self.call("budget/settle", leaseId=self.leases.pop(), used=self.random.randint(0, 400))
        else:
            self.call("budget/release", leaseId=self.leases.pop())


STEPS = (
    RandomSession.add,
    RandomSession.add,
    RandomSession.add,
    RandomSession.prune,
    RandomSession.lease,
    lambda run: run.call("context/undo", undo=run.random.choice(run.undos or ["u1"])),
    lambda run: run.call(
        "context/update", itemId=run.any_id(), title=run.text()[:80], pinned=run.random.random() < 0.2
    ),
    lambda run: run.call("context/append", itemId=run.any_id(), content=run.text()),
    lambda run: run.call("context/restore", itemId=run.any_id()),
    lambda run: run.call("workflow/startPhase", phase=run.random.randint(1, 4), reopen=True),
    lambda run: run.call("workflow/completePhase", phase=run.random.randint(1, 4), force=True),
    lambda run: run.call("budget/allocate", strategy="fixed"),
    lambda run: run.call("session/close"),
    lambda run: run.call("session/open", config={"contextWindow": run.random.randint(1_000, 9_000)}),
    lambda run: run.call("session/recalibrate"),
)
