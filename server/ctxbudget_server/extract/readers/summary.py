"""Reads an implementation summary: what was changed, tested and left to do."""

from __future__ import annotations

import re

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.model import ImplementationFields
from ctxbudget_server.extract.readers.fields import Field, first_value
from ctxbudget_server.extract.readers.list_entries import distinct, entries, shorten, table_rows, under_labels
from ctxbudget_server.extract.readers.status import status_of
from ctxbudget_server.extract.search.identifiers import find_paths
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import split_sentences

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
_FILES_COLUMN = re.compile(r"(?:changed |modified )?(?:files?|paths?|artifacts?|file path)", re.I)
_LEADING_PATH = re.compile(
    r"\s*(?:(?:[-*+|]|\d{1,3}[.)])\s+)*(?:\[[ xX]\]\s+)?(?:(?:created?|new|modified|updated|changed|added|deleted"
    r"|moved)\b:?\s*)?"
    r"[*_]{0,2}`?[*_]{0,2}(/?(?:[\w@.+-]+/)+[\w@.+-]*\w|[\w-]+(?:\.[\w-]+)*\.[a-z]{1,5}|\.[a-z]\w{2,30}"
    r"|(?:Make|Docker|Just|Gem|Proc|Rake|Cargo)\w{0,8}file)(?=`|[*_|]|\s|$)"
)
_OUTER_ENTRY = re.compile(r"(?:[-*+]|\d{1,3}[.)]) ")
MAX_FILES = 50
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
    r"\b(?:remain(?:s|ing)?|outstanding|to-?dos?|not (?:yet )?(?:done|completed?|implemented|finished|achieved"
    r"|covered|started)"
    r"|unfinished|undone|deferred|postponed|left (?:to do|open|out|undone|over)|still (?:open|to do|missing|needed)"
    r"|open (?:items|issues|tasks|points|work|ends)|incomplete|blockers?|pending|missing|what(?:'s| is) (?:left"
    r"|missing)"
    r"|work left|phases left)\b",
    re.I,
)
_NEXT = re.compile(
    r"\b(?:next (?:steps?|actions?|phases?|up)|immediate (?:next )?actions?|follow-?ups?|future (?:sessions?|work"
    r"|tasks)"
    r"|open questions)\b",
    re.I,
)
_LIMITS = re.compile(r"\bknown (?:issues|limitations|gaps|problems)\b|\blimitations\b", re.I)
_NOT_REMAINING = re.compile(
    r"\bno (?:remaining|outstanding|blockers?|open)\b|\bcontext (?:remaining|usage)\b|\bcommands?\b", re.I
)
_NOTHING = re.compile(
    r"\W*(?:none|nothing|n/?a|0|false|\[\]|no(?:ne)? (?:known|remaining|outstanding|further|open|blockers?"
    r"|follow-?ups?|more)\b.*"
    r"|(?:none|nothing)\b(?: (?:left|remain\w*|outstanding|open|needed|required|to do))?.{0,60}"
    r"|all (?:\w+ )?(?:phases|tasks|work|items)(?: \w+)? (?:complete|completed|done|finished))\W*",
    re.I,
)
_KEYED = re.compile(r"^[A-Z][\w ]{1,30}: ")
_MAX_COMPARED, _MAX_REMAINING = 40, 12
_BARE = re.compile(r"[\d.,/% ]+")
_UNDONE = re.compile(r"^(?:[❌✗✘⬜☐⏳🔲])")


def parse_implementation(document: Document, fields: list[Field]) -> ImplementationFields:
    """The facts of an implementation summary; empty or None if it does not state them."""
    status, progress = status_of(document, fields)
    return ImplementationFields(
        _files(document, fields), status, progress, _tests(document, fields), _remaining(document, fields)
    )


def _files(document: Document, fields: list[Field]) -> tuple[str, ...]:
    """The paths under headings and labels about files, and in the first column of tables of files."""
    lines = document.structure.lines
    told: list[str] = []
    for index in document.matching(_FILES_SECTION):
        section = document.sections[index]
        told += _lines_of_files(lines[section.start_line : section.end_line])
    told += [f.value for f in fields if _FILES_FIELD.fullmatch(f.name)]
    told += under_labels(document, _FILES_FIELD.fullmatch)
    told += [row[0] for head, row in table_rows(document.units) if _FILES_COLUMN.fullmatch(head[0])]
    found: dict[str, None] = {}
    for line in told:
        # Each entry of a list of files begins with one, which need not look like a path: `ops/hosts`, `Makefile`.
        lead = _LEADING_PATH.match(line)
        found |= dict.fromkeys([*([lead[1]] if lead else []), *find_paths(line)])
    return Listed.cut(list(found), MAX_FILES)


def _lines_of_files(lines: list[str]) -> list[str]:
    """The file names with which a list's entries begin, ignoring other names in the entries' text."""
    listed = [line for line in lines if _OUTER_ENTRY.match(line)]
    leading = [match[0] for line in listed if (match := _LEADING_PATH.match(line))]
    return leading if leading and len(leading) * 2 >= len(listed) else lines


def _tests(document: Document, fields: list[Field]) -> str | None:
    """The line about tests, as written, for the reader to interpret."""
    stated = first_value(fields, _TESTS_FIELD)
    if stated:
        return shorten(stated).rstrip(" :")
    for index in document.matching(_TESTS_SECTION):
        for unit in document.units_below(index):
            for sentence in split_sentences(unit_text(unit)):
                if _TEST_WORDS.search(sentence):
                    return sentence.rstrip(" :")
    return None


def _remaining(document: Document, fields: list[Field]) -> tuple[str, ...]:
    """What is left: what the summary says so and its next steps, else unticked boxes, else its known limits."""
    found = _left(document, fields, _REMAINING) + _left(document, fields, _NEXT)
    found = found or _unticked(document) or _left(document, fields, _LIMITS)
    told = distinct(f for f in found if not _NOTHING.fullmatch(_KEYED.sub("", f)))
    first = told[:_MAX_COMPARED]
    kept = [f for f in first if not any(f != other and other.endswith(f": {f}") for other in first)]
    return Listed.cut(kept, _MAX_REMAINING, len(told) - len(first))


def _left(document: Document, fields: list[Field], pattern: re.Pattern[str]) -> list[str]:
    """The entries of sections and labels whose names match."""
    found: list[str] = []
    sections = [i for i in document.matching(pattern) if not _NOT_REMAINING.search(document.titles[i])]
    for index in sections:
        found += entries(document, index)
    inside = {n for i in sections for n in range(i, document.last_below(i))}
    for field in fields:
        named = pattern.search(field.name) and not _NOT_REMAINING.search(field.name)
        if named and field.section not in inside and not _NOTHING.fullmatch(field.value):
            found += [f"{field.key}: {field.value}"] if _BARE.fullmatch(field.value) else [shorten(field.value)]
    return found + under_labels(document, lambda key: pattern.search(key) and not _NOT_REMAINING.search(key))


def _unticked(document: Document) -> list[str]:
    """Unticked boxes, and entries marked as open."""
    return [
        u.plain for u in document.units if u.done is False or (u.kind in ("item", "prose") and _UNDONE.match(u.text))
    ]
