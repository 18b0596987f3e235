"""Whatever is asked for, in whatever order: the accounts equal a fold of the log, and every prune can be undone."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.retention import parsed, retain
from ctxbudget_server.rules.items import NOTHING, differences
from ctxbudget_server.service.service import BudgetService, Options

LAYERS = st.sampled_from(["permanent", "phase", "metadata", "transient"])
POLICIES = st.sampled_from(["aggressive", "moderate", "minimal"])
PHASES = st.sampled_from([1, 2, 10])
TEXT = "# Notes\n\nThe gateway rotates tokens. " + "It keeps the family of each token in `auth/families.py`. " * 12


class Account(RuleBasedStateMachine):
    """A session that is driven at random."""

    items = Bundle("items")
    undos = Bundle("undos")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        options = Options(workspace=self.folder.name, store=str(Path(self.folder.name) / "s.db"), durability="fast")
        self.services = BudgetService(options, actor="test")
        self.protected: set[str] = set()
        self.call("session/open", config={"autoPrune": True})

    def teardown(self) -> None:
        self.services.close()
        self.folder.cleanup()

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.services.call(method, params, Cancellation())

    def attempt(self, method: str, **params: Any) -> dict[str, Any] | None:
        """A request that may be refused."""
        try:
            return self.call(method, **params)
        except ProtocolError:
            return None

    def note_protected(self) -> None:
        for item in self.call("context/list")["items"]:
            if item["state"] == "retained" and (item["pinned"] or item["layer"] == "permanent"):
                self.protected.add(item["id"])

    @rule(target=items, layer=LAYERS, phase=st.none() | PHASES, tokens=st.integers(0, 3_000), pinned=st.booleans())
    def add_figure(self, layer: str, phase: int | None, tokens: int, pinned: bool) -> Any:
        item = {"layer": layer, "phase": phase, "tokens": tokens, "pinned": pinned}
        return self.added(self.call("context/add", items=[item]))

    @rule(target=items, layer=LAYERS, phase=PHASES, copies=st.integers(1, 4))
    def add_text(self, layer: str, phase: int, copies: int) -> Any:
        return self.added(self.call("context/add", items=[{"layer": layer, "phase": phase, "content": TEXT * copies}]))

    @rule(target=items, source=items, tokens=st.integers(0, 500))
    def reduce(self, source: str, tokens: int) -> Any:
        result = self.attempt("context/add", items=[{"tokens": tokens, "reduces": [source]}])
        return self.added(result) if result else multiple()

    def added(self, result: dict[str, Any]) -> Any:
        return multiple(*(item["id"] for item in result["items"]))

    @rule(item=items)
    def append(self, item: str) -> None:
        self.attempt("context/append", itemId=item, content="\nOne more line.")

    @rule(item=items, layer=LAYERS, phase=PHASES)
    def move(self, item: str, layer: str, phase: int) -> None:
        if item not in self.protected:
            self.call("context/update", itemId=item, layer=layer, phase=phase)

    @rule(target=undos, policy=st.none() | POLICIES, target_=st.sampled_from(
        [{"phase": 1}, {"phase": 10}, {"layer": "transient"}, {"layer": "metadata"}, {"workflow": True}]
    ))  # fmt: skip
    def prune(self, policy: str | None, target_: dict[str, Any]) -> Any:
        result = self.attempt("context/prune", target=target_, policy=policy)
        return result["undo"] if result and result["undo"] else multiple()

    @rule(target=undos, item=items)
    def prune_item(self, item: str) -> Any:
        return self.call("context/prune", target={"items": [item]})["undo"] or multiple()

    @rule(item=items)
    def restore(self, item: str) -> None:
        self.attempt("context/restore", items=[item])

    @rule(target=undos, undo=undos)
    def undo(self, undo: str) -> Any:
        result = self.attempt("context/undo", undo=undo)
        return result["undo"] if result else multiple()

    @rule(
        policy=st.none() | POLICIES, target_=st.sampled_from([{"phase": 1}, {"layer": "metadata"}, {"workflow": True}])
    )
    def prune_and_undo(self, policy: str | None, target_: dict[str, Any]) -> None:
        before = self.states()
        result = self.attempt("context/prune", target=target_, policy=policy)
        if result and result["undo"]:
            self.call("context/undo", undo=result["undo"])
        assert self.states() == before

    @rule(item=items, pinned=st.booleans())
    def pin(self, item: str, pinned: bool) -> None:
        if pinned or item not in self.protected:
            self.call("context/update", itemId=item, pinned=pinned)

    @rule()
    def drop_contents(self) -> None:
        later = datetime.now(UTC) + timedelta(days=400)
        retain(self.services.store, parsed("age=1h"), later, "test")

    @rule(phase=PHASES)
    def run_phase(self, phase: int) -> None:
        self.attempt("workflow/startPhase", phase=phase, reopen=True)

    @rule(phase=PHASES)
    def complete_phase(self, phase: int) -> None:
        self.attempt("workflow/completePhase", phase=phase)

    def states(self) -> dict[str, tuple]:
        return {
            item["id"]: (item["state"], item["tokens"], item["standIn"], item["hash"])
            for item in self.call("context/list")["items"]
        }

    @invariant()
    def accounts_are_the_fold_of_the_log(self) -> None:
        status = self.call("budget/status")
        figures: Counter[str] = Counter()
        peak = 0
        with self.services.store.read() as reader:
            for event in reader.events("default"):
                for change in event.changes:
                    for image, sign in ((change["before"], -1), (change["after"], 1)):
                        if image:
                            figures["retained"] += sign * (image["tokens"] if image["state"] == "retained" else 0)
                            figures["processed"] += sign * (image["tokens"] if image["brought_in"] else 0)
                peak = max(peak, figures["retained"])
        assert status["retained"] == figures["retained"] == self.call("context/list", state="retained")["tokens"]
        assert status["processed"] == figures["processed"]
        assert status["saved"] == figures["processed"] - figures["retained"]
        assert status["peak"] == peak
        assert sum(layer["retained"] for layer in status["layers"]) == status["retained"]

    @invariant()
    def sums_equal_a_recount(self) -> None:
        with self.services.store.read() as reader:
            kept = {key: figures for key, figures in reader.sums("default").items() if figures != NOTHING}
            assert kept == differences((None, item) for item in reader.items("default"))

    @invariant()
    def protected_items_stay(self) -> None:
        self.note_protected()
        states = self.states()
        assert all(states[item][0] == "retained" for item in self.protected)


def test_any_sequence_of_requests_keeps_the_account() -> None:
    run_state_machine_as_test(
        Account,
        settings=settings(
            max_examples=25, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
