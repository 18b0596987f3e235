"""How much work a phase of a plan is, from what the plan states about it.

A phase is what the whole plan's `phases + 0.3 tasks + 0.1 hours + dependencies` has of it, without its dependencies:
they say when a phase may start, not how large it is, and counting them ranks the phases of recorded workflows worse. A
stated size in lines ranks them better (benchmarks/plans.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from ctxbudget_protocol.words import ComplexityBasis

PER_PHASE, PER_TASK, PER_HOUR, PER_LINE = 1, 0.3, 0.1, 0.003


class Work(NamedTuple):
    """The work that a phase states. `stated` is the complexity that the plan itself gives it; None: it gives none."""

    tasks: int = 0
    hours: float = 0.0
    lines: float = 0.0
    stated: float | None = None

    @property
    def is_sized(self) -> bool:
        """Whether anything says how large the phase is."""
        return bool(self.tasks or self.hours or self.lines)


class Complexity(NamedTuple):
    """A weight without a unit, where it is from, and how it came about, for people."""

    value: float
    basis: ComplexityBasis
    how: str


def complexities(work: Sequence[Work]) -> list[Complexity]:
    """The complexity of each phase of a plan, two decimals.

    Figures of the plan's own count only if each phase has one above 0, since their scale is unknown. In a plan that
    lists tasks, a phase without any is small; in one that gives times alone, a phase without is of unknown size and
    weighs as much as the middle one of the others.
    """
    if work and all(one.stated is not None and one.stated > 0 for one in work):
        return [Complexity(one.stated or 0.0, "stated", "stated in the plan") for one in work]
    computed = {n: _computed(one) for n, one in enumerate(work) if one.is_sized}
    if any(one.tasks for one in work) or not computed:
        usual = Complexity(PER_PHASE, "default", f"{PER_PHASE}: no tasks, no time and no size are stated")
    else:
        middle = round(median(one.value for one in computed.values()), 2)
        usual = Complexity(middle, "default", f"{middle:g}: the middle one of the phases that state a time or a size")
    return [computed.get(n, usual) for n in range(len(work))]


def _computed(work: Work) -> Complexity:
    parts = [(PER_TASK, work.tasks, "tasks"), (PER_HOUR, work.hours, "hours"), (PER_LINE, work.lines, "lines")]
    value = PER_PHASE + sum(weight * amount for weight, amount, _ in parts)
    told = [f"{weight:g} x {amount:g} {unit}" for weight, amount, unit in parts if amount]
    return Complexity(round(value, 2), "computed", " + ".join([f"{PER_PHASE:g}", *told]))
