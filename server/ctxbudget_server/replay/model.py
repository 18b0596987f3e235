"""The input and output of a replay. Figures are in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from ctxbudget_server.fit import Message


@dataclass(frozen=True, slots=True)
class Stretch:
    """A conversation without a break, in which every call sent a prefix of `messages`.

    Calls answered within the first `shared` messages belong to the previous stretch.
    """

    messages: list[Message]
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Names:
    """Counts of names first seen in a result. `used`: names that the agent itself used later, in any call."""

    used: int
    after: int
    """Of `used`: those whose result was no longer sent unchanged."""
    lost: int
    """Of `after`: those that the replacement did not contain."""
    absent: int
    """Of `used`: those that nothing sent by the call contained."""

    def share(self, count: int) -> float:
        """A count as a share of `used`."""
        return count / self.used if self.used else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one policy."""

    policy: str
    tokens: list[int]
    """Tokens sent by each call."""
    removed: int
    """Results that at some call were no longer sent whole, or not at all."""
    names: Names
    cost: float
    """Cost of everything sent, in input tokens, with a prompt cache."""
    cuts: list[int]
    """Calls, counted from 1, that changed what the call before had sent, so that the cache was written again."""

    @property
    def token_turns(self) -> int:
        """The sum over all calls of the tokens sent."""
        return sum(self.tokens)


@dataclass(frozen=True, slots=True)
class Replay:
    """All policies over one recorded conversation."""

    breaks: list[int]
    """Calls before which the conversation started over, not counting the first."""
    baseline: Outcome
    """The result of sending everything."""
    outcomes: list[Outcome]

    @property
    def all(self) -> list[Outcome]:
        """The baseline, then the policies."""
        return [self.baseline, *self.outcomes]

    @property
    def cheapest(self) -> Outcome:
        """The outcome that costs least; the first of equals."""
        return min(self.all, key=lambda one: one.cost)

    def saved(self, outcome: Outcome) -> float:
        """Share of the baseline's token-turns that a policy saves; negative where it sends more."""
        base = self.baseline.token_turns
        return 1 - outcome.token_turns / base if base else 0.0

    def cost_ratio(self, outcome: Outcome) -> float:
        """A policy's cost over the baseline's."""
        return outcome.cost / self.baseline.cost if self.baseline.cost else 1.0
