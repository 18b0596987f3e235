"""How many calls a context can take before it reaches a limit, from how it grew with the calls until now.

A **call** is a request to the model; in an account, a change that brings tokens. What is retained after each call is
the series, and each call but the first has a **growth**: what is retained after it, less what was retained after the
call before. A call after which less is retained (a compaction, a prune) shows what was removed, not how much was
added. It has no growth, and the growths before it still count. The forecast assumes that nothing is removed from now
on. What is retained must rise to the limit or beyond it; the forecast is the number of the call after which it has.

The rule: growth per call is the mean of all growths, each weighted by the square of its number, so that the last fifth
of the calls has half of the weight, however many there are. Sessions read first and then work on what they read, so the
growth of their beginning says little about their end; five calls, or any fixed number, are at the mercy of one large
result. Growth over the next k calls is taken as log-normal, with that mean times k and the variance of such a sum
(Fenton-Wilkinson): each growth varies as those seen did, the mean is known from few of them, and it drifts. `calls` is
the first call by which half of such sums have reached the limit, `low` the first by which one in twenty has, and `high`
the first by which nineteen in twenty have: the truth is between them in nine of ten cases.

Everything is pure and deterministic; there is no random sampling.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, Generic, Literal, TypeVar

from ctxbudget_protocol.values import NamedTuple

MIN_GROWTHS: Final = 4
"""Growths without which nothing is said. With three, one of them has two thirds of the weight."""

MAX_GROWTHS: Final = 48
"""Growths that are used, the latest: of more, those before have hardly any weight, and reading them takes time."""

MAX_REACH: Final = 8
"""How many times as many calls as were seen a forecast may go; beyond that, it only says how many calls there are at
least. On recorded sessions, of forecasts made before a third of the way, fewer than one in three was within 25 %.
"""

RECENCY: Final = 2
"""The power of a growth's number that is its weight. On recorded sessions, as many forecasts are within 25 % with 1,
but a band that keeps its promise is a third wider. With 0, the plain mean, or with 3, which few calls decide, one
forecast in ten fewer is within 25 %.
"""

DRIFT: Final = 0.1
"""Variance, in logs, of the growth per call from now on against that until now: agents turn to other work.

