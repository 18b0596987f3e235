"""What an implementation summary says was changed, tested and left; and what a debugging report found."""

from __future__ import annotations

import re

from .document import Document, unit_text
from .fields import Field, first_value
from .items import entries, shorten
from .model import DebugFields, ImplementationFields
from .names import find_paths
from .sentences import split_sentences

_FILES_SECTION = re.compile(
    r"\b(?:files?|artifacts?|modules?|code)\b.{0,30}\b(?:changed|modified|created|added|deleted|updated"
    r"|touched|affected|written)\b"
    r"|\b(?:changed|modified|created|new|deleted|updated|touched)\b.{0,20}\b(?:files?|artifacts?)\b"
    r"|^(?:changes(?: made)?|files)$"
    r"|\b(?:changes made|what changed|file changes)\b",
    re.I,
)
_FILES_FIELD = re.compile(
    r"(?:files?|artifacts?) (?:changed|modified|created|added|deleted|updated|touched)(?: \w+)?"
    r"|(?:changed|modified|created|new)"
    r" files|files"
)
_STATUS = re.compile(r"(?:overall |implementation |completion |final |current )?(?:status|state|result|outcome)")
_STATUS_HEADING = re.compile(
    r"\b(?:implementation|all phases|work)\b.{0,20}\b(complete[d]?|partial|blocked|in progress)\b", re.I
)
_TESTS_FIELD = re.compile(
    r"(?:all )?(?:tests?|testing|test (?:status|results?|suite)|tests? (?:passing|passed|run)|verification)"
)
_TESTS_SECTION = re.compile(r"\b(?:test(?:s|ing)?(?: results?| status)?|verification|validation)\b", re.I)
_TEST_WORDS = re.compile(
    r"\b(?:tests?|suites?|specs?)\b.{0,80}\b(?:pass|fail|green|red|error|skip)"
    r"|\b\d+\s*/\s*\d+\b.{0,20}\btests?\b|\bpass(?:ed|ing)?\b",
    re.I,
)
_REMAINING = re.compile(
    r"\b(?:remaining|work remaining|outstanding|to-?do|not (?:done|completed|implemented)|follow-?ups?"
    r"|known (?:issues|limitations)"
    r"|deferred|left to do|open (?:items|issues|questions|work)|next steps?|incomplete|future work|blockers?)\b",
    re.I,
)
_NOTHING = re.compile(r"\W*(?:none|nothing|n/?a|0|no(?:ne)? (?:known|remaining|outstanding)\b.*)\W*", re.I)
_CAUSE = re.compile(r"\b(?:root cause|cause|diagnosis|why it (?:fails|happens))\b", re.I)
_EVIDENCE = re.compile(
    r"\b(?:evidence|observations?|symptoms?|reproduction|findings?|analysis|stack ?trace|error)\b", re.I
)
_FIX = re.compile(r"\b(?:fix(?:es)?|solution|resolution|remedy|workaround|proposed (?:fix|change|solution))\b", re.I)


def parse_implementation(document: Document, fields: list[Field]) -> ImplementationFields:
    """The facts of an implementation summary; empty or None where it is silent."""
    return ImplementationFields(
        _files(document, fields), _status(document, fields), _tests(document, fields), _remaining(document, fields)
    )


def _files(document: Document, fields: list[Field]) -> tuple[str, ...]:
    lines = document.structure.lines
    text: list[str] = []
    for index in document.matching(_FILES_SECTION):
        section = document.sections[index]
        text += lines[section.start_line : section.end_line]
    for field in fields:
        if _FILES_FIELD.fullmatch(field.name):
            text.append(field.value)
    for n, unit in enumerate(document.units):
        if unit.kind == "field" and not unit.text.strip() and _FILES_FIELD.fullmatch(unit.key.lower()):
            for other in document.units[n + 1 : n + 60]:
                if other.section != unit.section or other.kind != "item":
                    break
                text.append(other.text)
    return find_paths("\n".join(text))


def _status(document: Document, fields: list[Field]) -> str | None:
    stated = first_value(fields, _STATUS)
    if stated:
        return stated.strip("[] ")
    for section in document.sections:
        match = _STATUS_HEADING.search(section.heading)
        if match:
            return match[1]
    return None


def _tests(document: Document, fields: list[Field]) -> str | None:
    """The line about tests, as written; the reader judges it."""
    stated = first_value(fields, _TESTS_FIELD)
    if stated:
        return shorten(stated)
    for index in document.matching(_TESTS_SECTION):
        for unit in document.units_below(index):
            for sentence in split_sentences(unit_text(unit)):
                if _TEST_WORDS.search(sentence):
                    return sentence
    return None


def _remaining(document: Document, fields: list[Field]) -> tuple[str, ...]:
    found: list[str] = []
    for index in document.matching(_REMAINING):
        found += entries(document, index)
    if not found:
        found = [f.value for f in fields if _REMAINING.search(f.name)]
    if not found:
        found = [u.plain for u in document.units if u.done is False]
    return tuple(dict.fromkeys(f for f in found if not _NOTHING.fullmatch(f)))[:12]


def parse_debug(document: Document, fields: list[Field]) -> DebugFields:
    """Cause, evidence and fix of a debugging report."""
    evidence = _first_entries(document, _EVIDENCE)
    return DebugFields(_told(document, fields, _CAUSE), evidence[:8], _told(document, fields, _FIX))


def _told(document: Document, fields: list[Field], pattern: re.Pattern[str]) -> str | None:
    for field in fields:
        if pattern.search(field.name):
            return shorten(field.value)
    found = _first_entries(document, pattern)
    return found[0] if found else None


def _first_entries(document: Document, pattern: re.Pattern[str]) -> tuple[str, ...]:
    for index in document.matching(pattern):
        found = entries(document, index)
        if found:
            return tuple(found)
    return ()
