"""Reads what a source states: its title, fields, summary, findings and advice, and the typed fields of its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from ctxbudget_server.extract.model import DebugFields, ImplementationFields, PlanFields, TestFields
from ctxbudget_server.extract.readers.advice import recommendations
from ctxbudget_server.extract.readers.fields import Field, collect_fields
from ctxbudget_server.extract.readers.findings import stated_findings
from ctxbudget_server.extract.readers.report import stated_summary, task_of
from ctxbudget_server.extract.readers.titles import document_title
from ctxbudget_server.extract.search.identifiers import paths_of
from ctxbudget_server.extract.source import Source
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.model import Check

KindFields: TypeAlias = PlanFields | ImplementationFields | TestFields
"""The typed fields of the one kind that a source has."""

_FAILURE = re.compile(r"\b(?:cause|diagnos|debug|fail|incident|post-?mortem|bug)", re.I)
"""Without any of these words, a text says nothing about the cause of a failure."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the author states; lists are empty and texts '' if the source does not state them."""

    fields: list[Field]
    title: str
    task: str
    summary: str
    findings: list[str]
    recommendations: tuple[str, ...]
    paths: tuple[str, ...]
    of_kind: KindFields | None
    debug: DebugFields | None
    """What a source says about the cause of a failure, whatever its kind."""


def read_facts(source: Source, tests: TestFields | None, check: Check) -> Facts:
    """Read the facts of a source; `tests` is the test run found when its kind was detected."""
    document = source.document
    fields = collect_fields(document) if source.is_prose else []
    return Facts(
        fields=fields,
        title=document_title(document, fields) if source.is_prose else "",
        task=task_of(fields) if source.is_told else "",
        summary=stated_summary(document, fields) if source.is_told else "",
        findings=stated_findings(document) if source.is_report else [],
        recommendations=recommendations(document, decided=source.kind != "summary") if source.is_report else (),
        paths=paths_of(source.named, limit=None),
        of_kind=_fields_of_kind(source, fields, tests, check),
        debug=_debug_fields(source, fields),
    )


def read_tests(document: Document, kind: str | None, medium: str, check: Check) -> TestFields | None:
    """The test run in a text that may contain one; `kind` is None if it has not been detected yet."""
    from ctxbudget_server.extract.testlogs import parse_tests

    if kind not in (None, "test-output") or medium == "json":
        return None
    text = document.text
    if kind is None and "```" in text:
        text = _without_fences(document)
    found = parse_tests(text, check, expected=kind == "test-output")
    return found or (TestFields() if kind == "test-output" else None)


def _without_fences(document: Document) -> str:
    """The text without its fenced blocks, since a test run quoted in a report is not the report's own."""
    lines = document.structure.lines
    kept: list[str] = []
    at = 0
    for start, end in document.structure.code:
        if lines[start].lstrip().startswith("```"):
            kept += lines[at:start]
            at = end
    return "\n".join(kept + lines[at:])


def _fields_of_kind(source: Source, fields: list[Field], tests: TestFields | None, check: Check) -> KindFields | None:
    """The typed fields of a source's kind. Each reader is loaded on first use, because its patterns take long to
    compile.
    """
    document = source.document
    match source.kind:
        case "plan":
            from ctxbudget_server.extract.plans.plan import parse_plan

            return parse_plan(document, fields)
        case "summary":
            from ctxbudget_server.extract.readers.summary import parse_implementation

            return parse_implementation(document, fields)
        case "test-output":
            return tests or read_tests(document, source.kind, source.medium, check)
        case _:
            return None


def _debug_fields(source: Source, fields: list[Field]) -> DebugFields | None:
    if source.kind != "debug" and not (source.is_report and _FAILURE.search(source.document.text)):
        return None
    from ctxbudget_server.extract.readers.debug import debug_fields

    return debug_fields(source.document, fields, is_debug=source.kind == "debug")
