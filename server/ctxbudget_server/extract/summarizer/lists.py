"""Adds lists to the text: whole if they fit, else cut at their end with the number of entries left out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from ctxbudget_server.extract.listed import more_of
from ctxbudget_server.extract.summarizer.composer import Composer, left_out_line
from ctxbudget_server.markdown.sentences import split_sentences, word_count

_LEAD = re.compile(r"(.{2,80}?)(?::| [-–—]) +(?=\S)")
_MIN_LEAD_WORDS = 2
_BRACKETS = re.compile(r"\s*\([^()]{3,}\)(?=\s*$)")
_NAME_WORDS = 8
"""A name with more words is cut at its first dash, colon or comma, if that leaves at least two words."""
_NAME_CUT = re.compile(r"\s+[-–—]\s+|[:;,]\s+|\s+\(")


def add_list(
    composer: Composer,
    part: int,
    lines: Sequence[str],
    limit: int,
    *,
    brief: Sequence[str] | None = None,
    ample: int | None = None,
    order: float | None = None,
) -> list[str]:
    """Add the first lines of a list that together fit `limit` tokens, and say how many more there are.

    With `brief` forms of the lines, more of them fit: only as many lines are in full, from the first on, as fit what
    the brief forms leave of `limit`, or of `ample`. Returns the lines added, in full.
    """
    short = [composer.cost(line) for line in brief or lines]
    room = min(limit, composer.left) - composer.label_cost(part)
    more = more_of(lines)
    kept = _fitting(composer, short, room, more)
    spare = min(room, room if ample is None else ample) - sum(short[:kept])
    added: list[str] = []
    group = composer.new_group()
    for n, line in enumerate(lines[:kept]):
        text = line
        if brief is not None and line != brief[n]:
            extra = composer.cost(line) - short[n]
            text, spare = (line, spare - extra) if extra <= spare else (brief[n], spare)
        if not composer.add(part, text, None if order is None else order + n, group=group):
            break
        added.append(line)
    more += len(lines) - len(added)
    if added and more:
        composer.add(part, left_out_line(more), None if order is None else order + len(added), group=group)
    return added


def _fitting(composer: Composer, costs: list[int], room: int, more: int) -> int:
    """How many of the first lines fit, with a line that says how many more there are; `more` are not among them."""
    sums = [0, *accumulate(costs)]
    if sums[-1] <= room and not more:
        return len(costs)
    most = len(costs) if more else len(costs) - 1
    return next(
        (n for n in range(most, 0, -1) if sums[n] + composer.cost(left_out_line(len(costs) - n + more)) <= room),
        0,
    )


class Inline(NamedTuple):
    """A list that is given in one line."""

    label: str
    entries: Sequence[str]
    separator: str


def inline(listed: Inline, composer: Composer, limit: int) -> str:
    """The first entries that fit, in one line under a label, with the number of those left out; '' if none fits."""
    for kept in range(len(listed.entries), 0, -1):
        left = len(listed.entries) - kept + more_of(listed.entries)
        more = [f"… {left} more"] if left else []
        line = f"{listed.label} {listed.separator.join([*listed.entries[:kept], *more])}"
        if composer.fits(line, limit):
            return line
    return ""


def brief_entry(entry: str) -> str:
    """What an entry is about: its lead before a colon or dash, or its first sentence."""
    lead = _LEAD.match(entry)
    if lead and word_count(lead[1]) >= _MIN_LEAD_WORDS:
        return lead[1]
    sentences = split_sentences(entry)
    return sentences[0] if sentences else entry


def brief_name(name: str) -> str:
    """A name without what explains it."""
    name = _BRACKETS.sub("", name) or name
    if word_count(name) <= _NAME_WORDS:
        return name
    return next((name[: m.start()] for m in _NAME_CUT.finditer(name) if word_count(name[: m.start()]) >= 2), name)