Its root is 0.32: one standard deviation is a factor of 1.4 up or down. It is chosen so that the band keeps its promise
on recorded sessions; without it, the band holds the truth in 85 % of cases.
"""

NORMAL_95: Final = 1.6449
"""What a standard normal variable does not exceed in 95 % of cases."""

MAX_AGENTS: Final = 10
"""Agents whose growth is told, so that a status stays small."""

Name = TypeVar("Name", int, str)
Reason = Literal["tooFewCalls", "noGrowth", "tooFar"]


class Call(NamedTuple):
    """What is retained after a call, in tokens, and what the call was made for."""

    retained: int
    phase: int | None = None
    agent: str | None = None


class Growth(NamedTuple):
    """The tokens that a call added, and what it was made for."""

    tokens: int
    phase: int | None = None
    agent: str | None = None


class Reach(NamedTuple):
    """When a limit is reached. Calls are counted from now; 0 if it is reached already."""

    tokens: int
    """Tokens until then."""
    calls: int | None = None
    """None: unknown."""
    low: int | None = None
    """It is reached in fewer calls in one of twenty cases; None: unknown."""
    high: int | None = None
    """It takes more calls in one of twenty cases; None: unknown."""
    reason: Reason | None = None
    """Why it is unknown; None if it is known."""


class Share(NamedTuple, Generic[Name]):
    """The mean growth of the calls that were made for a phase, or by an agent."""

    name: Name
    calls: int
    growth: int
    """Tokens per call."""


def growths(calls: Sequence[Call]) -> list[Growth]:
    """The growth of each call but the first; none of calls after which less is retained."""
    return [
        Growth(now.retained - before.retained, now.phase, now.agent)
        for before, now in pairwise(calls)
        if now.retained >= before.retained
    ]


class Forecast:
    """What growths say of the calls to come."""

    def __init__(self, seen: Sequence[Growth], phase: int | None = None) -> None:
        """`phase` is the one that runs: as soon as it has enough growths of its own, only these count."""
        latest = seen[-MAX_GROWTHS:]
        own = [one for one in latest if phase is not None and one.phase == phase]
        self.of_phase = len(own) >= MIN_GROWTHS
        """Whether only the growths of the phase count."""
        self._latest = latest
        tokens = [one.tokens for one in (own if self.of_phase else latest)]
        self.based_on = len(tokens)
        """How many growths count."""
        self._law = _law(tokens) if self.based_on >= MIN_GROWTHS and any(tokens) else None

    @property
    def growth(self) -> int | None:
        """Expected tokens per call, rounded; None: unknown."""
        return round(self._law.mean) if self._law else None

    def reach(self, left: int) -> Reach:
        """When `left` more tokens are reached."""
        if left <= 0:
            return Reach(0, 0, 0, 0)
        if self._law is None:
            return Reach(left, reason="tooFewCalls" if self.based_on < MIN_GROWTHS else "noGrowth")
        low, calls, high = (self._law.first_call(left, deviations) for deviations in self._law.band)
        if calls > MAX_REACH * self.based_on:
            return Reach(left, low=min(low, MAX_REACH * self.based_on), reason="tooFar")
        return Reach(left, calls, low, high)

    def by_phase(self) -> list[Share[int]]:
        """The mean growth by phase, in order."""
        return sorted(_shares((one.phase, one.tokens) for one in self._latest))

    def by_agent(self) -> list[Share[str]]:
        """The mean growth of the agents with the largest ones, largest first."""
        found = _shares((one.agent, one.tokens) for one in self._latest)
        return sorted(found, key=lambda share: (-share.growth, share.name))[:MAX_AGENTS]


class _Law(NamedTuple):
    """The distribution of the growth over the next calls."""

    mean: float
    """Of one growth, tokens."""
    spread: float
    """The variance of one growth over the square of the mean."""
    size: float
    """How many equally weighted growths would tell the mean as well."""

    @property
    def band(self) -> tuple[float, float, float]:
        """The standard deviations at which low, calls and high are read: Student's t to the first order."""
        degrees = self.size - 1
        edge = NORMAL_95 * (1 + (NORMAL_95**2 + 1) / (4 * degrees))
        return edge, 0.0, -edge

    def grown(self, calls: int, deviations: float) -> float:
        """The growth over so many calls, at so many standard deviations from its median; rises with `calls`."""
        sampling = math.log1p(self.spread * (1 / calls + 1 / self.size))
        return calls * self.mean * math.exp(deviations * math.sqrt(sampling + DRIFT) - sampling / 2)

    def first_call(self, tokens: int, deviations: float) -> int:
        """The first call by which so many tokens have been added."""
        wanted = tokens * (1 - 1e-9)  # rounding may leave an equal sum just below
        return _first(lambda calls: self.grown(calls, deviations) >= wanted)


def _law(tokens: Sequence[int]) -> _Law:
    """The law of at least two growths that are not all 0."""
    weights = [number**RECENCY for number in range(1, len(tokens) + 1)]
    total = sum(weights)
    size = total**2 / sum(weight**2 for weight in weights)
    mean = sum(weight * one for weight, one in zip(weights, tokens, strict=True)) / total
    squares = math.fsum(weight * (one / mean - 1) ** 2 for weight, one in zip(weights, tokens, strict=True))
    return _Law(mean, squares / total * size / (size - 1), size)


def _first(holds: Callable[[int], bool]) -> int:
    """The smallest number from 1 on for which something holds that then holds for all larger ones."""
    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _shares(named: Iterable[tuple[Name | None, int]]) -> list[Share[Name]]:
    sums: dict[Name, tuple[int, int]] = {}
    for name, tokens in named:
        if name is not None:
            calls, total = sums.get(name, (0, 0))
            sums[name] = calls + 1, total + tokens
    return [Share(name, calls, round(total / calls)) for name, (calls, total) in sums.items()]
