"""From a text to its extraction, in four typed steps: Source → Facts → Ranked → the text for the context."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from ctxbudget_server.extract.facts import KindFields, read_facts, read_tests
from ctxbudget_server.extract.kinds import KINDS, kind_from_content, kind_from_path, medium_of
from ctxbudget_server.extract.listed import Listed, omitted_from
from ctxbudget_server.extract.model import Extraction, ImplementationFields, Omitted, PlanFields, TestFields
from ctxbudget_server.extract.readers.completeness import completeness
from ctxbudget_server.extract.search.identifiers import MAX_PATHS, NamedText
from ctxbudget_server.extract.source import Source
from ctxbudget_server.extract.summarizer.composer import Composer
from ctxbudget_server.extract.summarizer.layout import Layout
from ctxbudget_server.extract.summarizer.ranked import rank
from ctxbudget_server.markdown.blocks import unread_lines
from ctxbudget_server.markdown.document import parse_document, unparsed
from ctxbudget_server.markdown.lines import unnumbered
from ctxbudget_server.markdown.model import Check, Count, no_check
from ctxbudget_server.markdown.sections import outline_of

_ROWS_KINDS = ("tool-output", "log", "other")
"""Kinds of text that may consist of rows."""
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.M)
MAX_OUTLINE = 5_000
"""Maximum number of sections in the `outline` field; `outline()` returns all."""
MAX_UNSURE = 5
"""Maximum number of lines that a warning of ambiguous fences names."""
MAX_NAMES = 60
"""Maximum number of names in the `identifiers` field; the text takes as many as fit its budget."""


def extract(
    text: str,
    *,
    count: Count,
    kind: str | None = None,
    path: str | None = None,
    max_tokens: int = 300,
    focus: str | None = None,
    item_id: str | None = None,
    known: Collection[str] = (),
    check: Check = no_check,
) -> Extraction:
    """An artifact reduced to at most `max_tokens` tokens (as `count` counts) of what the next phase needs.

    `kind` is one of `KINDS` or None to detect it from `path` and the content. `focus` is what the reader wants to
    know; `item_id` names the original in the text; `known` are names that are not named again. `check` raises to
    cancel. Any string is legal.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    check()
    source, tests = _look_at(text, count, kind, path, check)
    facts = read_facts(source, tests, check)
    ranked = rank(source, facts, known, check)
    complete, warnings = _completeness(source, facts.of_kind, tests)
    written, tokens = text, source.tokens
    if source.tokens > max_tokens:
        layout = Layout(source, facts, ranked, Composer(max(0, max_tokens), count, check), item_id, check)
        if not (focus and layout.write_focused(focus)):
            layout.write()
        written, tokens = layout.composer.render()
    of_kind = facts.of_kind
    found = Extraction(
        kind=source.kind,
        title=facts.title,
        summary=ranked.summary,
        key_findings=ranked.findings,
        recommendations=facts.recommendations,
        paths=Listed.cut([path for path in facts.paths if path not in known], MAX_PATHS),
        identifiers=Listed.cut(ranked.names, MAX_NAMES),
        plan=of_kind if isinstance(of_kind, PlanFields) else None,
        implementation=of_kind if isinstance(of_kind, ImplementationFields) else None,
        debug=facts.debug,
        tests=of_kind if isinstance(of_kind, TestFields) else None,
        outline=outline_of(text, source.document.structure, count, check, MAX_OUTLINE) if source.is_prose else (),
        omitted=(),
        complete=complete,
        warnings=tuple(warnings),
        text=written,
        tokens=tokens,
        source_tokens=source.tokens,
        reduction=round(1 - tokens / source.tokens, 4) if source.tokens > 0 else 0.0,
    )
    return replace(found, omitted=tuple(_omitted(found, len(source.document.sections) if source.is_prose else 0)))


def _omitted(found: Extraction, sections: int) -> Iterator[Omitted]:
    """The lists that leave entries of the source out, with how many; `sections` is the number of all sections."""
    yield from omitted_from(found)
    if len(found.outline) == MAX_OUTLINE < sections:
        yield Omitted("outline", sections - MAX_OUTLINE)


def _look_at(
    text: str, count: Count, kind: str | None, path: str | None, check: Check
) -> tuple[Source, TestFields | None]:
    """The parsed source, and the test run in it if its kind is `test-output`."""
    tokens = count(text)
    check()
    text = unnumbered(text.replace("\0", ""))  # a file as a tool showed it is read like the file
    medium = medium_of(text, path)
    given = kind or kind_from_path(path)
    fenced = bool(_FENCE.search(text))
    document = parse_document(text, check) if fenced else unparsed(text)
    tests = read_tests(document, kind, medium, check)
    table = None
    if not fenced and tests is None and given in (None, *_ROWS_KINDS):
        from ctxbudget_server.extract.rows.recognition import find_table

        table = find_table(document.text, medium, check)
    if table is not None:
        delimited = medium == "listing" and table.unit == "row"  # a first column of figures looks like line numbers
        medium = "rows" if delimited or medium in ("prose", "code") else medium
    elif not fenced:
        document = parse_document(text, check)
    actual = given or kind_from_content(document, medium, tests is not None)
    if actual in ("test-output", "log") and medium == "prose":
        medium = "log"  # handled line by line: adjacent lines of a log do not form a paragraph
    source = Source(document, actual, medium, tokens, NamedText(document.text, check), table)
    return source, tests if actual == "test-output" else None


def _completeness(source: Source, of_kind: KindFields | None, tests: TestFields | None) -> tuple[bool, list[str]]:
    """Whether the source is complete, and warnings; `tests` is the test run found."""
    complete, warnings = completeness(source.document) if source.is_prose else (True, [])
    if source.is_prose and any(unread_lines(source.document.structure.lines)):
        warnings.append("a huge document: fields and sentences come from its beginning and its end")
    if source.is_prose and (unsure := source.document.structure.unsure):
        lines = ", ".join(str(line + 1) for line in unsure[:MAX_UNSURE])
        warnings.append(f"fences within fences that can be read in two ways begin at line {lines}")
    if source.kind == "test-output" and complete and (tests is None or tests.status is None):
        warnings.append("the output does not prove a test result")
    if isinstance(of_kind, PlanFields) and (circle := _circle(of_kind)):
        warnings.append(f"phases wait for each other, so there are no waves: {', '.join(map(str, circle))}")
    return complete, warnings


def _circle(plan: PlanFields) -> tuple[int, ...]:
    from ctxbudget_server.extract.plans.dependencies import waiting_in_circles  # loaded for plans only

    return waiting_in_circles(plan.phases)
