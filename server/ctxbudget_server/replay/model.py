"""What a replay works on and answers. Figures in tokens."""

from __future__ import annotations

from dataclasses import dataclass

from ctxbudget_server.fit import Message


@dataclass(frozen=True, slots=True)
class Stretch:
    """A conversation without a break, every call of which sent a beginning of `messages`.

    The calls whose answers stand in the first `shared` messages belong to the stretch before.
    """

    messages: list[Message]
    shared: int = 0


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices of the prompt cache, as multiples of an input token's."""

    read: float = 0.1
    write: float = 1.25


@dataclass(frozen=True, slots=True)
class Names:
    """Names first seen in a result. `used`: those that the agent itself spoke later, in any call."""

    used: int
    after: int
    """Of `used`: the result was no longer sent as it came."""
    lost: int
    """Of `after`: the replacement did not hold the name."""
    absent: int
    """Of `used`: nothing at all that the call sent held the name."""

    def share(self, count: int) -> float:
        """Of all that were used."""
        return count / self.used if self.used else 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy comes to."""

    policy: str
    tokens: list[int]
    """Sent by each call."""
    removed: int
    """Results that were no longer whole, or no longer there, at some call."""
    names: Names
    cost: float
    """Of all that was sent, in input tokens, with a prompt cache."""

    @property
    def token_turns(self) -> int:
        """The sum over all calls of the tokens sent."""
        return sum(self.tokens)


@dataclass(frozen=True, slots=True)
class Replay:
    """All policies over one recorded conversation."""

    breaks: list[int]
    """Calls before which the conversation started over, without the first."""
    baseline: Outcome
    """Everything is sent, as the conversation grew."""
    outcomes: list[Outcome]

    @property
    def all(self) -> list[Outcome]:
        """The baseline, then the policies."""
        return [self.baseline, *self.outcomes]

    def saved(self, outcome: Outcome) -> float:
        """Share of the baseline's token-turns that a policy saves; negative where it sends more."""
        base = self.baseline.token_turns
        return 1 - outcome.token_turns / base if base else 0.0

    def cost_ratio(self, outcome: Outcome) -> float:
        """A policy's cost over the baseline's."""
        return outcome.cost / self.baseline.cost if self.baseline.cost else 1.0
