"""Verbatim lines of a source: of code, logs, listings and JSON, and to fill the rest of a budget."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from ctxbudget_server.extract.search.identifiers import without_line_numbers
from ctxbudget_server.extract.source import Source
from ctxbudget_server.extract.summarizer.composer import BODY, BULLET, FACTS, Composer
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.lines import bare_lines
from ctxbudget_server.markdown.model import Check
from ctxbudget_server.markdown.sentences import plain, split_loosely

MIN_LEFT_SHARE = 0.35
"""If at least this share of the budget is left, it is filled with further lines."""
_MAX_TRIED = 400
_MAX_MISSES = 25
_MAX_INPUT = 400_000
_MAX_LINE = 600
"""The parts of a longer line, in characters, are offered one by one."""
_MAX_CODE_LINES, _MAX_LOG_LINES = 60, 80
_SMALL_JSON = 120
"""With a smaller budget, in tokens, the shape of JSON may take everything that its names leave."""
_DEFINITION = re.compile(
    r"^\s*(?:export |default |public |private |protected |static |async |abstract |pub(?:\([^)]*\))? )*"
    r"(?:func|def|class|type|struct|interface|enum|fn|trait|impl|module|package|function)\b.*"
)
_COMMENT = re.compile(r"^\s*(?://|#|\*|/\*\*|\"\"\")\s*[A-Z].{20,}")


def add_lines(source: Source, composer: Composer, room: int, check: Check) -> None:
    """Add the significant lines of code, logs, listings and JSON."""
    floor = composer.left - max(0, room)
    text = source.document.text
    if source.medium == "json":
        _add_json(text, composer, room)
    elif source.medium in ("code", "listing") and source.kind != "test-output":
        for n, line in _code_lines(text):
            composer.add(BODY, line, order=n, limit=composer.left - floor)
    else:
        from ctxbudget_server.extract.readers.logs import fold_lines, telling_lines

        for entry in telling_lines(fold_lines(text, check))[:_MAX_LOG_LINES]:
            line = f"{entry.text} (×{entry.times})" if entry.times > 1 else entry.text
            composer.add(BODY, line, order=entry.line, limit=composer.left - floor)


def _add_json(text: str, composer: Composer, room: int) -> None:
    from ctxbudget_server.extract.readers.json_shape import JsonShape

    floor = composer.left - max(0, room)
    shape = JsonShape(text)
    small = composer.budget < _SMALL_JSON
    said = composer.add_all(FACTS, shape.lines, room if small else room // 2, 12)
    if shape.lines and shape.lines[0] not in said:
        composer.add(FACTS, shape.lines[0].split(", keys", 1)[0], order=-1)
    composer.add_all(BODY, shape.values, max(0, composer.left - floor), 60)


def _code_lines(text: str) -> list[tuple[int, str]]:
    """The definitions in a piece of code with their line numbers; if there are none, its comments, then any lines."""
    lines = bare_lines(without_line_numbers(text[:_MAX_INPUT]))
    short = [(n, x) for n, x in enumerate(lines) if len(x) < 200]
    picked = [(n, x.strip()) for n, x in short if _DEFINITION.match(x)]
    picked = picked or [(n, x.strip()) for n, x in short if _COMMENT.match(x)]
    picked = picked or [(n, x.strip()) for n, x in short if len(x) > 8]
    return picked[:_MAX_CODE_LINES]


def fill(document: Document, by_line: bool, composer: Composer) -> None:
    """Fill the rest of the budget with further lines; the text is then not empty if a single word fits."""
    if composer.left > composer.budget * MIN_LEFT_SHARE:
        known = composer.said()
        misses = 0
        lines = (
            _further_lines(document, by_line=True)
            if by_line
            else _with_what_follows(_further_lines(document, by_line=False))
        )
        for n, line in enumerate(islice(lines, _MAX_TRIED)):
            if line.removeprefix(BULLET) in known or line in known:
                continue
            if composer.add(BODY, line, order=1e6 + n):
                known.add(line)
            else:
                misses += 1
            if misses > _MAX_MISSES or composer.left < 3:
                break
    if not composer.says_something():
        start = _beginning(document.text, composer)
        if start:
            composer.add(BODY, start)


def _further_lines(document: Document, *, by_line: bool) -> Iterator[str]:
    """The lines of a text in order: those of code and tools verbatim, those of prose without markup."""
    raw = (x.strip() for x in bare_lines(document.text[:_MAX_INPUT]))
    for line in raw if by_line else _prose_lines(document):
        if line:
            yield from split_loosely(line) if len(line) > _MAX_LINE else [line]


def _with_what_follows(lines: Iterator[str]) -> Iterator[str]:
    """The lines, each lead-in that ends in a colon together with the next line, and none that announces nothing."""
    lead = ""
    for line in lines:
        if line.endswith(":"):
            lead = line
            continue
        if lead and not line.startswith("#"):
            yield f"{lead}\n{line}"
        else:
            yield line
        lead = ""


def _prose_lines(document: Document) -> Iterator[str]:
    headings = [(s.start_line - 1, f"{'#' * s.level} {s.heading}") for s in document.sections if s.heading]
    at = 0
    for unit in document.units:
        while at < len(headings) and headings[at][0] <= unit.start:
            yield headings[at][1]
            at += 1
        if unit.kind == "code":
            yield from (x.rstrip() for x in document.structure.lines[unit.start : unit.end])
        elif unit.kind == "prose" and len(unit.text) > _MAX_LINE:
            yield from (plain(x) for x in document.structure.lines[unit.start : unit.end])
        else:
            yield f"{BULLET}{unit_text(unit)}" if unit.bullet else unit_text(unit)
    for _, heading in headings[at:]:
        yield heading


def _beginning(text: str, composer: Composer) -> str:
    """The longest beginning of the first line that fits, cut after a word if it has any."""
    line = next((x.strip() for x in bare_lines(text[:_MAX_INPUT]) if x.strip()), "")[: composer.left * 8]
    low, high = 0, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if composer.fits(line[:middle]) else (low, middle - 1)
    cut = line[:low]
    if low < len(line) and " " in cut:
        cut = cut[: cut.rindex(" ")]
    return cut.rstrip()
