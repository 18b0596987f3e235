"""Splits a Markdown text into the units of which an extract is made: sentences, items, table rows, fields, code."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from ctxbudget_server.markdown.model import Check, no_check
from ctxbudget_server.markdown.scan import Heading
from ctxbudget_server.markdown.sentences import plain
from ctxbudget_server.markdown.structure import Structure

_ITEM = re.compile(r"(\s*)(?:[-*+•●]|\(?\d{1,3}[.)]|[a-z][.)])\s+(?:\[([ xX~/-])\]\*?\s+)?(.*)$")
_RULE = re.compile(r"(?:(?:[-*_=~─━═][ \t]*){3,}|[-=+|: ]{5,})$")
_ROW_RULE = re.compile(r"[\s|:+-]+$")
_QUOTE = re.compile(r"\s*>\s?")
_LINK_DEFINITION = re.compile(r"\s{0,3}\[[^\]]+\]:\s*\S")
_RST_DIRECTIVE = re.compile(r"\s*\.\. (?:[\w-]+::|_[^:]+:|\[\d+\]|\|)")
_FIELD = re.compile(r"\*\*([^*\n]{1,60}?)\s*(?::\*\*|\*\*\s*:)\s*(.*)$")
_BOLD_LINE = re.compile(r"\*\*([^*\n]{1,60})\*\*$")
_LINK_ONLY = re.compile(r"\W*(?:!?\[[^\]]*\]\([^)]*\)\W*)+$")

_MAX_LINKS = 1500
"""A longer unit is never treated as a mere list of links."""
READ_FIRST, READ_LAST = 300_000, 60_000
"""Characters at the beginning and the end of a huge text that are parsed."""
LINE_WEIGHT = 12
"""Characters added to each line's own to account for its cost."""
_UNWRAPPED = 160
"""Maximum length of a hand-wrapped line; after a longer one a new paragraph begins."""


@dataclass(slots=True)
class Unit:
    """A unit without its list marker. Lines are 0-based and half-open; `section` is an index, -1 for none."""

    kind: str  # prose, item, row, quote, field, code
    text: str
    start: int
    end: int
    section: int
    indent: int = 0
    done: bool | None = None  # a checkbox: ticked or not
    key: str = ""  # of a field
    bullet: bool = False  # whether it has a list marker
    order: int = 0  # position in its section

    @property
    def plain(self) -> str:
        """The unit's text without Markdown markup."""
        return plain(self.text)


class _Builder:
    """Groups the lines between headings into units."""

    def __init__(self, structure: Structure) -> None:
        self.structure = structure
        self.units: list[Unit] = []
        self.section = -1
        self.order = 0
        self.open: Unit | None = None
        self.buffer: list[str] = []

    def flush(self) -> None:
        unit = self.open
        if unit is not None:
            unit.text = _bounded(" ".join(self.buffer))
            if unit.text.strip():
                self.add(unit)
        self.open = None
        self.buffer = []

    def add(self, unit: Unit) -> None:
        unit.order = self.order
        self.order += 1
        self.units.append(unit)

    def begin(self, kind: str, i: int, first: str, indent: int = 0, done: bool | None = None) -> None:
        self.flush()
        self.open = Unit(kind, "", i, i + 1, self.section, indent, done)
        self.buffer = [first.strip()]

    def line(self, i: int, line: str) -> None:
        """One line that is neither heading, code nor comment."""
        stripped = line.strip()
        if not stripped or _LINK_DEFINITION.match(line) or _RST_DIRECTIVE.match(line):
            self.flush()
            return
        if _RULE.match(stripped) or (stripped[0] in "|+" and _ROW_RULE.match(stripped)):
            self.flush()
            return
        if stripped[0] == "|":
            self.flush()
            self.add(Unit("row", stripped[:READ_FIRST], i, i + 1, self.section))
            return
        item = _ITEM.match(line)
        if item:
            self.begin_item(i, item)
            return
        if stripped[0] == ">":
            content = _QUOTE.sub("", line, count=1)
            if self.open is not None and self.open.kind == "quote" and content.strip():
                self.extend(i, content)
            elif content.strip():
                self.begin("quote", i, content)
            else:
                self.flush()
            return
        if stripped.startswith("**") and (self.begin_field(i, stripped, 0) or self.begin_label(i, stripped)):
            return
        if self.open is not None and len(self.buffer[-1]) <= _UNWRAPPED:
            self.extend(i, stripped)
        else:
            self.begin("prose", i, stripped)

    def begin_item(self, i: int, item: re.Match[str]) -> None:
        indent = len(item[1].expandtabs(4))
        done = None if item[2] is None else item[2] in "xX"
        if done is None and item[3].startswith("**") and self.begin_field(i, item[3], indent):
            (self.open or self.units[-1]).bullet = True
            return
        self.begin("item", i, item[3], indent, done)
        if self.open is not None:
            self.open.bullet = True

    def begin_field(self, i: int, text: str, indent: int) -> bool:
        match = _FIELD.match(text)
        if not match:
            return False
        self.begin("field", i, match[2], indent)
        if self.open is not None:
            self.open.key = plain(match[1])
            if not match[2]:
                self.buffer = [" "]
                self.add_empty_field(i)
        return True

    def begin_label(self, i: int, text: str) -> bool:
        """Begin a label if the line is one: short, bold, first in its paragraph, and not a sentence."""
        match = _BOLD_LINE.match(text) if self.open is None else None
        if not match or match[1].rstrip()[-1:] in (".", "!", "?", ","):
            return False
        self.begin("field", i, "")
        assert self.open is not None
        self.open.key = plain(match[1])
        self.add_empty_field(i)
        return True

    def add_empty_field(self, i: int) -> None:
        """Add a label with an empty value: alone on its line, it heads the list below it."""
        assert self.open is not None
        unit = self.open
        unit.end = i + 1
        self.add(unit)
        self.open = None
        self.buffer = []

    def extend(self, i: int, content: str) -> None:
        assert self.open is not None
        self.buffer.append(content.strip())
        self.open.end = i + 1


