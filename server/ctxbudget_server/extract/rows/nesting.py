"""Which line of a text belongs to which: by indentation, branches, sections in brackets, headings and blank lines."""

from __future__ import annotations

import re
from collections import Counter

from ctxbudget_server.extract.rows.model import Cell, Row

SECTION = re.compile(r"\[+[^\[\]=]{1,200}\]+\s*$")
CLOSING = re.compile(r"[\s)\]}>;,]*$|\s*end\s*$")
"""A line that only ends something."""
_BRANCH = re.compile(r"[\s│├└─┬┼|`]*[├└]─*\s?|[\s│]+(?=\S)")
_NAME = re.compile(r"\s{0,4}(?:name|id|title)\s*[:=]\s*\S")
"""A line that says which of many blocks this is."""
_NUMBERED = re.compile(r"\s*\d+[:-]")
_SAMPLE = 400
_MIN_BLOCKS, _BLOCK_SHARE = 4, 0.6
"""From how many blocks on, and which share of them must begin alike and have more than one line."""
_MIN_RECORDS, _MAX_RECORD = 4, 14
"""From how many siblings on sections count as records, and how many lines these may have on average."""
_ALIKE_SHARE = 0.7


def nested(lines: list[str]) -> tuple[list[str], list[int | None]]:
    """The lines that are not blank, and which line each belongs to."""
    sample = lines[:_SAMPLE]
    drawn = any(mark in line for line in sample for mark in ("├", "└"))
    numbered = sum(bool(_NUMBERED.match(x)) for x in sample) > 0.5 * sum(bool(x.strip()) for x in sample)
    blocks = _blocks(lines)
    are_long = len(lines) > _MAX_RECORD * len(blocks)
    rows: list[str] = []
    parents: list[int | None] = []
    open_: list[tuple[int, int]] = []
    section: int | None = None
    heading: int | None = None
    named = False
    for at, line in enumerate(lines):
        bare = line.strip()
        if at in blocks:
            open_, heading, named = [], None, False
        if not bare or bare == "---":
            continue
        n = len(rows)
        rows.append(line.rstrip())
        branch = _BRANCH.match(line) if drawn else None
        depth = branch.end() if branch else len(line) - len(line.lstrip(" \t"))
        while open_ and open_[-1][0] >= depth:
            open_.pop()
        if not depth and SECTION.match(bare):
            section, open_ = n, []
            parents.append(None)
            continue
        parent = open_[-1][1] if open_ else section
        if at in blocks:
            heading = n
        elif parent is None and (blocks or numbered):
            if blocks or _NUMBERED.match(line):
                parent = heading
            else:
                heading = n
        parents.append(parent)
        if blocks and are_long and not named and _NAME.match(line):
            heading, named = n, True
        if not CLOSING.match(line):
            open_.append((depth, n))
    return rows, parents


def _blocks(lines: list[str]) -> set[int]:
    """The places of lines at which a block begins, if most blocks between blank lines or rules begin alike."""
    starts: list[int] = []
    fresh = True
    for at, line in enumerate(lines):
        bare = line.strip()
        if not bare or bare == "---":
            fresh = True
        elif fresh:
            starts.append(at)
            fresh = False
    if len(starts) < _MIN_BLOCKS:
        return set()
    firsts = Counter(re.split(r"[\s:=]", lines[at].strip()[:100], maxsplit=1)[0] for at in starts)
    longer = sum(at + 1 < len(lines) and bool(lines[at + 1].strip()) for at in starts)
    alike = firsts.most_common(1)[0][1]
    return set(starts) if min(alike, longer) >= _BLOCK_SHARE * len(starts) else set()


def joined(rows: list[Row], *, alike: bool) -> list[Row]:
    """The rows with those below a section joined to it, if it has siblings and all of them are small.

    `alike` demands that nearly all of the sections have the same number of lines; their cells are then compared line by
    line.
    """
    below = [0] * len(rows)
    for n in range(len(rows) - 1, -1, -1):
        parent = rows[n].parent
        if parent is not None:
            below[parent] += below[n] + 1
    siblings: dict[tuple[int | None, int], list[int]] = {}
    for n, row in enumerate(rows):
        if below[n]:
            siblings.setdefault((row.parent, _depth(row.text)), []).append(n)
    heads: dict[int, int] = {}
    for members in siblings.values():
        if len(members) >= _MIN_RECORDS and _is_small([below[n] for n in members], alike=alike):
            heads |= {n: below[n] for n in members if below[n] <= 4 * _MAX_RECORD}
    found: list[Row] = []
    places: dict[int, int] = {}
    n = 0
    while n < len(rows):
        row = rows[n]
        end = n + heads.get(n, 0) + 1
        while end - n > 1 and end < len(rows) and CLOSING.match(rows[end].text) and rows[end].parent == row.parent:
            end += 1
        places[n] = len(found)
        parent = places.get(row.parent) if row.parent is not None else None
        record = _record(rows[n:end], by_line=alike) if end - n > 1 else row
        found.append(record._replace(parent=parent))
        n = end
    for row in list(found):
        if row.parent is not None and not _depth(row.text) and _depth(found[row.parent].text):
            found[row.parent] = found[row.parent]._replace(parent=None)  # the name of a block says which it is
    return found


def _is_small(sizes: list[int], *, alike: bool) -> bool:
    if alike and Counter(sizes).most_common(1)[0][1] < _ALIKE_SHARE * len(sizes):
        return False
    return sorted(sizes)[len(sizes) // 2] <= (_MAX_RECORD // 2 if alike else _MAX_RECORD)


def _record(rows: list[Row], *, by_line: bool) -> Row:
    """One row of several lines; each line is shown with its first cell."""
    cells: list[Cell] = []
    for at, row in enumerate(rows):
        for k, (column, value, _) in enumerate(row.cells or (Cell("", ""),)):
            name = f"{column}:{at}" if by_line and at else column
            cells.append(Cell(name, value, row.text if not k else ""))
    text = "\n".join(row.text for row in rows)
    return Row(text, tuple(cells), group=f"record{_depth(rows[0].text)}", lines=len(rows))


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
