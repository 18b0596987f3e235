"""Numbers and times that are far from the others of their column, or out of their order."""

from __future__ import annotations

import math
from bisect import bisect_left
from itertools import pairwise
from statistics import median

from ctxbudget_server.extract.rows.features import counter, moment, number
from ctxbudget_server.extract.rows.model import Add

_MIN_VALUES = 4
_READ_SHARE = 0.7
"""Share of the values that must be numbers."""
_FAR = 3.0
"""Steps from the middle from which a value is far, where 1.35 steps are the range of the middle half."""
_MIN_ORDERED = 8
_MAX_BREAKS = 0.08
"""Share of the changes that may go against the order."""


def judge_size(places: list[int], values: list[str], add: Add) -> None:
    """Compare values as times, as numbers, or by the one figure in each of them."""
    for read in (moment, number, counter):
        found = [(p, x) for p, v in zip(places, values, strict=True) if (x := read(v)) is not None]
        if len(found) >= max(_MIN_VALUES, _READ_SHARE * len(values)):
            where, sizes = [p for p, _ in found], [x for _, x in found]
            _judge_distance(where, sizes, add)
            _judge_order(where, sizes, add)
            return


def judge_length(places: list[int], lengths: list[int], add: Add) -> None:
    """Values that are much longer than most."""
    logs = [math.log2(n + 2) for n in lengths]
    middle, step = _spread(logs)
    step = max(step, 0.2)
    far = [(p, (x - middle) / step) for p, x in zip(places, logs, strict=True) if x - middle > _FAR * step]
    for place, steps in far:
        add(place, min(0.8 * _strength(steps), math.log2(len(logs) / len(far))), "length")


def _spread(sizes: list[float]) -> tuple[float, float]:
    """The middle, and one step."""
    ordered = sorted(sizes)
    low, high = ordered[len(ordered) // 4], ordered[(3 * len(ordered)) // 4]
    return median(ordered), (high - low) / 1.35


def _strength(steps: float) -> float:
    """Bits of a distance."""
    return 2.0 * math.log2(steps / _FAR) + 1.0 if steps > _FAR else 0.0


def _judge_distance(places: list[int], sizes: list[float], add: Add) -> None:
    steps = _distances(sizes)
    ordered = sorted(steps)
    for place, distance in zip(places, steps, strict=True):
        if distance > _FAR:
            beyond = len(steps) - bisect_left(ordered, distance if distance > 2 * _FAR else _FAR)
            add(place, min(_strength(distance), math.log2(len(steps) / beyond)), "far")


def _distances(sizes: list[float]) -> list[float]:
    """How many steps each value is from the middle; by the logarithms if that is less, since sizes may span orders of
    magnitude. Zero is as far as something smaller than all others.
    """
    middle, step = _spread(sizes)
    step = max(step, 0.02 * abs(middle), 1e-9)
    steps = [abs(x - middle) / step for x in sizes]
    told = [math.log2(x) for x in sizes if x > 0]
    if min(sizes) < 0 or len(told) < _MIN_VALUES:
        return steps
    middle, step = _spread(told)
    step = max(step, 0.12) / 1.5
    none = (middle - min(told) + 1.0) / step
    return [
        min(s, abs(math.log2(x) - middle) / step) if x > 0 else max(s, none) for s, x in zip(steps, sizes, strict=True)
    ]


def _judge_order(places: list[int], sizes: list[float], add: Add) -> None:
    """Breaks and gaps in a column that ascends or descends."""
    changes = [b - a for a, b in pairwise(sizes)]
    up, down = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
    if len(sizes) < _MIN_ORDERED or max(up, down) < 0.5 * len(changes) or min(up, down) > _MAX_BREAKS * len(changes):
        return
    sign = 1 if up >= down else -1
    rising = [sign * x for x in sizes]
    breaks = [n for n, c in enumerate(changes) if sign * c < 0]
    for n in breaks:
        # Either this one is too high, or the next one is too low: whichever leaves order when it is taken out.
        high = n == 0 or rising[n + 1] >= rising[n - 1]
        add(places[n if high else n + 1], math.log2(len(sizes) / len(breaks)), "order")
    forward = [sign * c for c in changes if sign * c >= 0]
    middle, step = _spread(forward)
    step = max(step, 0.25 * abs(middle), 1e-9)
    far = [(n, (sign * c - middle) / step) for n, c in enumerate(changes) if (sign * c - middle) / step > 2 * _FAR]
    for n, steps in far:
        bits = min(_strength(steps), math.log2(len(changes) / len(far)))
        add(places[n + 1], bits, "gap")
        add(places[n], 0.6 * bits, "gap")
