"""Reads lines of any kind: logs, listings, tables without bars, results of searches, messages of compilers."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

from ctxbudget_server.extract.rows.features import compared
from ctxbudget_server.extract.rows.model import LINE, Cell, Row, Table
from ctxbudget_server.extract.rows.nesting import CLOSING, joined, nested

_PART = re.compile(r"[\w.@/-]+=\"[^\"]*\"|\S+")
_PAIR = re.compile(r"([A-Za-z_][\w.@/-]*)[=:](.+)", re.S)
_FIGURE = re.compile(r"[-+]?\d[\d.,]*")
_UNIT = re.compile(r"[A-Za-z%°]{1,3}")
_HEADER = re.compile(r"[^\d]+$")
_RULE = re.compile(r"[\s=+*-]+$")
_GAP = re.compile(r"\s{2,}")
_HEAD = 8
"""Number of lines that the header may be in."""
_PARTS = 24
_PLAIN = 2
"""After so many plain words a line is a sentence, and its parts are not compared by their places."""
_MAX_LINE = 400
"""Characters of a line that are looked at."""


def read_lines(lines: list[str]) -> Table:
    """Lines compared as wholes, and by their parts."""
    rows, parents = nested(lines)
    head, names, wide = _header(rows)
    found: list[Row] = []
    looked_at = compared(rows[head:])
    for n, line in enumerate(rows[head:]):
        parent = parents[n + head]
        inner = line.strip()[:_MAX_LINE]
        cells: list[Cell] = []
        if n in looked_at and not CLOSING.match(line) and not _RULE.match(line):
            parts = _columned(inner, names, wide) if names else parts_of(inner)
            cells = [Cell(LINE, inner), Cell("~width", str(len(inner.split()))), *parts]
        found.append(Row(line, tuple(cells), parent - head if parent is not None and parent >= head else None))
    return Table(joined(found, alike=True), rows[:head], between="\n")


def _header(rows: list[str]) -> tuple[int, list[str], bool]:
    """How many lines come before the first row, the columns' names, and whether wide gaps separate them."""
    for at, line in enumerate(rows[:_HEAD]):
        names = line.split()
        below = [x[:_MAX_LINE] for x in rows[at + 1 : at + 200] if not _RULE.match(x)]
        if len(names) < 2 or len(below) < 4 or not _HEADER.match(line) or line.rstrip().endswith((":", ".", ";", "{")):
            continue
        if sum(any(c.isdigit() for c in x) for x in below) < 0.6 * len(below):
            continue
        ruled = at + 1 < len(rows) and bool(_RULE.match(rows[at + 1]))
        more = at + 2 if ruled else at + 1
        gaps = _GAP.split(line.strip())
        if len(gaps) > 1 and sum(len(_GAP.split(x.strip())) == len(gaps) for x in below) > 0.8 * len(below):
            return more, gaps, True
        off = abs(Counter(len(x.split()) for x in below).most_common(1)[0][0] - len(names))
        upper = sum(name.upper() == name for name in names) > 0.5 * len(names)
        capital = all(name[:1].isupper() for name in names[:2])
        if upper or ruled or (off <= 2 and capital):
            return more, names, False
    return 0, [], False


def _columned(line: str, names: list[str], wide: bool) -> list[Cell]:
    parts = _GAP.split(line) if wide else line.split(None, len(names) - 1)
    return [Cell(name, value) for name, value in zip(names, parts, strict=False)]


def parts_of(line: str) -> list[Cell]:
    """The parts of a line: what has a name, figures by the word before them, anything else by its place."""
    cells: list[Cell] = []
    parts = [m[0] for m in islice(_PART.finditer(line), _PARTS)]
    plain = 0
    for n, part in enumerate(parts):
        if plain < _PLAIN:
            plain = plain + 1 if part.isalpha() and part.islower() else 0
        pair = _PAIR.fullmatch(part)
        if pair and _is_pair(part, pair):
            cells.append(Cell(pair[1], pair[2]))
        elif _FIGURE.fullmatch(part):
            unit = parts[n + 1] if n + 1 < len(parts) and _UNIT.fullmatch(parts[n + 1]) else ""
            before = parts[n - 1] if n and parts[n - 1].isalpha() else ""
            cells.append(Cell(f"{before} #" if before else str(n), f"{part} {unit}" if unit else part))
        elif plain < _PLAIN:
            cells.append(Cell(str(n), part))
    return cells


def _is_pair(part: str, pair: re.Match[str]) -> bool:
    """Whether a part is `name=value`, or `name:value` where that does not look like an address, a place or a time."""
    if part[len(pair[1])] == "=":
        return True
    return not pair[2].startswith(("//", ":")) and not pair[2][0].isdigit() and "/" not in pair[1]
