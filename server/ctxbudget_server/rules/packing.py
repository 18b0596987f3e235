"""The multiple-choice knapsack: one option of each class, for the highest value within a capacity.

The method is D. Pisinger's ("A minimal algorithm for the multiple-choice knapsack problem", European Journal of
Operational Research 83, 1995). The linear relaxation is solved greedily along each class's convex hull. Around its
split the classes are opened one by one, the most promising first; partial solutions that cannot beat the best one any
more, by the relaxation's bound, are dropped. When none is left, the best one is optimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import NamedTuple

MAX_STATES = 150_000
"""Maximum number of partial solutions examined, about 0.3 s of CPU time; after that, the best one found is used."""

_SCALE = 20
"""Fractional bits in profits per token, which are whole numbers so that no bound is wrong through rounding."""


class Option(NamedTuple):
    """The cost and the value of one choice; both are non-negative whole numbers."""

    tokens: int
    value: int


class Packing(NamedTuple):
    """One option of each class, by its index in the class.

    If not `optimal`, a better choice may exist. It is better by less than the value of one step of one class: the step
    with which the greedy solution would have exceeded the capacity.
    """

    picks: list[int]
    tokens: int
    value: int
    optimal: bool


class _Point(NamedTuple):
    """An option in comparable form. `profit` ranks by value, then by fewer tokens."""

    weight: int
    profit: int
    place: int


class _Step(NamedTuple):
    """A step from one point of a class's hull to the next; `efficiency` is its profit per token."""

    efficiency: int
    owner: int
    place: int
    weight: int
    profit: int


@dataclass(slots=True)
class _Class:
    """The options of a class that can be best, their convex hull, and the greedy solution's point on it."""

    points: list[_Point]
    hull: list[_Point]
    at: int = 0

    @property
    def taken(self) -> _Point:
        return self.hull[self.at]

    @property
    def gain(self) -> int | None:
        """The best profit per token of any heavier option, rounded up; None if there is none."""
        return _up(self.taken, self.hull[self.at + 1]) if self.at + 1 < len(self.hull) else None

    @property
    def loss(self) -> int | None:
        """The least profit per token that a lighter option gives up, rounded down; None if there is none."""
        if self.at == 0:
            return None
        light, heavy = self.hull[self.at - 1], self.taken
        return ((heavy.profit - light.profit) << _SCALE) // (heavy.weight - light.weight)

    @property
    def additions(self) -> Iterator[int]:
        """Tokens by which heavier options are heavier."""
        return (point.weight - self.taken.weight for point in self.points if point.weight > self.taken.weight)


@dataclass(frozen=True, slots=True)
class _Change:
    """Where a solution departs from the greedy one, linked to earlier departures."""

    index: int
    point: _Point
    before: _Change | None


class _State(NamedTuple):
    """A solution, partial as long as some classes have not been opened."""

    weight: int
    profit: int
    change: _Change | None = None


class _Around(NamedTuple):
    """What the unopened classes can still gain or lose."""

    capacity: int
    gain: int | None
    """Highest profit per added token, scaled."""
    loss: int | None
    """Lowest profit per token given up, scaled; at least `gain`."""
    least: int
    """Tokens of the lightest addition."""


def choose(classes: Sequence[Sequence[Option]], capacity: int) -> Packing:
    """The most valuable choice of one option each; among equals, the lightest. Deterministic.

    If even the lightest options exceed the capacity, returns those.
    """
    prepared = [_prepared(options, capacity) for options in classes]
    lightest = _State(sum(c.taken.weight for c in prepared), sum(c.taken.profit for c in prepared))
    optimal = True
    picks = [each.taken for each in prepared]
    if lightest.weight <= capacity:
        split, rest = _split(prepared, lightest, capacity)
        optimal, best = _search(prepared, split, _filled(prepared, split, rest, capacity), capacity)
        picks = [each.taken for each in prepared]
        for change in _changes(best):
            picks[change.index] = change.point
    chosen = [options[point.place] for options, point in zip(classes, picks, strict=True)]
    return Packing(
        [point.place for point in picks], sum(o.tokens for o in chosen), sum(o.value for o in chosen), optimal
    )


