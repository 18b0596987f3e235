"""Reads CSV and TSV, and tables that are drawn with bars."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator

from ctxbudget_server.extract.rows.features import compared
from ctxbudget_server.extract.rows.model import Cell, Row, Table

_DELIMITERS = "\t,;|"
_SAMPLE = 300
_MIN_LINES = 4
_MAX_CELLS = 60
_SHARE = 0.9
"""Share of the lines that must have the same number of cells."""
_RULE = re.compile(r"[\s|+:=┌┬┐├┼┤└┴┘│─╞╪╡═-]+$")
_BAR = re.compile(r"\s*[|│]")
_BRANCH = re.compile(r"[├└]─+[┬─]? ?[^\s─┼┴┬┘┤]")
"""A branch of a tree and what hangs on it."""
_SENTENCE = re.compile(r"[a-z]{2}[.!?]\s+[A-Z]")


def read_delimited(lines: list[str]) -> Table | None:
    """The rows of CSV or TSV: nearly all lines have the same number of delimiters."""
    sample = [x for x in lines[:_SAMPLE] if x.strip() and not x.startswith("#")]
    if len(sample) < _MIN_LINES:
        return None
    for delimiter in _DELIMITERS:
        counts = Counter(len(_split(x, delimiter)) for x in sample)
        width, times = counts.most_common(1)[0]
        if width > (1 if delimiter == "\t" else 2) and times >= _SHARE * len(sample):
            if delimiter == "," and sum(bool(_SENTENCE.search(x)) for x in sample) > len(sample) // 4:
                return None
            return _table(lines, delimiter, width)
    return None


def _split(line: str, delimiter: str) -> list[str]:
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=delimiter))
        except (csv.Error, StopIteration):
            pass
    return line.split(delimiter)


def _table(lines: list[str], delimiter: str, width: int) -> Table:
    parts = [_split(line, delimiter) for line in lines]
    first = next(n for n, part in enumerate(parts) if len(part) == width)
    names = _header(parts[first : first + _SAMPLE])
    looked_at = compared(lines)
    rows = [
        Row(line, tuple(_cells(part, names)) if n in looked_at else ())
        for n, (line, part) in enumerate(zip(lines, parts, strict=True))
        if line.strip()
    ]
    at = sum(bool(line.strip()) for line in lines[: first + 1])
    schema = [row.text for row in rows[:at]] if names else []
    return Table(rows[at:] if names else rows, schema, "row", delimiter)


def _cells(part: list[str], names: list[str]) -> Iterator[Cell]:
    for i, value in enumerate(part[:_MAX_CELLS]):
        yield Cell(names[min(i, len(names) - 1)] if names else str(i), value.strip(), value)


def _header(parts: list[list[str]]) -> list[str]:
    """The names of the columns and one for what exceeds them, if the first row looks like names; else nothing."""
    head = [cell.strip().strip('"') for cell in parts[0]]
    if len(set(head)) < len(head) or not all(head) or any(re.match(r"[-+\d]", name) for name in head):
        return []
    below = {(i, cell.strip()) for part in parts[1:] for i, cell in enumerate(part)}
    return [] if any((i, name) in below for i, name in enumerate(head)) else [*head, "more"]


def read_drawn(lines: list[str]) -> Table | None:
    """The rows of a table that is drawn with bars, as in Markdown or by a database's shell."""
    told = [x for x in lines if x.strip()]
    barred = [x for x in told if _BAR.match(x) and not _RULE.match(x)]
    if sum(bool(_BRANCH.search(x)) for x in barred) > 0.2 * len(barred):
        return None
    if len(barred) < _MIN_LINES or len(barred) + sum(bool(_RULE.match(x)) for x in told) < 0.8 * len(told):
        return None
    names = [c.strip() for c in re.split("[|│]", barred[0].strip().strip("|│"))]
    schema = [barred[0]]
    rows: list[Row] = []
    for line in told:
        if _RULE.match(line):
            if not rows and len(schema) == 1 and line.lstrip().startswith("|"):
                schema.append(line)
        elif not _BAR.match(line):
            rows.append(Row(line, (Cell("note", line.strip()),)))
        elif line is not barred[0]:
            values = [c.strip() for c in re.split("[|│]", line.strip().strip("|│"))]
            rows.append(Row(line, tuple(Cell(n, v, v) for n, v in zip(names, values, strict=False))))
    return Table(rows, schema, "row", " | ")
