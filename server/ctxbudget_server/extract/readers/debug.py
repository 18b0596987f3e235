"""Reads a debugging report: the cause of a defect, the evidence for it, and its fix."""

from __future__ import annotations

import re

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.model import DebugFields
from ctxbudget_server.extract.readers.fields import Field
from ctxbudget_server.extract.readers.list_entries import distinct, entries, shorten, under_labels
from ctxbudget_server.extract.readers.statements import first_statement
from ctxbudget_server.markdown.document import MAX_ITEM_WORDS, Document, unit_text
from ctxbudget_server.markdown.sentences import split_sentences, word_count

_CAUSES = (
    re.compile(
        r"(?:the )?(?:(?:technical|primary|actual|likely|probable|suspected|confirmed|main|underlying) )*root causes?"
        r"(?: (?:identified|summary|analysis|found|confirmed))?"
    ),
    re.compile(r"(?:(?:the|primary|actual|likely|probable|main|underlying|immediate) )*(?:causes?|diagnosis|culprit)"),
    re.compile(r"(?:primary |main )?(?:problem|failure)|why(?: \w+){1,5}"),
)
_CAUSE_SECTIONS = (
    re.compile(r"\broot causes?\b", re.I),
    re.compile(r"\b(?:cause|diagnosis|why (?:it|this) (?:fails?|failed|happens|happened|breaks))\b", re.I),
    re.compile(r"^\W*(?:the )?(?:problem|issue|bug)\b", re.I),
)
_CAUSE_SENTENCE = re.compile(
    r"\b(?:root cause (?:is|was|of .{1,80}? (?:is|was))|(?:is|was|were|are) caused by|(?:is|was) due to|the (?:bug"
    r"|cause|culprit) (?:is|was)"
    r"|(?:happens|happened|fails|failed|occurs|occurred) because)\b",
    re.I,
)
_FIXES = (
    re.compile(
        r"(?:the )?(?:(?:applied|proposed|recommended|suggested|required|final|actual|quick|permanent) )*(?:fix"
        r"|solution|resolution|remedy)"
        r"(?: (?:applied|required|implemented|strategy|summary))?"
    ),
    re.compile(
        r"(?:fix(?:es)?|solutions?|workarounds?|mitigation|remediation|how (?:it|this) was (?:fixed|solved))(?: \w+)?"
    ),
)
_FIX_SECTIONS = (
    re.compile(r"\b(?:fix(?:es|ed)?|solutions?|resolution|remedy|remediation)\b", re.I),
    re.compile(r"\b(?:workaround|mitigation|recommend\w*|corrective actions?)\b", re.I),
)
_FIX_SENTENCE = re.compile(
    r"\b(?:the (?:fix|solution|remedy) (?:is|was)|(?:is|was) (?:fixed|solved|resolved) by)\b", re.I
)
_BEFORE = re.compile(r"(?:the )?(?:original )?(?:issue|problem|cause|root cause|before|symptom|evidence|impact|why)s?")
"""Labels in a section about the fix that are about what was wrong."""
_EVIDENCE = re.compile(
    r"\b(?:evidence|observations?|reproduction|repro(?:duce)?|stack ?trace|proof|how to reproduce)\b", re.I
)
_SYMPTOMS = re.compile(r"\b(?:symptoms?|findings?|analysis|errors?|what happened|logs?)\b", re.I)


_TITLE = re.compile(
    r"\b(?:root[- ]causes?|post-?mortem|diagnos(?:is|tics?)|debug(?:ging)?|incident|bug fix"
    r"|(?:failure|bug|crash|defect|error) analysis|failure (?:report|investigation)"
    r"|why .{1,60} (?:fails?|failed|breaks|broke|crash\w*|hangs?))\b",
    re.I,
)
_CAUSE_HEADING = re.compile(
    r"\W*(?:\d+(?:\.\d+)*[.)]?\s+)?"
    r"(?:the )?(?:(?:primary|actual|likely|probable|main|confirmed|suspected|underlying) )*"
    r"(?:root causes?|causes? of .*|diagnosis)(?:\W.*| (?:identified|found|confirmed|summary|analysis).*)?",
    re.I,
)


