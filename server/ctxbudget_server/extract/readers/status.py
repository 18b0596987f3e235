"""Reads how far finished work has come: the status of an implementation summary, and the share that is done."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxbudget_server.extract.readers.fields import Field
from ctxbudget_server.extract.readers.progress import is_done, names_status, split_status, stated_status
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.sentences import plain, split_sentences, word_count

COMPLETE, PARTIAL = "complete", "partial"
"""What a date of completion and a share of the work mean; all other statuses are in the author's words."""

_STATUS = re.compile(
    r"(?:overall |implementation |completion |final |current |project |work |resolution )?"
    r"(?:status|state|result|outcome)"
)
_STATUS_SECTION = re.compile(
    r"^\W*(?:\d+[.)]?\s+)?(?:overall |implementation |completion |final |current |project |work )?status\W*$", re.I
)
_PROGRESS = re.compile(
    r"(?:overall |total |implementation )?"
    r"(?:completion|progress|(?:phases|stages|tasks|steps|waves|milestones) (?:completed|complete|done)|completed)"
    r"(?: (?:status|percentage|rate))?"
)
_DATED = re.compile(
    r"(?:date |work |implementation )?(?:completed|finished|completion)(?: (?:date|at|on|time))?|done (?:at|on)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\W*(?:\d{{4}}-\d\d?-\d\d?|\d\d?[./]\d\d?[./]\d{{2,4}}|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH},? \d{{4}})(?!\d)",
    re.I,
)
_PERCENT = re.compile(r"(?<![\d.])(\d{1,3}(?:\.\d+)?) ?%", re.I)
_FRACTION = re.compile(r"(?<![\w/.-])(\d{1,3}) ?(?:/|of|out of) ?(?:the |all )?(\d{1,3})(?![\w/-]|\.\d)", re.I)
_PARTS = r"(?:phases?|stages?|milestones?|tasks?|steps?|waves?|parts?|stories|items)"
_DONE = r"(?:complete[d]?|done|finished|implemented)"
_SHARE_TOLD = re.compile(
    rf"(?<![\d.])\d{{1,3}}(?:\.\d+)? ?% {_DONE}\b"
    rf"|(?<![\w/.-])\d{{1,3}} ?(?:/|of|out of) ?(?:the |all )?\d{{1,3}} (?:\w+ )?{_PARTS}\b"
    rf"|\b{_PARTS} {_DONE}:? \d{{1,3}} ?(?:/|of|out of) ?\d{{1,3}}\b",
    re.I,
)
_CONTEXT = re.compile(
    r"\bcontext (?:usage|use|used|window|budget|limit|remaining|exhaust\w*|threshold|pressure|consum\w*)\b"
    r"|\b(?:usage|use) of (?:the )?context\b|\bcontext:? (?:at |is |was )?[~≈]?\d+ ?%"
    r"|\btokens? (?:used|usage|remaining)\b",
    re.I,
)
_ONLY_STATUS = re.compile(r"(?:\w+ )?status")
_ONE_PART = re.compile(rf"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?{_PARTS}\W*\d", re.I)
_HEADING = re.compile(
    r"\b(?:implementation|all phases|work)\b.{0,20}\b(complete[d]?|partial|blocked|in progress)\b", re.I
)
_TITLE_END = re.compile(
    r"(?:[-–—:|(\[]|\s[✅✓✔☑])\W*"
    r"((?:fully |partially )?(?:complete[d]?|done|finished|resolved|in progress|partial|blocked))\W*$"
    r"|\b(complete[d]?)\W*$",
    re.I,
)
_DONE_PARTS = re.compile(rf"{_PARTS} (?:completed|complete|done)")
_ALL_PARTS = re.compile(rf"(?:total {_PARTS}|{_PARTS} total|{_PARTS})")
_COUNT = re.compile(r"\d{1,3}")
_STATUS_WORDS = 12
"""Maximum number of words of a line that is a status."""
_SHARE_WORDS = 20
"""Maximum number of words of a sentence that is quoted whole for the share it states."""
_MIN_PARTS = 2
_SUMS_UP = re.compile(
    r"\b(?:summary|overview|abstract|tl;?dr|status|progress|conclusions?|outcome|what was (?:done|implemented))\b", re.I
)


def status_of(document: Document, fields: list[Field]) -> tuple[str | None, str | None]:
    """(status, progress) of the whole work: null if not stated.

    A share below the whole makes it partial, whatever the status of one part is. A date of completion makes it complete
    unless the author says otherwise. `progress` is what the author says of the share.
    """
    fields = [f for f in fields if not _CONTEXT.search(f.value) and not _CONTEXT.search(f.name)]
    fields = [f for f in fields if not _in_part(document, f.section)]
    progress = next(_shares(document, fields), None)
    whole = progress is not None and _is_whole(progress)
    if progress is not None and not whole:
        return PARTIAL, progress
    dated = any(_DATED.fullmatch(f.name) and _DATE.match(f.value) for f in fields)
    stated = _stated(document, fields)
    if stated is None and (whole or dated):
        stated = COMPLETE
    return stated or _of_headings(document) or _stated_elsewhere(fields) or _of_parts(document), progress


