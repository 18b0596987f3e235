"""The lines of a record: one for each turn that went, with an id that leads to all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from ctxbudget_server.fit.model import Part

MAX_LINE = 160
"""Characters of what a turn was about."""
MAX_ARGUMENTS = 90
"""Characters of what a call was given."""
SAID = "user: "
"""Before what a person said, where the rest of it has gone."""
BETWEEN = " | "
"""Between the parts of a line."""

_ID = r"i(?:[a-z]+|\d{9})\d+"
_IDS = re.compile(r"(i(?:[a-z]+|\d{9}))(\d+)(?:\.\.i(?:[a-z]+|\d{9})(\d+))?")
_ONLY_IDS = re.compile(rf"{_ID}(?:\.\.{_ID})?(?: {_ID}(?:\.\.{_ID})?)*")
_LABEL = re.compile(rf"{SAID}([A-Z][A-Za-z]*(?: [A-Za-z]+){{0,2}}: )?")
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


def said_briefly(line: str) -> str | None:
    """What a person said, in a line that tells all of it in brief and so needs no id; None for other lines."""
    return line.removeprefix(SAID) if line.startswith(SAID) else None


def label_of(line: str) -> str:
    """The label in front of what a person said in brief (`Rule: `); empty if there is none."""
    match = _LABEL.match(line)
    return (match[1] or "") if match else ""


def folded(lines: Sequence[str]) -> list[str]:
    """Lines as a record writes them: what people said in brief, one after another under one label, is one line."""
    written: list[str] = []
    last = None
    for line in lines:
        said = said_briefly(line)
        label = None if said is None else label_of(line)
        if said is not None and label is not None and label == last:
            written[-1] += BETWEEN + said[len(label) :]
        else:
            written.append(line)
        last = label
    return written


def unfolded(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a record, one for each thing that it tells."""
    for line in lines:
        said = said_briefly(line)
        if said is None:
            yield line
            continue
        label = label_of(line)
        first, *others = said.split(BETWEEN)
        yield SAID + first
        yield from (SAID + label + other for other in others)


def is_short(line: str) -> bool:
    """Whether a line has nothing but ids."""
    return bool(_ONLY_IDS.fullmatch(line))


def ids_alone(lines: Iterable[str]) -> list[str]:
    """One line with the ids of all these, each once and in order; ids that only count on are written as a range."""
    runs: dict[str, list[tuple[int, int, str, str]]] = {}
    for stem, first, last in (found for line in lines for found in _IDS.findall(line.partition(": ")[0])):
        runs.setdefault(stem, []).append((int(first), int(last or first), first, last or first))
    written: list[str] = []
    for stem, given in runs.items():
        joined: list[tuple[int, int, str, str]] = []
        for run in sorted(given):
            before = joined[-1] if joined else None
            if before is None or run[0] > before[1] + 1:
                joined.append(run)
            elif run[1] > before[1]:
                joined[-1] = (before[0], run[1], before[2], run[3])
        written += [f"{stem}{run[2]}" + (f"..{stem}{run[3]}" if run[1] > run[0] else "") for run in joined]
    return [" ".join(written)] if written else []
