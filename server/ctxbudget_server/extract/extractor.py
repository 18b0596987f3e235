"""From a text to its extraction: look at what it is, read its typed fields, write the text for the context."""

from __future__ import annotations

import re

from ctxbudget_server.extract.kinds import KINDS, kind_from_content, kind_from_path
from ctxbudget_server.extract.media import medium as medium_from
from ctxbudget_server.extract.model import DebugFields, Extraction, ImplementationFields, PlanFields, TestFields
from ctxbudget_server.extract.readers.completeness import completeness
from ctxbudget_server.extract.readers.fields import Field, collect_fields, first_value
from ctxbudget_server.extract.readers.report import (
    recommendations,
    rest_of_summary,
    stated_findings,
    stated_summary,
    task_of,
    tidy_findings,
)
from ctxbudget_server.extract.search.identifiers import find_paths, rank_names
from ctxbudget_server.extract.summarizer.composer import Composer
from ctxbudget_server.extract.summarizer.layout import Parts, write_focused, write_text
from ctxbudget_server.extract.summarizer.ranking import Candidate, candidates_of
from ctxbudget_server.extract.summarizer.salience import salient_findings, salient_summary
from ctxbudget_server.markdown.blocks import unread_lines
from ctxbudget_server.markdown.document import Document, parse_document
from ctxbudget_server.markdown.model import Check, Count, no_check
from ctxbudget_server.markdown.sections import outline_of
from ctxbudget_server.markdown.sentences import plain

MAX_OUTLINE = 5_000
"""Sections in the `outline` field; `outline()` gives all."""
MAX_NAMES = 60
"""Names in the `identifiers` field; the text takes as many as its budget holds."""


def extract(
    text: str,
    *,
    count: Count,
    kind: str | None = None,
    path: str | None = None,
    max_tokens: int = 300,
    focus: str | None = None,
    item_id: str | None = None,
    check: Check = no_check,
) -> Extraction:
    """An artifact reduced to at most `max_tokens` tokens (as `count` counts) of what the next phase needs.

    `kind` is one of `KINDS` or None to detect it from `path` and the content. `focus` is what the reader wants to
    know; `item_id` names the original in the text. `check` raises to cancel. Any string is legal.
    """
    if kind is not None and kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    check()
    document = parse_document(text, check)
    source_tokens = count(text)
    check()
    medium = medium_from(text, path)
    tests = _tests_of(document, kind, medium, check)
    actual = kind or kind_from_path(path) or kind_from_content(document, medium, tests is not None)
    if actual in ("test-output", "log") and medium == "prose":
        medium = "log"  # line by line: neighbours in a log are no paragraph
    parts = _parts(
        document,
        actual,
        medium,
        tests=tests if actual == "test-output" else None,
        source_tokens=source_tokens,
        check=check,
    )
    complete, warnings = completeness(document) if medium == "prose" else (True, [])
    if medium == "prose" and any(unread_lines(document.structure.lines)):
        warnings.append("a huge document: fields and sentences come from its beginning and its end")
    if actual == "test-output" and complete and (tests is None or tests.status is None):
        warnings.append("the output does not prove a test result")
    if parts.plan is not None and (circle := _circle(parts.plan)):
        warnings.append(f"phases wait for each other, so there are no waves: {', '.join(map(str, circle))}")
    composer = Composer(max(0, max_tokens), count, check)
    if source_tokens <= max_tokens:
        written, tokens = text, source_tokens
    else:
        if not (focus and write_focused(parts, focus, composer, item_id, check)):
            write_text(parts, composer, item_id, check)
        written, tokens = composer.render()
    return Extraction(
        kind=actual,
        title=parts.title,
        summary=parts.summary,
        key_findings=parts.key_findings,
        recommendations=parts.recommendations,
        paths=parts.paths,
        identifiers=tuple(parts.names[:MAX_NAMES]),
        plan=parts.plan,
        implementation=parts.implementation,
        debug=parts.debug,
        tests=parts.tests,
        outline=outline_of(text, document.structure, count, check, MAX_OUTLINE) if medium == "prose" else (),
        complete=complete,
        warnings=tuple(warnings),
        text=written,
        tokens=tokens,
        source_tokens=source_tokens,
        reduction=round(1 - tokens / source_tokens, 4) if source_tokens > 0 else 0.0,
    )


