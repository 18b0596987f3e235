"""Reads what a document recommends: from the section so named, then from others that name advice."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.readers.completeness import waits
from ctxbudget_server.extract.readers.fields import header_list
from ctxbudget_server.extract.readers.list_entries import distinct, entries, heading_text, under_labels
from ctxbudget_server.markdown.document import Document

MAX_RECOMMENDATIONS = 40

_LISTED = re.compile(r"(?:key )?recommendations?")
_OWN = re.compile(
    r"\W*(?:(?:key|main|top|final|overall|general|specific|detailed|strategic|prioriti[sz]ed|actionable|summary of) )*"
    r"recommendations?(?: ?(?:and|&|/|,|\+)\W.*| summary| for the .*)?\W*",
    re.I,
)
_FIXES = r"(?:fix(?:es)?|actions?|changes?|next steps?|steps|remediations?|corrections?|improvements?)"
_PATH = r"(?:approach|solution|strategy|road ?map|path|plan|order|sequence)"
_REQUIRED = re.compile(
    rf"\W*(?:(?:the|all|immediate|critical|urgent) )*(?:recommended|required|needed|necessary) (?:\w+ )?{_FIXES}\b.*"
    rf"|\W*(?:recommended) (?:\w+ )?{_PATH}\b.*|\W*actions? (?:recommended|required|needed)\b.*"
    rf"|\W*{_FIXES} (?:required|needed|recommended|to (?:implement|apply|make|do|take))\b.*",
    re.I,
)
_NAMED = re.compile(r"\brecommend\w*\b", re.I)
_AGAINST = re.compile(r"\b(?:not|un)[ -]?recommended\b", re.I)
_CHOSEN = re.compile(r"\W*(?:[(\[]\s*|[⭐✅★☆→–—|-]\s*)[⭐✅★☆ ]*recommended\b.*$", re.I)
"""The mark of the option that the author recommends, in its heading."""
_SUGGESTED = re.compile(
    r"\b(?:suggest(?:ions?|ed (?:actions?|changes?|fix(?:es)?|next steps?))|next steps?|action items?"
    r"|proposed (?:actions?|changes?|fix(?:es)?)|actions to take)\b",
    re.I,
)
_IMPROVEMENTS = re.compile(
    r"\b(?:future|further|possible|potential|proposed|suggested|optional|planned|additional)"
    r" (?:\w+ )?improvements?\b"
    r"|\bimprovements? (?:needed|required|to (?:make|consider)|opportunities)\b"
    r"|^\W*(?:areas (?:for|of) )?improvements?\W*$",
    re.I,
)
_DECISIONS = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:key |design |final )?decisions?(?: made)?|way forward|path forward"
    r"|action plan|actions|follow-?ups?|advice|to-?dos?|what to do(?: next)?)\b",
    re.I,
)
_NUMBERED = re.compile(
    r"^(?:recommendation|fix|suggestion|action)\s*#?\d+\s*[:.)–—-]+\s*(?=\S)"
    r"|^(?:recommendation|suggestion)s?\s*:\s*(?=\S)",
    re.I,
)
_ABOUT_ADVICE = re.compile(
    r"(?:topic|gap|context|rationale|reason(?:ing)?|why|current (?:state|status|behaviou?r)|severity|evidence|source"
    r"|total (?:effort|time))s?\s*:",
    re.I,
)
"""Labels of what an entry says about a piece of advice, or of what is missing, not of the advice."""
_NONE = re.compile(
    r"\W*(?:none|n/?a|nothing|no (?:\w+ ){0,3}?(?:recommendations?|action|actions|changes?|follow-?ups?))"
    r"(?: (?:needed|required|necessary|identified|at this time|for now|found))*\W*(?:[-–—:;,.(].*)?",
    re.I,
)


def recommendations(document: Document, *, decided: bool) -> tuple[str, ...]:
    """What the document recommends, from the best named sections that recommend something.

    `decided` says whether decisions count as advice if there is none; in a summary of finished work they do not.
    """
    listed = header_list(document, _LISTED)
    if listed:
        return Listed.cut(distinct(listed), MAX_RECOMMENDATIONS)
    for found in _sources(document, decided=decided):
        advice = distinct(_NUMBERED.sub("", entry).rstrip(" :") for entry in found if _advises(entry))
        if advice:
            return Listed.cut(advice, MAX_RECOMMENDATIONS)
    return ()


def _sources(document: Document, *, decided: bool) -> Iterator[list[str]]:
    """The entries that may be advice, by the reliability of their sections' names."""
    for pattern in (_OWN, _REQUIRED):
        yield _below(document, [i for i in _outermost(document) if pattern.fullmatch(heading_text(document.titles[i]))])
    named = [i for i in document.matching(_NAMED) if not _AGAINST.search(document.titles[i])]
    chosen = [i for i in named if _CHOSEN.search(document.titles[i])]
    yield _below(document, [i for i in named if i not in chosen])
    yield [_CHOSEN.sub("", heading_text(document.titles[i])) for i in chosen]
    yield under_labels(document, lambda key: _NAMED.search(key) and not _AGAINST.search(key))
    for pattern in (_SUGGESTED, _IMPROVEMENTS):
        yield _below(document, document.matching(pattern))
        yield under_labels(document, pattern.search)
    if decided:
        yield _below(document, document.matching(_DECISIONS))


def _outermost(document: Document) -> Iterator[int]:
    """The sections other than the document's title."""
    return (i for i in range(len(document.sections)) if not document.is_title(i))


def _below(document: Document, indices: list[int]) -> list[str]:
    return [entry for i in indices for entry in entries(document, i)]


def _advises(entry: str) -> bool:
    """Whether an entry is advice, and not a placeholder, a label of something else or the word that there is none."""
    return not (waits(entry) or _ABOUT_ADVICE.match(entry) or _NONE.fullmatch(entry))