def debug_fields(document: Document, fields: list[Field], *, is_debug: bool) -> DebugFields | None:
    """Cause, evidence and fix of a document that says why something failed; None if it does not.

    `is_debug` says that the document is known to be about a defect. Any other has to name the cause in a label or in
    a heading of its own, and also to say in its title that it is about a failure, or to give the fix.
    """
    if is_debug:
        return parse_debug(document, fields)
    named = any(_CAUSES[0].fullmatch(f.name) for f in fields) or any(
        _CAUSE_HEADING.fullmatch(t) for i, t in enumerate(document.titles) if not document.is_title(i)
    )
    titled = bool(document.titles and _TITLE.search(document.titles[0]))
    if not named and not titled:
        return None
    found = parse_debug(document, fields)
    return found if found.cause is not None and (titled or found.fix is not None) else None


_MAX_EVIDENCE = 8


def parse_debug(document: Document, fields: list[Field]) -> DebugFields:
    """Cause, evidence and fix of a debugging report; None or empty if it does not state them."""
    evidence = _listed(document, _EVIDENCE) or _listed(document, _SYMPTOMS)
    return DebugFields(
        _answer(document, fields, _CAUSES, _CAUSE_SECTIONS, _CAUSE_SENTENCE),
        Listed.cut(distinct(evidence), _MAX_EVIDENCE),
        _answer(document, fields, _FIXES, _FIX_SECTIONS, _FIX_SENTENCE),
    )


def _answer(
    document: Document,
    fields: list[Field],
    names: tuple[re.Pattern[str], ...],
    sections: tuple[re.Pattern[str], ...],
    sentence: re.Pattern[str],
) -> str | None:
    """What is told, without the colon of an answer that goes on in a list or in code."""
    told = _told(document, fields, names, sections, sentence)
    return told.rstrip(" :") if told else None


def _told(
    document: Document,
    fields: list[Field],
    names: tuple[re.Pattern[str], ...],
    sections: tuple[re.Pattern[str], ...],
    sentence: re.Pattern[str],
) -> str | None:
    """One answer: from the label or section with the most reliable name, or from a sentence that says so."""
    for name, heading in zip(names, (*sections, None), strict=False):
        for field in fields:
            if name.fullmatch(field.name):
                return shorten(field.value)
        labelled = next(iter(under_labels(document, name.fullmatch)), None)
        found = (_first_told(document, heading, sentence) if heading else None) or labelled
        if found:
            return found
    for unit in document.units:
        if unit.kind in ("prose", "item", "quote"):
            for told in split_sentences(unit.plain):
                if sentence.search(told) and not told.endswith(":"):
                    return told
    for heading in sections[len(names) :]:
        if found := _first_told(document, heading, sentence):
            return found
    return None


def _first_told(document: Document, heading: re.Pattern[str], sentence: re.Pattern[str]) -> str | None:
    """What the first section with such a name says: the sentence that names it, or its first statement."""
    for index in document.matching(heading):
        if index == 0:
            continue  # the name of the whole document
        for unit in document.units_below(index):
            if unit.kind in ("prose", "item", "quote"):
                told = next((s for s in split_sentences(unit_text(unit)) if sentence.search(s)), None)
                if told and not told.endswith(":") and word_count(told) <= MAX_ITEM_WORDS:
                    return told
        if told := first_statement(document, index, beside=_BEFORE if sentence is _FIX_SENTENCE else None):
            return told
    return next(iter(under_labels(document, heading.search)), None)


def _listed(document: Document, pattern: re.Pattern[str]) -> list[str]:
    for index in document.matching(pattern):
        found = entries(document, index)
        if found:
            return found
    return under_labels(document, pattern.search)
