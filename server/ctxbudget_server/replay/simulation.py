"""Replays a conversation call by call, and measures what a policy sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ctxbudget_server.fit import SHAPES, Message, Part, Prices, Sizes, Tools, turns
from ctxbudget_server.replay.model import Names, Outcome, Replay, Stretch
from ctxbudget_server.replay.policies import Everything, Make

DistinctNames = Callable[[str], frozenset[str]]

OURS = "[ctxbudget"
"""How all of our replacements begin."""


class _Result(NamedTuple):
    """A result, identified by its call and its text."""

    call_id: str
    text: str


def replay(
    stretches: Sequence[Stretch],
    shape: str,
    policies: Mapping[str, Make],
    tools: Tools,
    *,
    names: DistinctNames,
    prices: Prices,
) -> Replay:
    """Run every policy over all calls of a conversation; `names` finds the names in a text."""
    facts = _Facts(shape, tools, names)
    accounts = {"none": _Account(facts, prices)} | {spec: _Account(facts, prices) for spec in policies}
    breaks: list[int] = []
    calls = 0
    for stretch in stretches:
        made: dict[str, Make] = {"none": Everything, **policies}
        running = {spec: make() for spec, make in made.items()}
        for account in accounts.values():
            account.begin()
        if calls:
            breaks.append(calls)
        for turn in turns(SHAPES[shape], stretch.messages):
            prefix, answer = stretch.messages[: turn.start], stretch.messages[turn.start : turn.end]
            is_counted = turn.start >= stretch.shared
            calls += is_counted
            for spec, policy in running.items():
                tools.check()
                accounts[spec].send(prefix, policy.array(prefix), answer, is_counted=is_counted)
    outcomes = {spec: account.outcome(spec) for spec, account in accounts.items()}
    return Replay(breaks, outcomes["none"], [outcomes[spec] for spec in policies if spec != "none"])


class _Facts:
    """Cached facts about messages. Each message is examined once, whatever the number of calls and policies."""

    def __init__(self, shape: str, tools: Tools, names: DistinctNames) -> None:
        self._shape = SHAPES[shape]
        self._sizes = Sizes(tools, self._shape)
        self._find = names
        self._known: dict[int, tuple[Message, int, list[tuple[Part, frozenset[str]]]]] = {}

    def tokens(self, message: Message) -> int:
        """Tokens of a message."""
        return self._of(message)[1]

    def names(self, message: Message) -> list[tuple[Part, frozenset[str]]]:
        """The parts of a message with their names."""
        return self._of(message)[2]

    def is_agent(self, message: Message) -> bool:
        """Whether the message is the agent's."""
        return self._shape.role(message) == "assistant"

    def _of(self, message: Message) -> tuple[Message, int, list[tuple[Part, frozenset[str]]]]:
        known = self._known.get(id(message))
        if known is None:
            parts = [(part, self._find(part.said)) for part in self._shape.parts(0, message)]
            known = self._known[id(message)] = (message, self._sizes.of_message(message), parts)
        return known


class _Account:
    """One policy's figures."""

    def __init__(self, facts: _Facts, prices: Prices) -> None:
        self._facts = facts
        self._prices = prices
        self._tokens: list[int] = []
        self._cuts: list[int] = []
        self._cost = 0.0
        self._names = [0, 0, 0, 0]
        self._removed = 0
        self._gone: set[_Result] = set()
        self.begin()

    def begin(self) -> None:
        """The conversation starts over: nothing from before is sent any more."""
        self._removed += len(self._gone)
        self._gone = set()
        self._sent: list[Message] = []
        self._held: Counter[str] = Counter()
        self._told: Counter[str] = Counter()
        self._whole: Counter[_Result] = Counter()
        self._origin: dict[str, _Result | None] = {}
        self._results: set[_Result] = set()
        self._taken = 0

    def send(
        self, prefix: Sequence[Message], array: list[Message], answer: Sequence[Message], *, is_counted: bool
    ) -> None:
        """Record one call: what it sends, and what the agent then says."""
        before = len(self._sent)
        stable = self._hold(array)
        self._meet(prefix)
        if is_counted:
            total = sum(map(self._facts.tokens, array))
            cached = sum(map(self._facts.tokens, array[:stable]))
            self._tokens.append(total)
            if stable < before:
                self._cuts.append(len(self._tokens))
            self._cost += self._prices.read * cached + self._prices.write * (total - cached)
        for message in answer:
            if self._facts.is_agent(message):
                self._hear(message, is_counted=is_counted)

    def outcome(self, policy: str) -> Outcome:
        """The figures."""
        removed = self._removed + len(self._gone)
        return Outcome(policy, self._tokens, removed, Names(*self._names), self._cost, self._cuts)

    def _hold(self, array: list[Message]) -> int:
        """Remember what is sent; returns how many leading messages are the same as in the last call."""
        pairs = enumerate(zip(self._sent, array, strict=False))
        stable = next((i for i, (old, new) in pairs if old is not new), min(len(self._sent), len(array)))
        old, new = ({id(message): message for message in messages[stable:]} for messages in (self._sent, array))
        for messages, sign in ((old, -1), (new, 1)):
            for key in messages.keys() - (old.keys() & new.keys()):
                self._count(messages[key], sign)
        self._sent = array
        return stable

    def _count(self, message: Message, sign: int) -> None:
        for part, names in self._facts.names(message):
            if part.kind == "result":
                self._whole[_Result(part.call_id, part.original)] += sign
            for name in names:
                self._held[name] += sign
            if part.text.startswith(OURS):
                for name in names:
                    self._told[name] += sign

    def _meet(self, prefix: Sequence[Message]) -> None:
        """Record where each name was first seen (in a result or elsewhere), and which results are no longer whole."""
        for part, names in (found for message in prefix[self._taken :] for found in self._facts.names(message)):
            origin = _Result(part.call_id, part.original) if part.kind == "result" else None
            if origin is not None:
                self._results.add(origin)
            for name in names:
                self._origin.setdefault(name, origin)
        self._taken = len(prefix)
        self._gone |= {result for result in self._results if self._whole[result] <= 0}

    def _hear(self, message: Message, *, is_counted: bool) -> None:
        """Record the names from results that the agent uses for the first time."""
        for name in (name for _, names in self._facts.names(message) for name in names):
            origin = self._origin.get(name)
            if origin is None:
                continue
            self._origin[name] = None
            is_gone = self._whole[origin] <= 0
            found = (True, is_gone, is_gone and self._told[name] <= 0, self._held[name] <= 0)
            if is_counted:
                self._names = [count + one for count, one in zip(self._names, found, strict=True)]