def _prepared(options: Sequence[Option], capacity: int) -> _Class:
    """The options that no other one beats, lightest first, and their upper hull."""
    unit = max(capacity, 0) + 1
    points = sorted(
        (_Point(option.tokens, option.value * unit - option.tokens, place) for place, option in enumerate(options)),
        key=lambda point: (point.weight, -point.profit, point.place),
    )
    useful = points[:1]
    for point in points[1:]:
        if point.profit > useful[-1].profit and point.weight <= capacity:
            useful.append(point)
    hull: list[_Point] = []
    for point in useful:
        while len(hull) > 1 and _is_below(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return _Class(useful, hull)


def _is_below(left: _Point, middle: _Point, right: _Point) -> bool:
    """Whether the middle point lies on or under the line between the others."""
    return (middle.profit - left.profit) * (right.weight - middle.weight) <= (right.profit - middle.profit) * (
        middle.weight - left.weight
    )


def _up(light: _Point, heavy: _Point) -> int:
    """Profit per token from one point to a heavier one, rounded up."""
    return -(-((heavy.profit - light.profit) << _SCALE) // (heavy.weight - light.weight))


def _split(classes: Sequence[_Class], lightest: _State, capacity: int) -> tuple[_State, Iterator[_Step]]:
    """Take steps along the hulls, the most profitable first, up to one that does not fit; returns that and the rest."""
    weight, profit, _ = lightest
    steps = iter(sorted(_steps(classes), key=lambda step: (-step.efficiency, step.owner, step.place)))
    for step in steps:
        if weight + step.weight > capacity:
            return _State(weight, profit), chain([step], steps)
        classes[step.owner].at = step.place
        weight += step.weight
        profit += step.profit
    return _State(weight, profit), iter(())


def _steps(classes: Iterable[_Class]) -> Iterator[_Step]:
    for index, each in enumerate(classes):
        for place, (light, heavy) in enumerate(zip(each.hull, each.hull[1:], strict=False), start=1):
            yield _Step(_up(light, heavy), index, place, heavy.weight - light.weight, heavy.profit - light.profit)


def _filled(classes: Sequence[_Class], split: _State, rest: Iterator[_Step], capacity: int) -> _State:
    """The split solution plus all later steps that still fit: a good initial solution."""
    stopped: set[int] = set()
    state = split
    for step in rest:
        if step.owner in stopped or state.weight + step.weight > capacity:
            stopped.add(step.owner)  # its later steps start where this one ends
            continue
        point = classes[step.owner].hull[step.place]
        state = _State(state.weight + step.weight, state.profit + step.profit, _Change(step.owner, point, state.change))
    return state


def _search(classes: Sequence[_Class], split: _State, best: _State, capacity: int) -> tuple[bool, _State]:
    """Open classes until no partial solution can win; returns whether that was reached, and the best solution."""
    gains = sorted((-gain, i) for i, each in enumerate(classes) if (gain := each.gain) is not None)
    losses = sorted((loss, i) for i, each in enumerate(classes) if (loss := each.loss) is not None)
    least = min((step for each in classes for step in each.additions), default=0)
    opened: set[int] = set()
    states, looked_at = [split], 0
    up = down = 0
    for index in _in_turn([i for _, i in gains], [i for _, i in losses]):
        while up < len(gains) and gains[up][1] in opened:
            up += 1
        while down < len(losses) and losses[down][1] in opened:
            down += 1
        gain = -gains[up][0] if up < len(gains) else None
        loss = losses[down][0] if down < len(losses) else None
        around = _Around(capacity, gain, loss, least)
        states = [state for state in states if _can_beat(best, state, around)]
        if not states or looked_at > MAX_STATES:
            return not states, best
        states = _opened(states, index, classes[index])
        opened.add(index)
        looked_at += len(states)
        best = max((best, *(s for s in states if s.weight <= capacity)), key=lambda state: state.profit)
    return True, best


def _in_turn(first: Sequence[int], second: Sequence[int]) -> Iterator[int]:
    """Members of both, alternating, each once."""
    seen: set[int] = set()
    for index in chain.from_iterable(zip_longest(first, second)):
        if index is not None and index not in seen:
            seen.add(index)
            yield index


def _can_beat(best: _State, state: _State, around: _Around) -> bool:
    """Whether unopened classes can lift a partial solution above the best one, according to the relaxation.

    Nothing lighter than `least` can be added, so if there is less room, something must be given up first.
    """
    room, gain, loss = around.capacity - state.weight, around.gain, around.loss
    if room < 0:
        return loss is not None and state.profit - (-room * loss >> _SCALE) > best.profit
    given_up = max(0, around.least - room)
    if gain is None or (given_up and loss is None):
        return False
    most = (room + given_up) * gain - given_up * (loss or 0)
    return state.profit + (most >> _SCALE) + 1 > best.profit


def _opened(states: Sequence[_State], index: int, each: _Class) -> list[_State]:
    """All states extended by each option of one more class, without those beaten in weight and profit."""
    made = [
        _State(
            state.weight + point.weight - each.taken.weight,
            state.profit + point.profit - each.taken.profit,
            state.change if point == each.taken else _Change(index, point, state.change),
        )
        for point in each.points
        for state in states
    ]
    made.sort(key=lambda state: (state.weight, -state.profit))
    kept = made[:1]
    for state in made[1:]:
        if state.profit > kept[-1].profit:
            kept.append(state)
    return kept


def _changes(state: _State) -> list[_Change]:
    """The departures of a solution from the greedy one, oldest first; for each class the last one counts."""
    found: list[_Change] = []
    change = state.change
    while change is not None:
        found.append(change)
        change = change.before
    return found[::-1]
