"""Fences within fences: which lines that look like a fence are only content of another.

CommonMark ends a fence at the first bare fence line, so that one within another turns the rest of a document inside
out. Agents nest them: a block of Markdown holds a block of code, and both end with a bare line. Nothing but such
nesting is read differently here, and only where the lines balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

FENCE = re.compile(r"( *)(`{3,}|~{3,})(.*)$")


class FenceLine(NamedTuple):
    """A line that looks like a fence; `info` is what follows the mark, and a bare one has none."""

    line: int
    indent: int
    mark: str
    info: str


class Nesting(NamedTuple):
    """The numbers of the lines that are content of a fence, and those of the fences that may be read in two ways."""

    content: frozenset[int]
    unsure: tuple[int, ...]


NO_NESTING = Nesting(frozenset(), ())


def fence_lines(lines: Iterable[str], start: int = 0) -> list[FenceLine]:
    """The lines that look like fences, numbered from `start`."""
    return [
        FenceLine(number, len(match[1]), match[2], match[3].strip())
        for number, line in enumerate(lines, start)
        if ("```" in line or "~~~" in line)
        and (match := FENCE.match(line.rstrip("\r\n")))
        and not (match[2][0] == "`" and "`" in match[3])
    ]


def nesting_of(fences: Sequence[FenceLine]) -> Nesting:
    """How the fences of a text nest, in time proportional to their number.

    A fence holds another if a line with an info string follows in it and the lines balance: if as many bare lines
    follow as are needed to end both. It is read so unless the fences after it would then be left unbalanced.
    """
    if not any(fence.info for fence in fences):
        return NO_NESTING
    ends = _balanced_ends(fences)
    surplus = _surplus(fences)
    content: set[int] = set()
    unsure: list[int] = []
    at = 0
    while (first := _next(fences, at)) is not None:
        end = ends.get(at)
        if not fences[first].info or end is None:
            closed = _next(fences, at, bare=True)
            if closed is None:
                break
            at = closed + 1
            continue
        balanced = surplus[end + 1] % 2 == 0
        if not balanced or (end + 1 < len(fences) and not fences[end + 1].info):
            unsure.append(fences[at].line)
        if balanced:
            content.update(fence.line for fence in fences[at + 1 : end])
        at = (end if balanced else _next(fences, at, bare=True) or first) + 1
    return Nesting(frozenset(content), tuple(unsure))


def _balanced_ends(fences: Sequence[FenceLine]) -> dict[int, int]:
    """By the index of a fence line that begins a fence: the index of the one that ends it, if all nest."""
    ends: dict[int, int] = {}
    above: list[int] = []
    for i, fence in enumerate(fences):
        if above and not _matters(fence, fences[above[-1]]):
            continue
        if above and not fence.info:
            ends[above.pop()] = i
        else:
            above.append(i)
    return ends


def _surplus(fences: Sequence[FenceLine]) -> list[int]:
    """By index: how many more bare lines than others there are from there on."""
    found = [0]
    for fence in reversed(fences):
        found.append(found[-1] + (-1 if fence.info else 1))
    return found[::-1]


def _next(fences: Sequence[FenceLine], at: int, *, bare: bool = False) -> int | None:
    """The index of the next line that matters within the fence that begins at an index."""
    for i in range(at + 1, len(fences)):
        if _matters(fences[i], fences[at]) and not (bare and fences[i].info):
            return i
    return None


def _matters(fence: FenceLine, outer: FenceLine) -> bool:
    """Whether a line could end a fence, if it were bare."""
    return fence.mark.startswith(outer.mark) and fence.indent <= max(3, outer.indent + 3)
