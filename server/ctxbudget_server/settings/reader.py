"""Reads one file of settings. A project's file comes with a repository, which cannot be trusted: whatever it contains,
it is read quickly or not at all, and what is not used is named.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any, Final

from ctxbudget_server.settings.source import Problem, Source
from ctxbudget_server.settings.validity import Fault, valid_settings
from ctxbudget_server.workspace.opening import NotRegularError, OutsideError, open_inside

SECTION: Final = "ctxbudget"
MAX_BYTES: Final = 262_144
"""Every hook of a project reads its file; more than twice the largest that real projects have."""
MAX_LINE: Final = 1_000
"""How much of a line is searched for the key or the table that begins there, characters."""
MAX_DOTS: Final = 500
"""Maximum number of dots in one line."""
MAX_SQUARED_DOTS: Final = 2_000_000
"""Maximum sum over the lines of their dots squared: the time to parse a dotted key grows like that."""

_OPENING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
MAX_ESCAPED: Final = 100
"""How many names with escapes are read, which takes longer than the others."""
_PART: Final = r"""(?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')"""
_PART_ALONE: Final = re.compile(_PART)
_NAME: Final = re.compile(rf"[ \t]*{_PART}(?:[ \t]*\.[ \t]*{_PART})*[ \t]*")
"""A key or the name of a table, with its parts."""


def read_source(path: str, *, of_user: bool) -> Source:
    """The settings of a file that exists; the user's may be a link to anywhere, a project's stays in its folder."""
    try:
        data = _bytes(path, of_user=of_user)
        if not of_user and path.endswith("pyproject.toml") and SECTION.encode() not in data:
            return Source(path, {}, {})
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return _unusable(path, f"is not UTF-8 (byte {fault.start:,})")
    except OutsideError:
        return _unusable(path, "is a link to a file outside the project")
    except NotRegularError:
        return _unusable(path, "is not a regular file")
    except _TooLargeError as fault:
        return _unusable(path, f"has {fault.size:,} bytes or more; at most {MAX_BYTES:,} are read")
    except FileNotFoundError:
        return _unusable(path, "is a link that leads nowhere" if Path(path).is_symlink() else "is gone")
    except OSError as fault:
        return _unusable(path, f"cannot be read: {fault.strerror}")
    return parsed(path, text, of_user=of_user)


def parsed(path: str, text: str, *, of_user: bool = False) -> Source:
    """The settings in the text of a file."""
    import tomllib

    lines = text.split("\n")
    squared = 0
    for number, line in enumerate(lines, 1):
        dots = line.count(".")
        squared += dots * dots
        if dots > MAX_DOTS:
            return _unusable(path, f"has more than {MAX_DOTS} dots in one line", number)
        if squared > MAX_SQUARED_DOTS:
            return _unusable(path, "has too many lines with many dots", number)
    try:
        raw: Any = tomllib.loads(text)
    except RecursionError:
        return _unusable(path, "is nested too deeply")
    except ValueError as fault:
        return _unusable(path, f"is not valid TOML: {_short(_without_line(str(fault)))}", _line_in(str(fault)))
    prefix: tuple[str, ...] = ()
    if not of_user and path.endswith("pyproject.toml"):
        prefix = ("tool", SECTION)
        tool = raw.get("tool")
        raw = tool.get(SECTION, {}) if isinstance(tool, dict) else {}
    if not isinstance(raw, dict):
        return _unusable(path, f"must have settings in the table [{'.'.join(prefix)}]", _places(lines).get(prefix))
    values, faults = valid_settings(raw, of_user=of_user)
    places = _below(_places(lines), prefix)
    return Source(path, values, places, tuple(_problem(path, fault, places) for fault in faults))


class _TooLargeError(Exception):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size


def _bytes(path: str, *, of_user: bool) -> bytes:
    if of_user:
        descriptor = os.open(path, _OPENING)
    else:
        descriptor, _ = open_inside(path, (os.path.realpath(Path(path).parent),))
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise NotRegularError(path)
        data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise _TooLargeError(max(found.st_size, len(data)))
        return data


def _unusable(path: str, why: str, line: int | None = None) -> Source:
    return Source(path, {}, {}, (Problem(path, f"the file {why}; nothing in it is used", line),))


def _problem(path: str, fault: Fault, places: Mapping[tuple[str, ...], int]) -> Problem:
    wrong = fault.at or fault.path
    known = (places[part] for end in range(len(wrong), 0, -1) if (part := wrong[:end]) in places)
    within = (line for place, line in places.items() if fault.path and place[:1] == fault.path[:1])
    return Problem(path, fault.message, next(chain(known, within), None), ".".join(fault.path)[:200] or None)


def _places(lines: list[str]) -> dict[tuple[str, ...], int]:
    """The line of each table and key that begins its line; the first counts."""
    places: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    escaped = 0
    for number, line in enumerate(lines, 1):
        begin = line[:MAX_LINE].lstrip()
        is_table = begin.startswith("[")
        begin = begin.lstrip("[") if is_table else begin
        found = _NAME.match(begin)
        if found is None or begin[found.end() : found.end() + 1] != ("]" if is_table else "="):
            continue
        escaped += "\\" in found[0]
        path = tuple(_unquoted(part, escaped <= MAX_ESCAPED) for part in _PART_ALONE.findall(found[0]))
        if is_table:
            table = path
        places.setdefault(path if is_table else (*table, *path), number)
    return places


def _unquoted(part: str, unescape: bool) -> str:
    """A part of a key without its quotes, and without escapes."""
    if part[0] == '"' and "\\" in part and unescape:
        import tomllib

        with suppress(ValueError):
            return str(tomllib.loads(f"name = {part}")["name"])
    return part.strip("\"'")


def _below(places: Mapping[tuple[str, ...], int], prefix: tuple[str, ...]) -> dict[tuple[str, ...], int]:
    depth = len(prefix)
    return {path[depth:]: line for path, line in places.items() if path[:depth] == prefix and len(path) > depth}


def _line_in(message: str) -> int | None:
    found = re.search(r"at line (\d+)", message)
    return int(found[1]) if found else None


def _without_line(message: str) -> str:
    """A message of `tomllib` with the column alone: the line is in front of it."""
    return re.sub(r"\(at line \d+, column (\d+)\)", r"(column \1)", message)


def _short(message: str) -> str:
    return message if len(message) <= 200 else f"{message[:199]}…"