def _tests_of(document: Document, kind: str | None, medium: str, check: Check) -> TestFields | None:
    """The test run in a text that may be one."""
    from ctxbudget_server.extract.testlogs import parse_tests

    if kind not in (None, "test-output") or medium == "json":
        return None
    text = document.text
    if kind is None and "```" in text:
        text = _unfenced(document)
    found = parse_tests(text, check, expected=kind == "test-output")
    return found or (TestFields() if kind == "test-output" else None)


def _unfenced(document: Document) -> str:
    """The text without its fenced blocks: a run that a report quotes is not the report's own."""
    lines = document.structure.lines
    kept: list[str] = []
    at = 0
    for start, end in document.structure.code:
        if lines[start].lstrip().startswith("```"):
            kept += lines[at:start]
            at = end
    return "\n".join(kept + lines[at:])


def _parts(
    document: Document, kind: str, medium: str, *, tests: TestFields | None, source_tokens: int, check: Check
) -> Parts:
    """Everything that the text may be made of."""
    if kind == "test-output" and tests is None:
        tests = _tests_of(document, kind, medium, check)
    fields = collect_fields(document) if medium == "prose" else []
    ranked = candidates_of(document.units, document.titles, check) if medium == "prose" else []
    check()
    prose = medium == "prose" and kind not in ("test-output", "log", "tool-output")
    summary = (stated_summary(document, fields) or salient_summary(ranked)) if prose else ""
    return Parts(
        document=document,
        kind=kind,
        medium=medium,
        source_tokens=source_tokens,
        title=_title(document, fields) if medium == "prose" else "",
        summary=summary,
        more_summary=rest_of_summary(document, summary) if prose else (),
        task=task_of(fields) if prose else "",
        key_findings=tidy_findings(stated_findings(document) or salient_findings(ranked))
        if prose and kind != "plan"
        else (),
        recommendations=recommendations(document, decided=kind != "summary") if prose and kind != "plan" else (),
        paths=find_paths(document.text),
        names=rank_names(document.text),
        fields=fields,
        ranked=ranked,
        plan=_plan(document, fields) if kind == "plan" else None,
        implementation=_implementation(document, fields) if kind == "summary" else None,
        debug=_debug(document, fields) if kind == "debug" else None,
        tests=tests,
    )


def _findings(document: Document, ranked: list[Candidate]) -> tuple[str, ...]:
    return tidy_findings(stated_findings(document) or salient_findings(ranked))


# The readers of one kind are loaded when a document of that kind comes: their patterns take long to compile.


def _plan(document: Document, fields: list[Field]) -> PlanFields:
    from ctxbudget_server.extract.plans.plan import parse_plan

    return parse_plan(document, fields)


def _circle(plan: PlanFields) -> tuple[int, ...]:
    from ctxbudget_server.extract.plans.dependencies import waiting_in_circles

    return waiting_in_circles(plan.phases)


def _implementation(document: Document, fields: list[Field]) -> ImplementationFields:
    from ctxbudget_server.extract.readers.summary import parse_implementation

    return parse_implementation(document, fields)


def _debug(document: Document, fields: list[Field]) -> DebugFields:
    from ctxbudget_server.extract.readers.debug import parse_debug

    return parse_debug(document, fields)


_TITLE = re.compile("title|name|topic")


def _title(document: Document, fields: list[Field]) -> str:
    """The first heading of the highest level, or the front matter's title."""
    top = min((s.level for s in document.sections), default=0)
    if top == 1 or not document.structure.header:
        heading = next((s.heading for s in document.sections if s.level == top), "")
        if heading and (top == 1 or document.sections[0].level == top):
            return plain(heading)
    return first_value([f for f in fields if f.section < 0], _TITLE) or ""
