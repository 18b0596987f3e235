"""Whatever a session went through: each statement of its status is true, and doing what it advises gives what it says.

`CTXBUDGET_SESSIONS=10000` tries that many random sessions instead of the number that fits CI.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from budget.budget_promises import Promises
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options

SESSIONS = int(os.environ.get("CTXBUDGET_SESSIONS", "200"))
TEXT = "# Notes\n\nThe gateway rotates tokens. " + "It keeps the family of each token in `auth/families.py`. " * 12
MODEL = "claude-sonnet-4-5"

TARGETS: list[dict[str, Any]] = [{"phase": 1}, {"layer": "transient"}, {"layer": "metadata"}, {"workflow": True}]
CONFIGS: list[dict[str, Any]] = [
    {"policy": "minimal"}, {"policy": "moderate"}, {"metadataTokens": 50}, {"metadataTokens": 900}, {"markers": False},
    {"contextWindow": 8_000}, {"contextWindow": 60_000}, {"contextWindow": 200_000}, {"autoPrune": True},
    {"model": MODEL, "contextWindow": 25_000}, {"model": None}, {"metadataHorizon": 1},
    {"thresholds": {"warn": 500, "critical": 1_000}}, {"layerCeilings": {"metadata": 0.01, "phase": 0.01}},
]  # fmt: skip
WEIGHTS = {
    "figure": 12, "text": 3, "update": 2, "reduce": 1, "restore": 1, "prune": 1, "undo": 1, "start": 3, "complete": 3,
    "startWave": 1, "completeWave": 1, "allocate": 1, "reserve": 2, "release": 1, "configure": 1, "bill": 0.3,
    "close": 0.1,
}  # fmt: skip


def steps_of(chance: Random) -> list[tuple[Any, ...]]:
    """The steps of one session."""
    names = chance.choices([*WEIGHTS], [*WEIGHTS.values()], k=chance.randint(6, 30))
    return [(name, *arguments(chance, name)) for name in names]


def arguments(chance: Random, name: str) -> tuple[Any, ...]:
    """What a step is given."""
    phase, wave, some = chance.choice([0, 1, 2]), chance.choice([1, 2]), chance.randrange(1_000)
    layer = chance.choices(["permanent", "phase", "metadata", "transient"], [1, 2, 2, 6])[0]
    kind = chance.choice(["report", "instructions", "log", "other"])
    place = (phase, chance.choice([None, None, wave])) if chance.random() < 0.7 else (None, None)
    tokens = round(2 ** chance.uniform(0, 12.5))
    pinned = chance.random() < chance.choice([0, 0.1, 0.9])
    match name:
        case "figure":
            return layer, kind, place, tokens, pinned
        case "text":
            return layer, kind, place, chance.choice([0, 1, 2, 3, 9]), pinned
        case "update":
            return some, pinned, layer
        case "reduce":
            return some, chance.randint(0, 400)
        case "restore" | "undo" | "release":
            return (some,)
        case "prune":
            return chance.choice(TARGETS), chance.choice(["aggressive", "moderate", "minimal"])
        case "start" | "complete":
            return (phase,)
        case "startWave" | "completeWave":
            return phase, wave
        case "allocate":
            return chance.choice(["fixed", "reserve", "dynamic"]), chance.random() < 0.5, chance.randint(1, 9)
        case "reserve":
            return tokens, chance.random() < 0.5
        case "configure":
            return (chance.choice(CONFIGS),)
        case "bill":
            return (chance.uniform(0.5, 2.5),)
    return ()


class Run:
    """One random session."""

    def __init__(self, services: BudgetService, session: str) -> None:
        self.services = services
        self.session = session
        self.items: list[str] = []
        self.undos: list[str] = []
        self.leases: list[str] = []
        self.ask("session/open")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """A request; what it made is remembered."""
        return self.services.call(method, {"sessionId": self.session, **params}, Cancellation())

    def take(self, step: tuple[Any, ...]) -> None:
        """One step; refusals are part of life."""
        name, *given = step
        with suppress(ProtocolError):
            answer = getattr(self, f"_{name}")(*given) or {}
            self.items += [item["id"] for item in answer.get("items", ()) if "state" in item]
            self.undos += [answer["undo"]] if answer.get("undo") else []
            self.leases += [answer["leaseId"]] if answer.get("leaseId") else []

    def _figure(self, layer: str, kind: str, place: tuple[Any, Any], tokens: int, pinned: bool) -> Any:
        return self._add({"layer": layer, "kind": kind, "tokens": tokens}, place, pinned)

    def _text(self, layer: str, kind: str, place: tuple[Any, Any], copies: int, pinned: bool) -> Any:
        text = TEXT * copies if copies else "Done."
        return self._add({"layer": layer, "kind": kind, "content": text}, place, pinned)

    def _add(self, item: dict[str, Any], place: tuple[Any, Any], pinned: bool) -> Any:
        phase, wave = place
        where = {"phase": phase} | ({"wave": wave} if phase is not None else {})
        return self.ask("context/add", items=[{**item, **where, "pinned": pinned}])

    def _update(self, i: int, pinned: bool, layer: str) -> Any:
        self.ask("context/update", itemId=self._one(self.items, i), pinned=pinned, layer=layer)

    def _reduce(self, i: int, tokens: int) -> Any:
        return self.ask("context/add", items=[{"tokens": tokens, "reduces": [self._one(self.items, i)]}])

    def _restore(self, i: int) -> Any:
        self.ask("context/restore", items=[self._one(self.items, i)])

    def _prune(self, target: dict[str, Any], policy: str) -> Any:
        return self.ask("context/prune", target=target, policy=policy)

    def _undo(self, i: int) -> Any:
        return self.ask("context/undo", undo=self._one(self.undos, i))

    def _start(self, phase: int) -> Any:
        return self.ask("workflow/startPhase", phase=phase, reopen=True)

    def _complete(self, phase: int) -> Any:
        return self.ask("workflow/completePhase", phase=phase, force=True)

    def _startWave(self, phase: int, wave: int) -> Any:  # noqa: N802 (the step's name)
        return self.ask("workflow/startWave", phase=phase, wave=wave, reopen=True)

    def _completeWave(self, phase: int, wave: int) -> Any:  # noqa: N802
        return self.ask("workflow/completeWave", phase=phase, wave=wave)

    def _allocate(self, strategy: str, remaining: bool, weight: int) -> Any:
        phases = [{"phase": 0, "complexity": 1}, {"phase": 2, "complexity": weight}]
        basis = "remaining" if remaining else "total"
        self.ask("budget/allocate", strategy=strategy, basis=basis, phases=phases)

    def _reserve(self, tokens: int, force: bool) -> Any:
        return self.ask("budget/reserve", tokens=tokens, holder=f"agent-{len(self.leases)}", force=force)

    def _release(self, i: int) -> Any:
        self.ask("budget/release", leaseId=self._one(self.leases, i))

    def _configure(self, config: dict[str, Any]) -> Any:
        self.ask("session/open", config=config)

    def _bill(self, factor: float) -> Any:
        params = {"model": MODEL, "counted": 10_000, "reported": round(10_000 * factor), "factor": 1.0}
        self.services.call("usage/record", params, Cancellation())

    def _close(self) -> Any:
        self.ask("session/close")

    def _one(self, ids: list[str], i: int) -> str:
        return ids[i % len(ids)] if ids else "none"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BudgetService]:
    folder: Path = tmp_path_factory.mktemp("promises")
    made = BudgetService(Options(str(folder), store=str(folder / "s.db"), durability="fast"), actor="test")
    yield made
    made.close()


NAMES = itertools.count()


@settings(max_examples=SESSIONS, deadline=None, derandomize=SESSIONS == 200, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(seed=st.integers(0, 2**48))
def test_what_a_status_says_is_true_and_what_it_promises_is_kept(services: BudgetService, seed: int) -> None:
    run = Run(services, f"s{next(NAMES)}")
    for i, step in enumerate(steps_of(Random(seed))):
        run.take(step)
        if i % 4 == 3:
            Promises(run.ask).hold()
    last = Promises(run.ask)
    last.hold()
    if seed % 2:
        last.keep()
    else:
        last.keep_lists()
    Promises(run.ask).hold()
    run.ask("session/delete")
