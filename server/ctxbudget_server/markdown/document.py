"""A parsed text, shared by everything that reads it."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from ctxbudget_server.markdown.blocks import Unit, build_units, cells, read_headings
from ctxbudget_server.markdown.lines import bare_lines, strip_ansi
from ctxbudget_server.markdown.model import Check, Section, no_check
from ctxbudget_server.markdown.sections import sections_of
from ctxbudget_server.markdown.sentences import plain
from ctxbudget_server.markdown.structure import Structure, analyse

MAX_ITEM_WORDS = 60
"""Only the first sentence of a longer item is used."""


@dataclass(slots=True)
class Document:
    """A text without terminal codes, with its structure; for a huge text, only the sections that are read."""

    text: str
    structure: Structure
    sections: list[Section]
    units: list[Unit]
    titles: list[str]
    """The headings without Markdown markup, by section index."""

    def last_below(self, index: int) -> int:
        """The index after the last subsection of a section."""
        level = self.sections[index].level
        end = index + 1
        while end < len(self.sections) and self.sections[end].level > level:
            end += 1
        return end

    def units_of(self, index: int) -> list[Unit]:
        """The units directly under a heading."""
        return self.units_between(index, index + 1)

    def units_below(self, index: int) -> list[Unit]:
        """The units under a heading and all its subsections."""
        return self.units_between(index, self.last_below(index))

    def units_between(self, start: int, end: int) -> list[Unit]:
        """The units of a range of sections, in order."""
        first = bisect_left(self.units, start, key=lambda u: u.section)
        return self.units[first : bisect_left(self.units, end, lo=first, key=lambda u: u.section)]

    def children(self, index: int) -> list[int]:
        """The sections one level below a section."""
        inside = range(index + 1, self.last_below(index))
        top = min((self.sections[i].level for i in inside), default=0)
        return [i for i in inside if self.sections[i].level == top]

    def is_title(self, index: int) -> bool:
        """Whether a section is the document's title: it covers everything, and has subsections."""
        return index == 0 and len(self.sections) > 1 and self.last_below(0) >= len(self.sections)

    def headings_above(self, index: int) -> tuple[str, ...]:
        """The headings above a section, without the document's title."""
        return self.sections[index].path[1 if self.is_title(0) else 0 : -1] if self.sections else ()

    def matching(self, pattern: re.Pattern[str]) -> list[int]:
        """The outermost sections whose heading matches, in order; the document's title does not count."""
        found: list[int] = []
        end = 0
        for i, title in enumerate(self.titles):
            if i >= end and not self.is_title(i) and pattern.search(title):
                found.append(i)
                end = self.last_below(i)
        return found


def parse_document(text: str, check: Check = no_check) -> Document:
    """Parse a text."""
    text = strip_ansi(text)
    structure = analyse(text)
    headings = read_headings(structure)
    sections = sections_of(structure, headings.keys())
    titles = [plain(s.heading) for s in sections]
    return Document(text, structure, sections, build_units(structure, [*headings.values()], check), titles)


def unparsed(text: str) -> Document:
    """Text other than Markdown: lines without headings, code or units."""
    text = strip_ansi(text)
    return Document(text, Structure(bare_lines(text), [], [], [], 0), [], [], [])


def unit_text(unit: Unit) -> str:
    """A unit as one line of plain text: a field with its key, a table row with its cells."""
    if unit.kind == "field":
        value = unit.plain
        return f"{unit.key}: {value}" if value else unit.key
    if unit.kind == "row":
        return " | ".join(c for c in cells(unit.text) if c)
    return unit.plain