def _shares(document: Document, fields: list[Field]) -> Iterator[str]:
    """What is said of the share of the whole work that is done, most reliable first."""
    for field in fields:
        if _PROGRESS.fullmatch(field.name) and (_PERCENT.search(field.value) or _FRACTION.search(field.value)):
            yield field.value
    yield from _counted(fields)
    for field in fields:
        if _STATUS.fullmatch(field.name) and (found := _share_in(field.value)):
            yield found
    if document.titles and (found := _share_in(document.titles[0])):
        yield found
    for unit in document.units:
        if unit.kind in ("prose", "quote", "item", "field") and _is_about_whole(document, unit.section):
            for sentence in split_sentences(unit.plain):
                if not _CONTEXT.search(f"{unit.key} {sentence}") and (found := _share_in(sentence)):
                    yield found


def _share_in(text: str) -> str | None:
    """The statement of a share in a text: the whole text if it is short."""
    match = _SHARE_TOLD.search(text)
    if match is None:
        return None
    return text.strip() if word_count(text) <= _SHARE_WORDS else match[0]


def _counted(fields: list[Field]) -> Iterator[str]:
    """The share as two machine-written lines: `phases_completed: 3` and `phases_total: 5`."""
    done = next((f for f in fields if _DONE_PARTS.fullmatch(f.name)), None)
    total = next((f for f in fields if _ALL_PARTS.fullmatch(f.name) and _COUNT.fullmatch(f.value)), None)
    if done is not None and total is not None and (counts := _COUNT.findall(done.value)):
        finished = len(counts) if done.value.lstrip().startswith("[") else int(counts[0])
        yield f"{finished}/{total.value}"


def _is_about_whole(document: Document, section: int) -> bool:
    """Whether a section is about the whole work: the title's, or one that sums up."""
    if section <= 0:
        return True
    return bool(_SUMS_UP.search(document.titles[section])) and not _in_part(document, section)


def _in_part(document: Document, section: int) -> bool:
    """Whether a section is about one phase or task; the first heading is about the whole document."""
    if section <= 0:
        return False
    return any(map(_ONE_PART.match, (*document.headings_above(section), document.titles[section])))


def _is_whole(told: str) -> bool:
    """Whether a stated share is all of the work: 5/5, 100 %."""
    fraction = _FRACTION.search(told)
    if fraction:
        return int(fraction[1]) >= int(fraction[2])
    percent = _PERCENT.search(told)
    return percent is None or float(percent[1]) >= 100


def _stated(document: Document, fields: list[Field]) -> str | None:
    """The status in the author's words: a labelled value at the top, or the line under a heading for it."""
    for field in fields:
        if field.section <= 0 and _STATUS.fullmatch(field.name):
            return stated_status(field.value) or field.value
    for index in document.matching(_STATUS_SECTION):
        for unit in document.units_of(index)[:1]:
            if unit.kind in ("prose", "item"):
                line = plain(document.structure.lines[unit.start])
                found = next((x for x in (stated_status(unit.plain), stated_status(line)) if _is_short(x)), None)
                if found and not (_CONTEXT.search(found) or _FRACTION.search(found) or _PERCENT.search(found)):
                    return found
    return None


def _is_short(told: str | None) -> bool:
    return told is not None and len(told.split()) <= _STATUS_WORDS


def _of_headings(document: Document) -> str | None:
    """The status in the title or in another heading about the work."""
    title = _TITLE_END.search(plain(document.titles[0])) if document.titles else None
    if title:
        return title[1] or title[2]
    return next((m[1] for s in document.sections if (m := _HEADING.search(s.heading))), None)


def _stated_elsewhere(fields: list[Field]) -> str | None:
    """A labelled status further down, or a labelled result that is a status."""
    for field in fields:
        if _ONLY_STATUS.fullmatch(field.name) or (_STATUS.fullmatch(field.name) and names_status(field.value)):
            return stated_status(field.value) or field.value
    return None


def _of_parts(document: Document) -> str | None:
    """What the statuses of all parts mean together."""
    parts = [split_status(t)[0] for t in document.titles[1:] if _ONE_PART.match(t)]
    if len(parts) < _MIN_PARTS or None in parts:
        return None
    return COMPLETE if all(map(is_done, filter(None, parts))) else PARTIAL