def _bounded(text: str) -> str:
    """The text; if huge, its beginning, cut at the end of a sentence or word."""
    if len(text) <= READ_FIRST:
        return text
    end = max(text.rfind(". ", 0, READ_FIRST), text.rfind("。", 0, READ_FIRST)) + 1
    return text[: end or max(text.rfind(" ", 0, READ_FIRST), 0) or READ_FIRST]


def unread_lines(lines: list[str]) -> tuple[int, int]:
    """The half-open range of lines in the middle of a huge text that are not parsed; empty for other texts."""
    if sum(map(len, lines)) + len(lines) * LINE_WEIGHT <= READ_FIRST + READ_LAST:
        return 0, 0
    start, size = 0, 0
    while start < len(lines) and size < READ_FIRST:
        size += len(lines[start]) + LINE_WEIGHT
        start += 1
    end, size = len(lines), 0
    while end > start and size < READ_LAST:
        end -= 1
        size += len(lines[end]) + LINE_WEIGHT
    return start, end


def read_headings(structure: Structure) -> dict[int, Heading]:
    """The headings by index; for a huge text, those in its beginning and end, and the one above the end."""
    start, end = unread_lines(structure.lines)
    found: dict[int, Heading] = {}
    above: int | None = None
    for i, heading in enumerate(structure.headings):
        if start <= heading.line < end:
            above = i
            continue
        if above is not None:
            found[above] = structure.headings[above]
            above = None
        found[i] = heading
    if above is not None:
        found[above] = structure.headings[above]
    return found


def build_units(structure: Structure, headings: list[Heading], check: Check = no_check) -> list[Unit]:
    """The units of a text in order, under the given headings; for a huge text, those of its beginning and end."""
    lines = structure.lines
    unread = unread_lines(lines)
    builder = _Builder(structure)
    skip: dict[int, tuple[int, str]] = {}
    for start, end in structure.code:
        skip[start] = (end, "code")
    for start, end in structure.comments:
        skip[start] = (end, "")
    heads = {h.line: (h.last, n) for n, h in enumerate(headings)}
    starts = [h.line for h in headings]
    i = structure.header
    while i < len(lines):
        if i % 2048 == 0:
            check()
        if unread[0] <= i < unread[1]:
            builder.flush()
            i = unread[1]
            builder.section = bisect_right(starts, i - 1) - 1
            continue
        if i in heads:
            builder.flush()
            last, builder.section = heads[i]
            builder.order = 0
            i = last + 1
        elif i in skip:
            builder.flush()
            end, kind = skip[i]
            if kind:
                builder.add(Unit(kind, "\n".join(lines[i:end]), i, end, builder.section))
            i = max(end, i + 1)
        else:
            builder.line(i, lines[i])
            i += 1
    builder.flush()
    return builder.units


def cells(row: str) -> list[str]:
    """The cells of a table row, plain."""
    return [plain(c.replace("\\|", "|")) for c in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def is_link_only(text: str) -> bool:
    """Whether a unit is nothing but links, as in tables of contents."""
    return len(text) <= _MAX_LINKS and bool(_LINK_ONLY.match(text))
