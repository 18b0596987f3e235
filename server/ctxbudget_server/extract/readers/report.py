"""Reads the author's own summary of a document, and the task that it names."""

from __future__ import annotations

import re

from ctxbudget_server.extract.readers.completeness import waits
from ctxbudget_server.extract.readers.fields import ABOUT_DOCUMENT, Field, first_value
from ctxbudget_server.extract.readers.list_entries import distinct
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import is_sentence, split_sentences, word_count

SUMMARY_WORDS = 50
"""Maximum number of words in the `summary` field."""

_SUMMARY_SECTIONS = tuple(
    re.compile(p, re.I)
    for p in (
        r"\bexecutive summary\b",
        r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:tl;?dr|summary|abstract|synopsis)\b"
        r"(?! (?:of )?(?:the )?(?:changes?|revisions?|updates?|research|files?|sources|versions?)\b)",
        r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:overview|introduction)\b|(?<!research )(?<!file )(?<!revision )\boverview$",
        r"(?<!file )(?<!files )(?<!structure )(?<!results )(?<!test )(?<!cost )(?<!risk )(?<!cause )(?<!metrics )"
        r"\bsummary$",
        r"\b(?:key findings?|conclusions?)\b",
        r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:the )?(?:goals?|objectives?|purpose|problem(?: statement)?|context"
        r"|what changed"
        r"|changes made|what was (?:done|implemented))\W*$",
    )
)
_SUMMARY_FIELD = re.compile(r"(?:summary(?: brief)?|brief|tl ?dr|abstract|synopsis|description|objective|goal)")
_TASK_FIELD = re.compile(r"task|feature|topic|subject|issue|scope")
_WORD = re.compile(r"[^\W\d]{2,}")
_TASK_WORDS = 3
_BRIEF = re.compile(r"(?:summary )?brief|(?:one line |short )?summary")
_TALK = re.compile(
    r"(?:(?:perfect|great|excellent|ok|okay|alright)\b.{0,3}$|(?:perfect|great|excellent)[!.,] |now (?:i|let me)\b"
    r"|let me\b|i(?:'ll| will| now) "
    r"|i(?: now)? have (?:all|now|gathered|enough|everything|a (?:comprehensive|complete|clear|good|full))\b"
    r"|i(?:'ve| have) (?:explored|gathered|searched|analy[sz]ed|completed|thoroughly|created|read)\b|here(?:'s"
    r"| is) (?:the|a|my) [^.]{0,60}:?$"
    r"|agentid:)",
    re.I,
)
"""What an agent says about its own activity, which tells the reader nothing about the subject."""
_SHORT_VALUE = 6
_MIN_WORDS = 6
"""Minimum number of words of a meaningful sentence in an introduction."""


def is_talk(sentence: str) -> bool:
    """Whether a sentence is an agent's talk about its own work."""
    return bool(_TALK.match(sentence))


def bounded(sentences: list[str], limit: int = SUMMARY_WORDS) -> str:
    """The first whole sentences that together stay within `limit` words; longer ones are skipped."""
    kept: list[str] = []
    words = 0
    for sentence in sentences:
        size = word_count(sentence)
        if words + size > limit:
            if kept:
                break
            continue
        kept.append(sentence)
        words += size
    # List entries without a full stop would run into each other.
    joined = [s if is_sentence(s) or i == len(kept) - 1 else f"{s};" for i, s in enumerate(kept)]
    return " ".join(joined)


def summary_section(document: Document) -> int | None:
    """The section that summarizes the document, chosen by the priority of its name."""
    for pattern in _SUMMARY_SECTIONS:
        for i, section in enumerate(document.sections):
            if pattern.search(section.heading) and any(
                u.kind in ("prose", "item", "quote", "field") and not is_metadata(u) for u in document.units_below(i)
            ):
                return i
    return None


def summary_sentences(document: Document, index: int) -> list[str]:
    """The sentences of a summary section, lists included, labels left out."""
    units = document.units_of(index) or document.units_below(index)
    found: list[str] = []
    for unit in units:
        told = unit.kind in ("prose", "item", "quote") or (unit.kind == "field" and unit.text.strip())
        if told and not is_metadata(unit):
            found += [s for s in split_sentences(unit_text(unit)) if not (s.endswith(":") or is_talk(s) or waits(s))]
    return found


def is_metadata(unit: Unit) -> bool:
    """Whether a unit is a fact about the document, such as its date."""
    if unit.kind == "field":
        return bool(ABOUT_DOCUMENT.fullmatch(unit.key))
    key, colon, value = unit.text.partition(":")
    return bool(colon) and len(value.split()) <= _SHORT_VALUE and bool(ABOUT_DOCUMENT.fullmatch(key.strip(" *_`")))


def stated_summary(document: Document, fields: list[Field]) -> str:
    """At most `SUMMARY_WORDS` words, in whole sentences: the author's own summary, else the introduction."""
    section = summary_section(document)
    brief = first_value([f for f in fields if f.section < 0], _BRIEF) or ""
    if section is not None or brief:
        told = summary_sentences(document, section) if section is not None else []
        first = [] if brief or not told or word_count(told[0]) <= SUMMARY_WORDS else split_sentences(task_of(fields))
        text = bounded(distinct([*split_sentences(brief), *first, *told]))
        if text:
            return text
    lines = document.structure.lines
    labelled = first_value([f for f in fields if not lines[f.line].lstrip().startswith("|")], _SUMMARY_FIELD)
    if labelled and word_count(labelled) >= 4:
        text = bounded(split_sentences(labelled))
        if text:
            return text
    return bounded(_introduction(document))


def _introduction(document: Document) -> list[str]:
    """The sentences of the paragraphs between the title and the first section."""
    if len(document.sections) < 2 or not document.is_title(0):
        return []
    told = [s for u in document.units_of(0) if u.kind == "prose" for s in split_sentences(u.plain)]
    return [s for s in told if is_sentence(s) and word_count(s) >= _MIN_WORDS and not (is_talk(s) or waits(s))]


def task_of(fields: list[Field]) -> str:
    """What the document says it is about, above its first section, if that is more than a name."""
    value = first_value([f for f in fields if f.section <= 0], _TASK_FIELD) or ""
    return value if len(_WORD.findall(value)) >= _TASK_WORDS else ""


def rest_of_summary(document: Document, summary: str) -> tuple[tuple[int, str], ...]:
    """The sentences of the author's summary that do not fit the `summary` field, in order.

    Each has its position, which is negative if it comes before those in the field.
    """
    section = summary_section(document)
    if section is None:
        return ()
    sentences = distinct(summary_sentences(document, section))
    start = next((n for n, s in enumerate(sentences) if s in summary), 0)
    return tuple((n - start, s) for n, s in enumerate(sentences) if s not in summary)
