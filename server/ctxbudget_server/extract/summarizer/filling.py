"""What the text holds where a source has no sentences, fields or values to offer: its lines, or its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from ctxbudget_server.extract.summarizer.composer import BODY, BULLET, Composer
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.sentences import plain, split_loosely

LEFT_OVER = 0.35
"""Share of the budget from which on what is left is filled with further lines."""
_TRIED = 400
_MISSES = 25
_READ = 400_000
_LONG = 600
"""Characters of a line from which on its parts are offered one by one."""


def fill(document: Document, by_line: bool, composer: Composer) -> None:
    """Fills what the parts of an extract have left of the budget; after it the text is not empty if a word fits."""
    if composer.left > composer.budget * LEFT_OVER:
        known = composer.said()
        misses = 0
        for n, line in enumerate(islice(_lines(document, by_line), _TRIED)):
            if line.removeprefix(BULLET) in known or line in known:
                continue
            if composer.add(BODY, line, order=1e6 + n):
                known.add(line)
            else:
                misses += 1
            if misses > _MISSES or composer.left < 3:
                break
    if not composer.says_something():
        start = _start(document.text, composer)
        if start:
            composer.add(BODY, start)


def _lines(document: Document, by_line: bool) -> Iterator[str]:
    """The lines of a text in order: those of code and tools as they stand, those of prose undressed."""
    raw = (x.strip() for x in bare_lines(document.text[:_READ]))
    for line in raw if by_line else _prose_lines(document):
        if line:
            yield from split_loosely(line) if len(line) > _LONG else [line]


def _prose_lines(document: Document) -> Iterator[str]:
    headings = [(s.start_line - 1, f"{'#' * s.level} {s.heading}") for s in document.sections if s.heading]
    at = 0
    for unit in document.units:
        while at < len(headings) and headings[at][0] <= unit.start:
            yield headings[at][1]
            at += 1
        if unit.kind == "code" or (unit.kind == "prose" and len(unit.text) > _LONG):
            yield from (plain(x) for x in document.structure.lines[unit.start : unit.end])
        else:
            yield f"{BULLET}{unit_text(unit)}" if unit.bullet else unit_text(unit)
    for _, heading in headings[at:]:
        yield heading


def _start(text: str, composer: Composer) -> str:
    """The beginning of the first line, up to the end of a word where it has any, as long as it fits."""
    line = next((x.strip() for x in bare_lines(text[:_READ]) if x.strip()), "")[: composer.left * 8]
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if composer.fits(line[:middle]) else (low, middle - 1)
    cut = line[:low]
    if low < len(line) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip()
