"""Finds a log's significant lines: errors first, then warnings, with repeats folded, and how it ended."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ctxbudget_server.markdown.lines import bare_lines, strip_ansi
from ctxbudget_server.markdown.model import Check, no_check

_ERROR = re.compile(
    r"\b(?:error|errors|fatal|critical|panic|exception|traceback|fail(?:ed|ure|ures)?|denied|refused"
    r"|timed? ?out|cannot|could not"
    r"|unable|segfault|killed|oom|abort(?:ed)?)\b|\w(?:Error|Exception)\b|^[EF]\d{4} |❌|✗",
    re.I,
)
_HARMLESS = re.compile(r"\b(?:0|no) (?:errors?|failures?|failed)\b|\berrors?[=:] ?0\b", re.I)
_WARNING = re.compile(r"\bwarn(?:ing)?\b|^W\d{4} |⚠", re.I)
_VARIABLE = re.compile(
    r"\d{4}-\d\d-\d\d[T ][\d:.,]+(?:Z|[+-]\d\d:?\d\d)?|\b\d\d:\d\d:\d\d(?:[.,]\d+)?|\b0x[0-9a-f]+\b"
    r"|\b[0-9a-f]{7,40}\b|\d+",
    re.I,
)
MAX_LINE = 400
MAX_LINES = 200_000


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that represents all lines of its shape; `line` is 0-based."""

    text: str
    line: int
    times: int
    weight: int  # 2 an error, 1 a warning, 0 neither


def fold_lines(text: str, check: Check = no_check) -> list[LogLine]:
    """The distinct lines of a log, in order; lines that differ only in figures and times are folded into the first."""
    shapes: dict[str, list[int]] = {}
    lines = bare_lines(strip_ansi(text))
    for n, line in enumerate(lines[:MAX_LINES]):
        if n % 5000 == 0:
            check()
        if line.strip():
            shapes.setdefault(_VARIABLE.sub("#", line.strip()[:MAX_LINE]), []).append(n)
    found: list[LogLine] = []
    for places in shapes.values():
        line = lines[places[0]].strip()
        weight = 0
        if len(line) <= MAX_LINE:
            if _ERROR.search(line) and not _HARMLESS.search(line):
                weight = 2
            elif _WARNING.search(line):
                weight = 1
            found.append(LogLine(line, places[0], len(places), weight))
    return found


def telling_lines(folded: list[LogLine]) -> list[LogLine]:
    """The folded lines, most significant first: errors, warnings, the last lines, the rest from the start."""
    last = {x.line for x in folded[-3:]}
    return sorted(folded, key=lambda x: (-x.weight, x.line not in last, x.line))
