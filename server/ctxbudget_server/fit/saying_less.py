"""In which order people's words become less, where they have no room: the same in arrays and in texts.

First what is no longer valid, or was said again later; then the longest and oldest; then what states nothing; then
statements stand in brief. What states most for its tokens goes last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

LONG_WORDS = 120
"""Tokens from which what a person said is worth a lead before shorter words are."""
BRIEF_WORDS, FEW_WORDS = 24, 10
"""Tokens that are left of what a person said: first, and in the end."""
BRIEF_SHARE = 3
"""Of short words a third is left at first: a lead that is hardly shorter would cost more people their words."""
LENGTHY = 30
"""Tokens of a statement above which its beginning stands before other statements go."""
IDLE, FIRM = 1.5, 2.5
"""Worth of words below which they state nothing, and from which on they state something for certain."""
OF_A_LINE = 12
"""Tokens of a line beside what a person said."""
OF_AN_ID = 12
"""Tokens of an id that stands alone, and of the range that it is taken out of."""
MAX_LEAD_OF_WORDS = 400
"""Most tokens of the first lead of what a person said."""


class Said(NamedTuple):
    """What a person said once."""

    tokens: int
    weights: Sequence[float]
    """How much each of its sentences states that is valid."""
    in_brief: int | None
    """Tokens of all of it in brief; None if it is too long for that."""
    place: float
    """Where it was said, from 0 to 1."""
    is_replaced: bool
    has_lead: Callable[[int], bool]
    """Whether so many tokens have room for a part that says something."""

    @property
    def stated(self) -> float:
        """What its most telling sentence states."""
        return max(self.weights, default=0.0)


class Less(NamedTuple):
    """One person's words become less."""

    number: int
    """Of the words."""
    left: int
    """Tokens that are left."""
    whole: int | None = None
    """Tokens of all of it in brief, where nothing is left: it comes back so, or not at all."""


def saying_less(said: Sequence[Said]) -> Iterator[Less]:
    """The steps, in order."""
    numbers = range(len(said))
    for n in (n for n in numbers if said[n].is_replaced):
        yield Less(n, said[n].tokens if said[n].stated >= IDLE else 0)
    long = (n for n in numbers if said[n].tokens > LONG_WORDS)
    for n in sorted(long, key=lambda n: (1 + said[n].place) / said[n].tokens):
        yield Less(n, min(MAX_LEAD_OF_WORDS, said[n].tokens // 4))
    idle = [n for n in numbers if said[n].stated < IDLE]
    for n in idle:
        yield Less(n, min(BRIEF_WORDS, max(FEW_WORDS, said[n].tokens // BRIEF_SHARE)))
    for left in (FEW_WORDS, 0):
        yield from (Less(n, left) for n in idle if not left or said[n].tokens > left + OF_A_LINE)
    yield from _saying_less_than_stated(said, [n for n in numbers if said[n].stated >= IDLE])


def _saying_less_than_stated(said: Sequence[Said], telling: Sequence[int]) -> Iterator[Less]:
    for n in telling:
        if (in_brief := said[n].in_brief) is not None:
            yield Less(n, in_brief)
    lengthy = [n for n in telling if said[n].tokens > LENGTHY or said[n].stated < FIRM]
    for numbers, left in ((telling, BRIEF_WORDS), (lengthy, FEW_WORDS)):
        yield from (Less(n, left) for n in numbers if _wins(said[n], left))
    for n in sorted(telling, key=lambda n: (_worth(said[n]), n)):
        yield Less(n, 0, said[n].in_brief)


def _wins(one: Said, left: int) -> bool:
    """Whether a lead of so many tokens wins room, and says something."""
    if one.in_brief is None:
        return one.tokens > left + OF_A_LINE
    return one.in_brief > left + OF_A_LINE + OF_AN_ID and one.has_lead(left)


def _worth(one: Said) -> float:
    """What a statement states, for each token of the least that says it."""
    if one.in_brief is not None:
        return sum(one.weights) / one.in_brief
    return one.stated / (OF_A_LINE + min(one.tokens, BRIEF_WORDS))
