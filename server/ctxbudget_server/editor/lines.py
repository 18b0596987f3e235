"""The text of an open document as lines; the cost of an edit is in proportion to the edit.

Lines end only with `\\n`, `\\r\\n` or `\\r`, as in LSP; the last line has no end.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")


class Point(NamedTuple):
    """A position in a text: the line, and the code point in it. Both count from 0."""

    line: int
    column: int


class Splice(NamedTuple):
    """Lines `start` to `end` (exclusive) of a text were replaced by `lines`."""

    start: int
    end: int
    lines: list[str]


def split_document(text: str) -> list[str]:
    """The lines of a text with their ends; the last one has none, and may be empty."""
    lines = _LINE.findall(text)
    if not lines or lines[-1][-1] in "\r\n":
        lines.append("")
    return lines


def bare(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


class LineText:
    """A text that can be edited."""

    def __init__(self, text: str) -> None:
        self.lines = split_document(text)

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.lines)

    def clamp(self, point: Point) -> Point:
        """The point itself, or the nearest one that exists: the end of its line or of the text."""
        if point.line >= len(self.lines):
            return Point(len(self.lines) - 1, len(self.lines[-1]))
        return Point(point.line, min(point.column, len(bare(self.lines[point.line]))))

    def replace(self, start: Point, end: Point, text: str) -> Splice:
        """Replace the text between two points; returns how the lines changed."""
        start, end = self.clamp(start), self.clamp(max(start, end))
        first, last = start.line, end.line + 1
        new = self.lines[first][: start.column] + text + self.lines[end.line][end.column :]
        if first and new[:1] == "\n" and self.lines[first - 1].endswith("\r"):
            first -= 1  # together they make one line end
            new = self.lines[first] + new
        return self._splice(first, last, split_document(new))

    def replace_all(self, text: str) -> Splice:
        """Replace the whole text; equal lines at its beginning and end are left alone."""
        old, new = self.lines, split_document(text)
        most = min(len(old), len(new))
        head = next((n for n in range(most) if old[n] != new[n]), most)
        tail = next((n for n in range(most - head) if old[-1 - n] != new[-1 - n]), most - head)
        splice = Splice(head, len(old) - tail, new[head : len(new) - tail])
        self.lines = new
        return splice

    def _splice(self, first: int, last: int, lines: list[str]) -> Splice:
        if last < len(self.lines):
            lines.pop()  # the text goes on, so what follows the last line end is the next line
        self.lines[first:last] = lines
        return Splice(first, last, lines)

    def slice(self, start: Point, end: Point) -> str:
        """The text between two points."""
        start, end = self.clamp(start), self.clamp(end)
        if start.line == end.line:
            return self.lines[start.line][start.column : end.column]
        middle = "".join(self.lines[start.line + 1 : end.line])
        return self.lines[start.line][start.column :] + middle + self.lines[end.line][: end.column]


def point_at(text: str, offset: int) -> Point:
    """The position of a character in a text."""
    lines = split_document(text)
    starts = [0, *accumulate(map(len, lines))]
    line = min(bisect_right(starts, offset) - 1, len(lines) - 1)
    return Point(line, offset - starts[line])
