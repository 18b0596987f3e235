"""Reads the log of git: each commit is a row."""

from __future__ import annotations

import re

from ctxbudget_server.extract.rows.model import ATTRIBUTE, LINE, Cell, Row, Table

_COMMIT = re.compile(r"commit ([0-9a-f]{7,64})(?: \(.*\))?$")
_FIELD = re.compile(r"(\w+): +(\S.*)$")
_DIGITS = 10
"""Digits of a commit's id that are shown; git takes any beginning that is unique."""
_MIN_COMMITS = 4


def read_commits(lines: list[str]) -> Table | None:
    """The commits of a log, each with the beginning of its id, its subject and its message.

    Authors, dates and the like are compared, and shown where they differ.
    """
    starts = [n for n, line in enumerate(lines) if _COMMIT.match(line)]
    if len(starts) < _MIN_COMMITS or any(line.strip() for line in lines[: starts[0]]):
        return None
    ends = [*starts[1:], len(lines)]
    rows = [_commit(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    return Table(rows, unit="commit", between=" | ")


def _commit(lines: list[str]) -> Row:
    match = _COMMIT.match(lines[0])
    name = match[1][:_DIGITS] if match else ""
    at = 1
    cells: list[Cell] = []
    while at < len(lines) and (field := _FIELD.match(lines[at])):
        cells.append(Cell(f"{ATTRIBUTE}{field[1]}", field[2]))
        at += 1
    subject, *message = [line.strip() for line in lines[at:] if line.strip()] or [""]
    head = f"{name} {subject}".rstrip()
    told = [Cell(LINE, subject, head), *([Cell("message", " ".join(message), " ".join(message))] if message else [])]
    return Row("\n".join([head, *(f"    {line}" for line in message)]), (*told, *cells))
