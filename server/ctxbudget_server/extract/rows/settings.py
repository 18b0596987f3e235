"""Reads settings: lines such as `key = value` and `key: value`, in sections or nested."""

from __future__ import annotations

import re
from collections import Counter

from ctxbudget_server.extract.rows.features import compared
from ctxbudget_server.extract.rows.model import LINE, Cell, Row, Table
from ctxbudget_server.extract.rows.nesting import CLOSING, SECTION, joined, nested

_SETTING = re.compile(r"(?:- )?([\w.\-/$@*\"'\[\]]+?)(?:\s*=\s*|:\s+|:$|\s+=>\s+)(.*)$")
_DIRECTIVE = re.compile(r"([a-z][\w-]*)\s+([^=:{}]+);$")
_ASSIGNMENT = re.compile(r"(?:export )?[\w.\-]+ ?= ?[^=\s(]*[^({\[,]*$")
_FURTHER = re.compile(r"\s[\w.]+=")
_COMMENT = re.compile(r"\s*(?:#|;|//)")
_SHARE, _SHARED_KEYS = 0.6, 0.3
"""Share of the lines that must set something, and share that must have keys which others have too."""
_MIN_LINES = 4
_SAMPLE = 600
_MAX_LINE = 400
"""Characters of a line that are looked at."""


def is_settings(lines: list[str]) -> bool:
    """Whether most lines set something."""
    told = [x.strip()[:_MAX_LINE] for x in lines[:_SAMPLE] if not _COMMENT.match(x) and not CLOSING.match(x)]
    found = [_setting(x) for x in told]
    sections = sum(bool(SECTION.match(x)) for x in told)
    if len(told) < _MIN_LINES or sum(map(bool, found)) + sections < _SHARE * len(told):
        return False
    columns = Counter(_columns([s[0] for s in found if s]))
    return sections > 0 or sum(n for n in columns.values() if n > 2) >= _SHARED_KEYS * len(told)


def is_assignments(lines: list[str]) -> bool:
    """Whether nearly all lines are `KEY=value`, apart from comments and the heads of sections."""
    told = [x.strip()[:_MAX_LINE] for x in lines[:_SAMPLE] if x.strip() and not _COMMENT.match(x)]
    told = [x for x in told if not SECTION.match(x)]
    set_ = sum(bool(_ASSIGNMENT.match(x)) and not _FURTHER.search(x) for x in told)
    return len(told) >= _MIN_LINES and set_ >= 0.9 * len(told)


def _setting(line: str) -> tuple[str, str] | None:
    """The key and the value of a line."""
    line = line[:_MAX_LINE]
    match = _SETTING.match(line) or _DIRECTIVE.match(line)
    if match is None or _FURTHER.search(match[2]):
        return None
    return match[1], match[2].strip().strip("\"'")


def read_settings(lines: list[str]) -> Table:
    """Values of the same key are compared, and the keys that sections of the same depth have."""
    rows, parents = nested(lines)
    looked_at = compared(rows)
    settings = [_setting(line.strip()) if n in looked_at else None for n, line in enumerate(rows)]
    keys = [setting[0] if setting else "" for setting in settings]
    columns = _columns(keys)
    fields: dict[int, list[str]] = {}
    for n, parent in enumerate(parents):
        if parent is not None:
            fields.setdefault(parent, []).append(columns[n] or "…")
    times = Counter((parents[n], key) for n, key in enumerate(keys) if key)
    found: list[Row] = []
    for n, line in enumerate(rows):
        cells: list[Cell] = []
        setting = settings[n]
        if n in fields:
            cells.append(Cell(f"~fields{len(line) - len(line.lstrip())}", " ".join(sorted(fields[n]))))
        if setting and (setting[1] or n not in fields):
            cells.append(Cell(columns[n], setting[1] or '""'))
        if setting and n not in fields:
            again = keys[n] if times[parents[n], keys[n]] > 1 else ""
            cells += [Cell("~key", columns[n]), Cell("~again", again)]
        elif not cells and n in looked_at and not SECTION.match(line.strip()) and not CLOSING.match(line):
            cells.append(Cell(LINE, line.strip()))
        found.append(Row(line, tuple(cells), parents[n]))
    return Table(joined(found, alike=False), between="\n")


def _columns(keys: list[str]) -> list[str]:
    """What each key is compared with: the same key, or if there are only one or two, those with the same ending."""
    times = Counter(keys)
    endings: Counter[str] = Counter()
    tails = {key: _tails(key) for key in times}
    for found in tails.values():
        endings.update(found)
    columns = {
        key: key if n > 2 or not key else next((f"…{tail}" for tail in tails[key] if endings[tail] > 2), key)
        for key, n in times.items()
    }
    return [columns[key] for key in keys]


def _tails(key: str) -> list[str]:
    """The endings of a key after each separator, the longest first."""
    parts = re.split(r"(?<=[._\-/])", key)
    return ["".join(parts[i:]) for i in range(1, min(len(parts), 8))]
