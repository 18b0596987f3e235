"""A workflow on an account of its own, driven in this process; and texts of a given size."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options

Json = Any

SUBJECTS = ("The cache", "A refresh token", "The queue", "Each worker", "The schema", "A retry", "The parser", "Login")
VERBS = ("rejects", "stores", "renews", "drops", "validates", "returns", "blocks", "signs")
OBJECTS = ("expired sessions", "large payloads", "unsigned cookies", "partial writes", "stale locks", "odd headers")


class Run:
    """One session. Its clock stands still unless it is moved."""

    def __init__(self, service: BudgetService, session: str, rng: random.Random, clock: Clock) -> None:
        self._service = service
        self.session = session
        self.rng = rng
        self.clock = clock

    def call(self, method: str, **params: Any) -> Json:
        """Make a request about the session; its result."""
        return self._service.call(method, {"sessionId": self.session, **params}, Cancellation())

    def send(self, request: Json) -> Json:
        """Make a request as it is."""
        return self._service.call(request["method"], request["params"], Cancellation())

    def add(self, layer: str = "transient", **item: Any) -> str:
        """Add one item; its id."""
        return str(self.call("context/add", items=[{"layer": layer, **item}])["items"][0]["id"])

    def retained(self) -> int:
        """Tokens in the context."""
        return int(self.call("budget/status")["retained"])

    def items(self) -> dict[str, Json]:
        """All items by id."""
        return {item["id"]: item for item in self.call("context/list", limit=10_000)["items"]}

    def text(self, tokens: int) -> str:
        """A report of about that many tokens."""
        rng = self.rng
        lines = [f"# {rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)}", "", "## Findings", ""]
        for number in range(max(1, tokens // 24)):
            lines.append(
                f"- {rng.choice(SUBJECTS)} {rng.choice(VERBS)} {rng.choice(OBJECTS)} after {rng.randrange(900)} ms "
                f"(`src/{rng.choice(VERBS)}_{number}.py`)."
            )
        return "\n".join(lines) + "\n"


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time."""
        return self.at

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


@contextmanager
def runs(folder: Path) -> Iterator[Runs]:
    """Sessions of one store in that folder."""
    clock = Clock()
    options = Options(workspace=str(folder), store=str(folder / "store.db"), durability="fast")
    service = BudgetService(options, actor="diagnosis", clock=clock)
    try:
        yield Runs(service, clock)
    finally:
        service.close()


class Runs:
    """Makes sessions."""

    def __init__(self, service: BudgetService, clock: Clock) -> None:
        self._service = service
        self._clock = clock
        self._count = 0

    def fresh(self, seed: str) -> Run:
        """A new session, not opened yet; `seed` decides what happens in it."""
        self._count += 1
        return Run(self._service, f"run-{self._count}", random.Random(seed), self._clock)


def apply(run: Run, diagnosis: Json) -> list[tuple[int, int]]:
    """Send all requests; (promised, reached) after each finding."""
    figures = []
    for finding in diagnosis["findings"]:
        for request in finding["requests"]:
            run.send(request)
        figures.append((finding["retained"], run.retained()))
    return figures


def take_back(run: Run, diagnosis: Json) -> None:
    """Send what undoes the requests, last cure first."""
    for finding in reversed(diagnosis["findings"]):
        for request in finding["undo"]:
            run.send(request)
