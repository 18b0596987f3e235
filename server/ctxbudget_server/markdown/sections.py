"""Sections: the outline with token figures, and finding a section by its heading."""

from __future__ import annotations

from collections.abc import Container
from itertools import pairwise

from ctxbudget_server.markdown.lines import split_lines, strip_ansi
from ctxbudget_server.markdown.model import Check, Count, OutlineEntry, Section, no_check
from ctxbudget_server.markdown.structure import Structure, analyse

SEPARATOR = " > "
RECOUNT = 400_000


def sections_of(structure: Structure, chosen: Container[int] | None = None) -> list[Section]:
    """Every section in the order of the text, or only those of the chosen headings, by their indices.

    A section ends where a heading of the same or a higher level begins.
    """
    headings = structure.headings
    ends = [len(structure.lines)] * len(headings)
    paths: list[tuple[str, ...]] = []
    taken: list[int] = []
    above: list[int] = []  # the open sections, outermost first
    for i, heading in enumerate(headings):
        while above and headings[above[-1]].level >= heading.level:
            ends[above.pop()] = heading.line
        above.append(i)
        if chosen is None or i in chosen:
            taken.append(i)
            paths.append(tuple([headings[j].title for j in above]))
    return [
        Section(headings[i].title, path, headings[i].level, headings[i].line + 1, ends[i])
        for i, path in zip(taken, paths, strict=True)
    ]


def outline_of(
    text: str, structure: Structure, count: Count, check: Check = no_check, limit: int | None = None
) -> tuple[OutlineEntry, ...]:
    """The outline with tokens, at most `limit` entries.

    Each part between headings is counted once, and sections sum up their parts: exact with a vocabulary that never
    joins a line break with the start of a heading (o200k_base, cl100k_base). If counts do not add up (because they are
    scaled and rounded), sections are counted one by one, unless that means more than `RECOUNT` characters.
    """
    shown = sections_of(structure, None if limit is None else range(limit))
    if not shown:
        return ()
    lines = split_lines(text)
    edges = sorted({s.start_line - 1 for s in shown} | {s.end_line for s in shown})
    sums = {edges[0]: 0}
    for start, end in pairwise(edges):
        check()
        sums[end] = sums[start] + count("".join(lines[start:end]))
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    again = not _adds_up(count) and sum(offsets[s.end_line] - offsets[s.start_line - 1] for s in shown) <= RECOUNT

    def tokens(section: Section) -> int:
        start, end = section.start_line - 1, section.end_line
        if again:
            check()
            return count(text[offsets[start] : offsets[end]])
        return sums[end] - sums[start]

    return tuple(OutlineEntry(s.heading, s.path, s.level, s.start_line, s.end_line, tokens(s)) for s in shown)


def _adds_up(count: Count) -> bool:
    """Whether counts of whole lines add up to the count of the text."""
    return all(count(line * n) == n * count(line) for line in ("a\n", "a b\n") for n in (3, 50))


def outline(text: str, count: Count) -> tuple[OutlineEntry, ...]:
    """Every section of a Markdown text: heading path, level, lines, and tokens with its subsections."""
    return outline_of(text, analyse(strip_ansi(text)), count)


def find_section(text: str, heading: str) -> tuple[Section, ...]:
    """The sections that a heading may name: one is a hit, several are ambiguous, none is a miss.

    `heading` is a heading's text or a path of headings joined by ' > ' (the last parts of the real path are
    enough). Exact spelling wins over different letter case, which wins over the same words with different punctuation.
    """
    sections = sections_of(analyse(strip_ansi(text)))
    wanted = heading.strip().lstrip("#").strip()
    for normal in (_same, str.casefold, _words):
        whole = normal(wanted)
        if hits := tuple(s for s in sections if normal(s.heading) == whole):
            return hits
        parts = [normal(p.strip().lstrip("#").strip()) for p in wanted.split(SEPARATOR.strip())]
        if len(parts) > 1:
            hits = tuple(
                s
                for s in sections
                if normal(s.heading) == parts[-1] and [normal(h) for h in s.path][-len(parts) :] == parts
            )
            if hits:
                return hits
    return ()


def _same(text: str) -> str:
    return text


def _words(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in text.casefold()).split())
