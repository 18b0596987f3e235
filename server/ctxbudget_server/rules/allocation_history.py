"""The strategy that learns: each phase gets what past runs used for it, scaled to what there is.

Choices that were measured are measured again by `benchmarks/allocation.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from statistics import median
from typing import Final, NamedTuple

from ctxbudget_protocol.words import AllocationBasis, Provenance, Scope
from ctxbudget_server.rules.allocation import AllocationError, PhaseNeed, Shared
from ctxbudget_server.rules.planning import Assumed, outline_of_scope, phases_in_words
from ctxbudget_server.rules.shares import apportion, decimal

MIN_RUNS: Final = 3
"""Past runs that a phase must have to be given what they used."""
HEADROOM: Final = Fraction(5, 4)
"""Up to this multiple of its figure, a smaller phase is served before a larger one. Without the quarter, totals that
are just enough leave more phases over their allocation."""

ROUGHNESS: Final[Sequence[Provenance]] = ("exact", "reported", "calibrated", "estimated")
"""Provenances, from the figures that are certain to those that are not."""


class PastPhase(NamedTuple):
    """What a completed phase of a past run used, tokens, and where the roughest part of that figure comes from."""

    number: int
    name: str | None
    tokens: int
    provenance: Provenance


PastRun = Sequence[PastPhase]
"""The completed phases of one past run that recorded anything."""


class Learned(NamedTuple):
    """What past runs say about a phase, and where its weight in the division comes from."""

    runs: int
    tokens: int | None
    """What they used at the quantile, tokens; None: there are too few."""
    provenance: Provenance | None
    basis: AllocationBasis


class Divided(NamedTuple):
    """A division, what it was learned from by phase, and what had to be assumed."""

    shared: Shared
    learned: Mapping[int, Learned]
    assumed: Sequence[Assumed]


def taking_part(scope: Scope, runs: Sequence[PastRun]) -> list[PhaseNeed]:
    """The phases to expect if nobody lists any: those of at least half of the past runs, else those of the scope."""
    names: dict[int, str | None] = {}
    counts: dict[int, int] = {}
    for run in runs:
        for phase in run:
            names[phase.number] = names.get(phase.number) or phase.name
            counts[phase.number] = counts.get(phase.number, 0) + 1
    usual = [number for number, count in counts.items() if 2 * count >= len(runs)] if len(runs) >= MIN_RUNS else []
    if usual:
        return [PhaseNeed(number, names[number]) for number in sorted(usual)]
    return [one.need for one in outline_of_scope(scope).phases]


def by_history(total: int, needs: Sequence[PhaseNeed], runs: Sequence[PastRun], quantile: float) -> Divided:
    """All of `total` by what past runs used for each phase at the quantile; `runs` have the latest first.

    A phase with fewer than `MIN_RUNS` of them has its share by complexity, relative to the other phases; without
    complexities, it counts like the middle one of the others.
    """
    if not needs:
        raise AllocationError("the strategy history requires phases that are not finished", field="phases")
    for need in needs:
        if need.complexity is not None and need.complexity <= 0:
            raise AllocationError(
                f"phase {need.number} has a complexity that is not above 0", need.number, "complexity"
            )
    learned = {need.number: _learned(need, runs, quantile) for need in needs}
    without = [number for number, one in learned.items() if one.basis != "history"]
    if not any(one.tokens for one in learned.values()):
        without = list(learned)
        parts = apportion(total, [need.complexity or 1 for need in needs] if _weighs(needs) else [1] * len(needs))
    else:
        parts = share_out(total, _figures(needs, learned))
    basis: AllocationBasis = "complexity" if _weighs(needs) else "even"
    learned |= {number: learned[number]._replace(basis=basis) for number in without}
    shared = Shared({need.number: part for need, part in zip(needs, parts, strict=True)}, 0, total)
    return Divided(shared, learned, [*_fallback(without, learned, basis), *_short(shared, learned)])


def quantile_of(figures: Sequence[int], quantile: float) -> int:
    """The figure that the next run stays within with this probability, tokens: at rank quantile x (n + 1), interpolated
    and rounded up, never beyond the largest seen (Hyndman and Fan 1996, definition 6).

    The usual definition, at 1 + quantile x (n - 1), is too low for a handful of runs.
    """
    ordered = sorted(figures)
    rank = Fraction(decimal(quantile)) * (len(ordered) + 1)
    below = rank.numerator // rank.denominator
    if below < 1:
        return ordered[0]
    if below >= len(ordered):
        return ordered[-1]
    step = (rank - below) * (ordered[below] - ordered[below - 1])
    return ordered[below - 1] - (-step.numerator // step.denominator)


def share_out(total: int, figures: Sequence[int]) -> list[int]:
    """Divide `total` by what is likely to be used; the parts sum to it exactly.

    If there is enough for every figure and a quarter more, in proportion. If not, no phase gets more than that, and the
    largest are cut to a common height, so that a shortage does not put every phase over its allocation. A larger figure
    never gets less than a smaller one.
    """
    limits = [-(-figure * HEADROOM.numerator // HEADROOM.denominator) for figure in figures]
    if total >= sum(limits):
        return apportion(total, limits if any(limits) else [1] * len(limits))
    parts = [0] * len(limits)
    rising = sorted(range(len(limits)), key=lambda i: (limits[i], -i))
    left = total
    while rising and limits[rising[0]] * len(rising) <= left:
        smallest = rising.pop(0)
        parts[smallest] = limits[smallest]
        left -= limits[smallest]
    height, more = divmod(left, len(rising))
    for place, i in enumerate(reversed(rising)):
        parts[i] = height + (place < more)
    return parts


def _learned(need: PhaseNeed, runs: Sequence[PastRun], quantile: float) -> Learned:
    found = [phase for run in runs if (phase := matching(need, run)) is not None]
    if len(found) < MIN_RUNS:
        return Learned(len(found), None, None, "even")
    tokens = quantile_of([phase.tokens for phase in found], quantile)
    return Learned(len(found), tokens, max((one.provenance for one in found), key=ROUGHNESS.index), "history")


def _weighs(needs: Sequence[PhaseNeed]) -> bool:
    """Whether each phase has a complexity; the scale of some alone is unknown."""
    return all(need.complexity is not None for need in needs)


def matching(need: PhaseNeed, run: PastRun) -> PastPhase | None:
    """The phase of a past run that is the same as the one needed: by name if both have one, else by number."""
    wanted = _plain(need.name)
    if wanted:
        named = [phase for phase in run if _plain(phase.name) == wanted]
        if named:
            return min(named, key=lambda phase: (phase.number != need.number, phase.number))
    same = next((phase for phase in run if phase.number == need.number), None)
    return same if same is not None and not (wanted and _plain(same.name)) else None


def _plain(name: str | None) -> str:
    return " ".join((name or "").casefold().split())


def _figures(needs: Sequence[PhaseNeed], learned: Mapping[int, Learned]) -> list[int]:
    """The figure by which each phase takes part, tokens; at least one phase has one of past runs."""
    known = {number: one.tokens for number, one in learned.items() if one.tokens is not None}
    if _weighs(needs):
        weights = {need.number: Fraction(decimal(need.complexity or 1)) for need in needs}
        each = sum(known.values()) / sum((weights[number] for number in known), Fraction(0))
    else:
        weights, each = {need.number: Fraction(1) for need in needs}, Fraction(median(known.values()))
    return [known[number] if number in known else max(1, round(weight * each)) for number, weight in weights.items()]


def _fallback(without: Sequence[int], learned: Mapping[int, Learned], basis: AllocationBasis) -> list[Assumed]:
    if not without:
        return []
    alone = len(without) == len(learned)
    how = "by complexity, as with `dynamic`"
    if basis == "even":
        how = "evenly, since not each has a complexity" if alone else "as if it were the middle one of the others"
    them = phases_in_words(without)
    most = max(learned[number].runs for number in without)
    if most >= MIN_RUNS:
        why = f"past runs used nothing for {them}"
    elif most:
        why = f"fewer than {MIN_RUNS} past runs of this scope have {them}"
    else:
        why = f"no past run of this scope has {them}"
    return [Assumed("fewRuns", [*without], f"{why}: shared out {how}")]


def _short(shared: Shared, learned: Mapping[int, Learned]) -> list[Assumed]:
    """That phases get less than past runs used, if they do."""
    cut = [number for number, one in learned.items() if one.tokens is not None and shared.parts[number] < one.tokens]
    if not cut:
        return []
    used = sum(learned[number].tokens or 0 for number in cut)
    given = sum(shared.parts[number] for number in cut)
    message = (
        f"{shared.total:,} tokens are less than past runs used and a quarter more: the largest are cut, and "
        f"{phases_in_words(cut)} {'gets' if len(cut) == 1 else 'get'} {given:,} instead of {used:,}"
    )
    return [Assumed("shortTotal", cut, message)]
