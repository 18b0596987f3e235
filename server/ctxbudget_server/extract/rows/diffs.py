"""Reads unified diffs."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from ctxbudget_server.extract.rows.features import compared, template
from ctxbudget_server.extract.rows.lines import parts_of
from ctxbudget_server.extract.rows.model import LINE, Cell, Row, Table

_ABOUT = re.compile(r"(?:diff --git |--- |\+\+\+ |@@ |index [0-9a-f]+\.\.)")
_SAMPLE = 400
_MAX_LINE = 400
"""Characters of a line that are looked at."""
_REPEATED_SHARE = 0.4
"""Share of the changed lines that must be changed alike for a diff to count as rows; any other is code."""


def is_diff(lines: list[str]) -> bool:
    """Whether lines are a unified diff."""
    pairs = zip(lines[:_SAMPLE], islice(lines, 1, _SAMPLE + 1), strict=False)
    files = any(a.startswith("--- ") and b.startswith("+++ ") for a, b in pairs)
    return files and any(x.startswith("@@") for x in lines[:_SAMPLE])


def repeats(lines: list[str]) -> bool:
    """Whether a diff makes the same change many times."""
    changed = [template(x) for x in lines if x[:1] in ("+", "-") and x[1:].strip() and not _ABOUT.match(x)]
    times = Counter(changed)
    return sum(n for n in times.values() if n > 2) > _REPEATED_SHARE * len(changed)


def read_diff(lines: list[str]) -> Table:
    """Lines added and removed are compared; all lines belong to their file."""
    told = [x for x in lines if x.strip()]
    looked_at = compared(told)
    rows: list[Row] = []
    file: int | None = None
    for n, line in enumerate(told):
        sign = line[0] if line[0] in "+-" and not _ABOUT.match(line) else ""
        if line.startswith(("+++ ", "diff --git ")):
            file = n
            rows.append(Row(line, ()))
        elif n not in looked_at or _ABOUT.match(line) or line.startswith(" "):
            rows.append(Row(line, (), file))
        else:
            inner = line.removeprefix(sign).strip()[:_MAX_LINE]
            parts = [Cell(sign + column, value) for column, value, _ in parts_of(inner)] if sign else []
            rows.append(Row(line, (Cell(LINE, line[:_MAX_LINE]), *parts), file))
    return Table(rows)
