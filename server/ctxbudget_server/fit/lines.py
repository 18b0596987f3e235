"""The lines of a record: one for each turn that went, with an id that leads to all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from ctxbudget_server.fit.model import Part

MAX_LINE = 160
"""Characters of what a turn was about."""
MAX_ARGUMENTS = 90
"""Characters of what a call was given."""
SAID = "user: "
"""Before what a person said, where the rest of it has gone."""

_ID = r"i(?:[a-z]+|\d{9})\d+"
_IDS = re.compile(r"(i(?:[a-z]+|\d{9}))(\d+)(?:\.\.i(?:[a-z]+|\d{9})(\d+))?")
_ONLY_IDS = re.compile(rf"{_ID}(?:\.\.{_ID})?(?: {_ID}(?:\.\.{_ID})?)*")
_TELLS_WORDS = re.compile(rf"(?:^|: | \| ){SAID}")


def about(parts: Sequence[Part], called: Callable[[Part], str], most: int = MAX_LINE) -> str:
    """What a turn was about: what was called, or else what was said first."""
    calls = [called(part) for part in parts if part.kind == "call"]
    said = next((part.text for part in parts if part.kind == "text" and part.text.strip()), "")
    return (" + ".join(calls) or " ".join(said.split()))[:most]


def call_line(call: Part, most: int = MAX_ARGUMENTS) -> str:
    """A call in a few words: its tool and the beginning of what it was given."""
    given = " ".join(call.arguments.split())
    return f"{call.tool} {given if len(given) <= most else given[: most - 3] + '...'}"


def beginning(text: str, tokens: int, count: Callable[[str], int]) -> str:
    """The first words of a text on one line, of at most so many tokens; all of it where it is no longer."""
    words = " ".join(text.split())
    cut = words
    length = len(words)
    while cut and (cost := count(cut)) > tokens:
        length = min(len(cut) - 1, max(1, int(length * tokens / cost)))
        shorter = words[:length]
        cut = (shorter.rpartition(" ")[0] if " " in shorter[length // 2 :] else shorter) + "…"
        if length <= 1:
            return "…"
    return cut


def tells_words(line: str) -> bool:
    """Whether a line tells what a person said."""
    return bool(_TELLS_WORDS.search(line))


def is_short(line: str) -> bool:
    """Whether a line has nothing but ids."""
    return bool(_ONLY_IDS.fullmatch(line))


def ids_alone(lines: Iterable[str]) -> list[str]:
    """One line with the ids of all these; ids that only count on are written as a range."""
    runs: list[tuple[str, str, str]] = []
    for found in (match for line in lines for match in _IDS.finditer(line.partition(": ")[0])):
        stem, first, last = found[1], found[2], found[3] or found[2]
        if runs and runs[-1][0] == stem and int(runs[-1][2]) == int(first) - 1:
            runs[-1] = (stem, runs[-1][1], last)
        elif not (runs and runs[-1] == (stem, first, last)):
            runs.append((stem, first, last))
    written = [f"{stem}{first}" if first == last else f"{stem}{first}..{stem}{last}" for stem, first, last in runs]
    return [" ".join(written)] if written else []
