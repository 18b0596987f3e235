"""Holds every statement of `budget/status` against a recount of the session, and its promises against doing them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

Ask = Callable[..., dict[str, Any]]
Json = dict[str, Any]

MARKER_TOKENS = 50
"""More than a marker costs: prunes of metadata promise nothing of a phase that holds less."""

NUMBER = r"(-?[\d,]+)"
IN_USE = rf"{NUMBER} of {NUMBER} budget tokens are in use(?: and {NUMBER} more are reserved)?"


class Promises:
    """One session's status, and what it says, word by word."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.status = ask("budget/status")
        items = ask("context/list", state="retained", limit=1000)["items"]
        self.items = items
        self.by_layer: Counter[str] = Counter()
        self.by_phase: Counter[int] = Counter()
        self.loose: defaultdict[tuple[int | None, str], int] = defaultdict(int)
        for item in items:
            self.by_layer[item["layer"]] += item["tokens"]
            if item["phase"] is not None:
                self.by_phase[item["phase"]] += item["tokens"]
            if not item["pinned"] and item["layer"] != "permanent":
                self.loose[item["phase"], item["layer"]] += item["tokens"]
        self.retained = sum(item["tokens"] for item in items)
        self.pinned = sum(item["tokens"] for item in items if item["pinned"])
        self.leased = sum(lease["tokens"] for lease in self.status["leases"])
        self.phases = {phase["phase"]: phase for phase in self.status["phases"]}
        self.ceilings = {layer["layer"]: layer["ceiling"] for layer in self.status["layers"]}
        self.available = self.status["budget"] - self.retained - self.leased

    def over(self, number: int) -> int:
        """Tokens beyond the phase's allocation."""
        allocated = self.phases[number]["allocated"]
        return 0 if allocated is None else max(0, self.by_phase[number] - allocated)

    def drawn(self) -> int:
        """What phases draw on the buffer."""
        return sum(
            self.by_phase[number] if phase["allocated"] is None else self.over(number)
            for number, phase in self.phases.items()
        )

    def breached(self) -> bool:
        """Whether any level, ceiling, allocation, buffer or lease is."""
        buffer = self.status["buffer"]
        return (
            self.status["level"] != "ok"
            or self.available <= 0
            or any(c is not None and self.by_layer[layer] > c for layer, c in self.ceilings.items())
            or any(self.over(number) for number in self.phases)
            or any(self.left_in(number) for number in self.phases)
            or (buffer is not None and self.drawn() > buffer)
        )

    def left_in(self, number: int) -> int:
        """Unpinned transient tokens of a completed phase."""
        return self.loose[number, "transient"] if self.phases[number]["state"] == "completed" else 0

    def hold(self) -> None:
        """Fail unless every statement is true."""
        self._hold_sums()
        text, todo = self.status["advice"]["text"], self.status["advice"]["next"]
        assert text.endswith(" " + todo), text
        self._hold_state(text.removesuffix(" " + todo))
        rest, actions = todo, list(self.status["advice"]["actions"])
        said = 0
        while rest:
            for pattern, check in self._statements(actions):
                if found := re.match(pattern, rest):
                    check(*found.groups())
                    rest = rest[found.end() :].lstrip()
                    said += 1
                    break
            else:
                raise AssertionError(f"not a known statement: {rest!r} of {text!r}")
        assert said
        assert ("Nothing needs to be done." in text) == (not self.breached()), text

    def _hold_sums(self) -> None:
        status = self.status
        assert status["retained"] == self.retained
        assert status["pinned"] == self.pinned
        assert status["available"] == self.available
        permanent = sum(i["tokens"] for i in self.items if i["layer"] == "permanent" and not i["pinned"])
        assert status["protected"] == self.pinned + permanent
        for layer in status["layers"]:
            of_layer = [item for item in self.items if item["layer"] == layer["layer"]]
            assert layer["retained"] == sum(item["tokens"] for item in of_layer)
            assert layer["pinned"] == sum(item["tokens"] for item in of_layer if item["pinned"])

    def _hold_state(self, state: str) -> None:
        status = self.status
        found = re.fullmatch(rf"(?:(.+?): )?{IN_USE}(?:, {NUMBER} left)?\.", state)
        assert found, state
        head, used, budget, reserved, left = found.groups()
        assert (figure(used), figure(budget)) == (self.retained, status["budget"]), state
        assert (figure(reserved) if reserved else 0) == self.leased, state
        if head and head.startswith("Over budget by"):
            assert figure(head.split()[-1]) == self.retained - status["budget"] > 0, state
        elif head and head.startswith("Reserved beyond the budget by"):
            assert figure(head.split()[-1]) == -self.available > 0, state
        else:
            assert left is not None, state
            assert figure(left) == self.available >= 0, state
            assert head == {"ok": None, "warn": "Warning", "critical": "Critical"}[status["level"]], state

    def _statements(self, actions: list[Json]) -> list[tuple[str, Callable[..., None]]]:
        def prune(name: str, frees: str | None, at_least: str | None, tokens: str | None, replaced: str | None) -> None:
            action = actions.pop(0)
            target = action["params"]["target"]
            phase = re.match(r"phase (\d+), which is complete", name)
            if phase:
                assert target == {"phase": int(phase[1])}
                assert self.phases[int(phase[1])]["state"] == "completed"
            elif "metadata" in name:
                assert target == {"layer": "metadata"}
            else:
                assert target == {"layer": "transient"}
            if frees:
                assert tokens is not None
                assert (figure(tokens), at_least is None) == (action["saves"], action["exact"])
            else:
                assert replaced is not None
                assert action["saves"] == 0

        def what_stays(pinned: str | None, permanent: str | None) -> None:
            assert self.breached()
            assert (figure(pinned) if pinned else 0) == self.pinned
            expected = self.status["protected"] - self.pinned
            assert (figure(permanent) if permanent else 0) == expected
            room = 2 * MARKER_TOKENS * len(self.phases)
            left = sum(t for (n, layer), t in self.loose.items() if layer == "metadata" and self._is_over(n))
            left += sum(t for (n, layer), t in self.loose.items() if layer == "transient")
            saves = sum(action["saves"] for action in self.status["advice"]["actions"])
            assert left <= room + saves, (left, room, saves)

        def complete(number: str) -> None:
            assert self.status["phase"] == int(number)
            assert self.status["policy"] == "aggressive"
            assert self.loose[int(number), "phase"] > 0

        def layer_over(layer: str, over: str, ceiling: str) -> None:
            assert figure(ceiling) == self.ceilings[layer]
            assert figure(over) == self.by_layer[layer] - figure(ceiling) > 0

        def phase_over(number: str, over: str, allocated: str) -> None:
            assert figure(over) == self.over(int(number)) > 0
            assert figure(allocated) == self.phases[int(number)]["allocated"]

        def covers(buffer: str) -> None:
            assert figure(buffer) == self.status["buffer"] >= self.drawn()

        def does_not_cover(buffer: str, drawn: str) -> None:
            assert figure(buffer) == self.status["buffer"] < self.drawn() == figure(drawn)

        def leases(count: str, tokens: str) -> None:
            assert int(count) == len(self.status["leases"])
            assert figure(tokens) == self.leased
            assert self.available <= 0

        def closed() -> None:
            assert self.status["state"] == "closed"
            assert not actions

        def more(count: str) -> None:
            assert int(count) > 0

        def breached() -> None:
            assert self.breached()

        return [
            (r"Nothing needs to be done\.", lambda: None),
            (
                rf"Prune ([^:]+): (?:(frees) (at least )?{NUMBER} tokens?|metadata replaces {NUMBER} tokens)"
                r"(?:; originals stay retrievable)?\.",
                prune,
            ),
            (
                rf"Nothing more that is finished can be pruned(?:: (?:{NUMBER} tokens are pinned)?(?: and )?"
                rf"(?:{NUMBER} (?:tokens )?are permanent)?)?\.",
                what_stays,
            ),
            (r"Unpin what is no longer needed \(context/update\)\.", lambda: breached() or assert_(self.pinned > 0)),
            (r"Complete phase (\d+) when its work is done: that prunes what belongs to it alone\.", complete),
            (r"Reduce the scope, or set a larger budget\.", breached),
            (
                rf"Layer (\w+) is {NUMBER} over its ceiling of {NUMBER}: "
                r"(?:no prune touches it, so move items to another layer \(context/update\)|complete phase \d+ when "
                r"its work is done|prune items of it that are no longer needed|keep less of each artifact \(setting "
                r"metadataTokens\), or raise the ceiling \(layerCeilings\))\.",
                layer_over,
            ),
            (rf"Phase (\d+) holds {NUMBER} tokens more than its {NUMBER} allocated\.", phase_over),
            (rf"The buffer of {NUMBER} covers it\.", covers),
            (
                rf"The buffer of {NUMBER} does not cover the {NUMBER} tokens that phases draw on it: keep less "
                r"in them(?:, or allocate them more \(budget/allocate\))?\.",
                does_not_cover,
            ),
            (
                rf"(\d+) leases? holds? {NUMBER} tokens \([^)]*\): settle or release what is done\.",
                leases,
            ),
            (r"The session is closed: open it again \(session/open\) before anything is pruned\.", closed),
            (r"And (\d+) more \(`ctxbudget report`\)\.", more),
        ]

    def _is_over(self, number: int | None) -> bool:
        return number is None or self.phases[number]["state"] == "completed"

    def keep(self) -> int:
        """Do what is advised, in order; fail unless each request frees what it promised. The number of promises."""
        return self._send(self.status["advice"]["actions"])

    def keep_lists(self) -> int:
        """The same with what the checklists leave open."""
        report = self.ask("budget/report")
        assert report["next"] == self.status["advice"]["next"]
        entries = [entry for checklist in report["checklists"] for entry in checklist["entries"]]
        assert len(entries) == 16
        assert all(entry["why"] for entry in entries)
        assert all(bool(entry["cure"]) == (entry["state"] == "open") for entry in entries), entries
        return self._send([action for entry in entries for action in entry["actions"]])

    def _send(self, actions: list[Json]) -> int:
        for action in actions if self.status["state"] == "open" else ():
            if action["method"] == "context/prune":
                alone = self.ask(action["method"], **{**action["params"], "dryRun": True})
                assert alone["saved"] >= action["saves"], ("alone", action, alone)
        for action in actions:
            before = self.ask("budget/status")["retained"]
            done = self.ask(action["method"], **action["params"])
            freed = before - self.ask("budget/status")["retained"]
            if action["method"] == "context/prune":
                assert freed == done["saved"], (action, done)
                assert freed >= action["saves"], (action, done)
                assert freed == action["saves"] or not action["exact"], (action, done)
            else:
                assert action["saves"] is None
        return len(actions)


def assert_(holds: bool) -> None:
    """An assertion as an expression."""
    assert holds


def figure(text: str) -> int:
    """A number as it is written for people."""
    return int(text.replace(",", ""))
