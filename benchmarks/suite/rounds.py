"""Rows, and what their rounds were: each round has measured ours and the peer one after the other.

A ratio is always that of one round, so that a busy moment of the machine meets both sides. The median of the rounds is
shown, and the lower and upper quartile as its spread.
"""

from __future__ import annotations

import statistics
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from benchmarks.suite.scratch import Scratch, UnavailableError

Pair = tuple[float, float]
"""(ours, the peer's) in one round, in the row's unit."""
Unit = Literal["ms", "MB", "MB/s", "%"]


@dataclass(frozen=True)
class Row:
    """A comparison. `at_most` and `at_least` are what is asked of the ratio; without either, the row only informs."""

    key: str
    what: str
    peer: str
    unit: Unit = "ms"
    at_most: float | None = None
    at_least: float | None = None
    times_as_fast: bool = False
    """The ratio is the peer's time to ours, not ours to the peer's."""
    needs: str = "ours"
    """The environment without which it cannot be measured."""

    def ratio(self, pair: Pair) -> float:
        """The ratio of a round."""
        ours, other = pair
        above, below = (other, ours) if self.times_as_fast else (ours, other)
        return above / below if below else float("inf")

    @property
    def asked(self) -> str:
        """What is asked of the ratio, in words."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""


@dataclass
class Measured:
    """A row with its rounds, or why it has none."""

    row: Row
    pairs: list[Pair] = field(default_factory=list)
    missing: str = ""

    @property
    def middle(self) -> Pair:
        """The medians of both sides."""
        ours, other = (statistics.median(side) for side in zip(*self.pairs, strict=True))
        return ours, other

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(map(self.row.ratio, self.pairs))

    @property
    def spread(self) -> Pair:
        """The lower and upper quartile of the rounds' ratios."""
        ratios = list(map(self.row.ratio, self.pairs))
        if len(ratios) == 1:
            return ratios[0], ratios[0]
        low, _, high = statistics.quantiles(ratios, n=4, method="inclusive")
        return low, high

    @property
    def met(self) -> bool | None:
        """Whether the ratio is what is asked; None if nothing is, or nothing was measured."""
        if not self.pairs or not self.row.asked:
            return None
        ratio = round(self.ratio, 2)
        return (self.row.at_most is None or ratio <= self.row.at_most) and (
            self.row.at_least is None or ratio >= self.row.at_least
        )


@dataclass(frozen=True)
class Probe:
    """Rows that are measured together. `rounds` measures one round at each step, of the rows that can be had here."""

    rows: tuple[Row, ...]
    rounds: Callable[[Scratch, bool], Iterator[dict[str, Pair]]]
    """From the scratch environment, and whether it has to be quick."""
    quick: int
    """Rounds of a quick run."""
    full: int


def measure(probe: Probe, scratch: Scratch, quick: bool, rounds: int | None = None) -> list[Measured]:
    """All rounds of a probe; a row that could not be measured says why."""
    pairs = defaultdict[str, list[Pair]](list)
    why = "not measured"
    try:
        taken = probe.rounds(scratch, quick)
        for found in islice(taken, rounds or (probe.quick if quick else probe.full)):
            for key, pair in found.items():
                pairs[key].append(pair)
        taken.close()  # type: ignore[attr-defined]  # a generator: what it has started ends here
    except UnavailableError as problem:
        why = str(problem)
    except Exception as problem:  # the other rows of a long run are worth having
        traceback.print_exc()
        why = f"failed: {problem!r}"
    return [
        Measured(row, pairs[row.key], "" if pairs[row.key] else scratch.missing.get(row.needs, why))
        for row in probe.rows
    ]
