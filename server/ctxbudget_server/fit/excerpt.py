"""Lines of a long text, word for word: those about a focus, its beginning and its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from math import fsum

GAP = "…"
"""Where lines are left out."""
MAX_PIECE = 400
"""Characters of a line above which it is taken in pieces."""

TRIES, SAFETY = 6, 0.98
"""How often less is taken, and how much less: what pieces cost together is known roughly before."""

_WORD = re.compile(r"\w{3,}")


def excerpt(text: str, tokens: int, focus: str | None, count: Callable[[str], int]) -> str:
    """As much of a text as so many tokens hold, as it stands and in its order; a gap is marked."""
    pieces = list(_pieces(text))
    each = count(text) / max(1, len(text))
    room = float(tokens)
    for _ in range(TRIES):
        made = _written(pieces, _chosen(pieces, room, each, focus))
        cost = count(made)
        if cost <= tokens:
            return made
        room *= SAFETY * tokens / cost
    return ""


def _pieces(text: str) -> Iterator[str]:
    """Lines with their ends; a huge one in pieces."""
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), MAX_PIECE):
            yield line[start : start + MAX_PIECE]


def _chosen(pieces: Sequence[str], room: float, each: float, focus: str | None) -> set[int]:
    """Places of the pieces that are taken. Rare words of the focus say most of what is looked for."""
    wanted = set(_WORD.findall(focus.lower())) if focus else set()
    found = [wanted.intersection(_WORD.findall(piece.lower())) if wanted else set() for piece in pieces]
    times: dict[str, int] = {}
    for words in found:
        for word in words:
            times[word] = times.get(word, 0) + 1
    chosen: set[int] = set()

    def take(places: Iterator[int], room: float) -> float:
        for place in places:
            cost = len(pieces[place]) * each + (0 if {place - 1, place + 1} & chosen else 2)
            if place not in chosen and cost <= room:
                chosen.add(place)
                room -= cost
        return room

    telling = [(fsum(1 / times[word] for word in words), place) for place, words in enumerate(found) if words]
    left = take((place for _, place in sorted(telling, key=lambda one: (-one[0], one[1]))), room / 2) + room / 2
    take(_from_both_ends(len(pieces)), left if telling else room)
    return chosen


def _from_both_ends(length: int) -> Iterator[int]:
    for place in range((length + 1) // 2):
        yield place
        if place != length - 1 - place:
            yield length - 1 - place


def _written(pieces: Sequence[str], chosen: set[int]) -> str:
    made: list[str] = []
    last = -1
    for place in sorted(chosen):
        if place != last + 1:
            made.append(("" if not made or made[-1].endswith("\n") else " ") + GAP + "\n")
        made.append(pieces[place])
        last = place
    if chosen and last != len(pieces) - 1:
        made.append(GAP)
    return "".join(made).strip("\n")
