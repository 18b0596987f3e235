"""Reads what the author of a report states: a summary, findings and recommendations."""

from __future__ import annotations

import re

from ctxbudget_server.extract.readers.completeness import waits
from ctxbudget_server.extract.readers.fields import ABOUT_DOCUMENT, Field, first_value, header_list
from ctxbudget_server.extract.readers.list_entries import distinct, entries, heading_text, shorten, under_labels
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import is_sentence, split_sentences, word_count

SUMMARY_WORDS = 50
"""Maximum number of words in the `summary` field."""

_SUMMARY_SECTIONS = tuple(
    re.compile(p, re.I)
    for p in (
        r"\bexecutive summary\b",
        r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:tl;?dr|summary|abstract|synopsis)\b",
        r"(?<!file )(?<!files )(?<!structure )(?<!results )(?<!test )(?<!cost )(?<!risk )(?<!cause )(?<!metrics )"
        r"\bsummary$",
        r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:overview|introduction)\b|\boverview$",
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
_KEY_SECTION = re.compile(
    r"\b(?:key|main|major|critical|principal|important)\s+(?:\w+\s+)?(?:findings?|points?|takeaways?"
    r"|insights?|results?|discoveries"
    r"|observations?|facts|issues|lessons)\b|\btakeaways?\b|\bhighlights?\b",
    re.I,
)
_FINDING_HEADING = re.compile(r"^(?:finding|issue|observation|insight)\s*#?\d+\b[:.\s-]*", re.I)
_FINDINGS_SECTION = re.compile(r"\b(?:findings|results|analysis|observations|what (?:we|i) found)\b", re.I)
_KEY_LABEL = re.compile(r"(?:key|main|major|critical|core)\b.*|.*\b(?:findings?|takeaways?|strengths?|insights?)")
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
_FINDING_LABEL = re.compile(r"(?:key |main |critical )?(?:finding|insight|observation)s?(?: \#?\d+)?")
_SHORT_VALUE = 6
_MIN_WORDS = 6
"""Minimum number of words of a meaningful sentence in an introduction."""
_BOLD_LEADS = 3
"""Minimum number of bullets with a bold lead and a sentence that make a list of findings."""
_RECOMMENDATIONS = re.compile(
    r"\b(?:recommend\w*|suggest(?:ions?|ed (?:actions?|changes?|fix(?:es)?|next steps?))|next steps?|action items?"
    r"|proposed (?:actions?|changes?|fix(?:es)?)|improvements?|actions to take)\b",
    re.I,
)
_LISTED_RECOMMENDATIONS = re.compile(r"(?:key )?recommendations?")
_NUMBERED_ADVICE = re.compile(r"^(?:recommendation|fix|suggestion|action)\s*#?\d+\s*[:.)–—-]+\s*(?=\S)", re.I)
_STRICT_RECOMMENDATIONS = re.compile(r"\brecommend\w*\b", re.I)
_DECISIONS = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:key |design |final )?decisions?(?: made)?|way forward|path forward"
    r"|action plan|actions|follow-?ups?|advice|to-?dos?|what to do(?: next)?)\b",
    re.I,
)


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
                u.kind in ("prose", "item", "quote", "field") and not _is_metadata(u) for u in document.units_below(i)
            ):
                return i
    return None


def summary_sentences(document: Document, index: int) -> list[str]:
    """The sentences of a summary section, lists included, labels left out."""
    units = document.units_of(index) or document.units_below(index)
    found: list[str] = []
    for unit in units:
        told = unit.kind in ("prose", "item", "quote") or (unit.kind == "field" and unit.text.strip())
        if told and not _is_metadata(unit):
            found += [s for s in split_sentences(unit_text(unit)) if not (s.endswith(":") or is_talk(s) or waits(s))]
    return found


def _is_metadata(unit: Unit) -> bool:
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


def tidy_findings(findings: list[str]) -> tuple[str, ...]:
    """At most ten distinct findings, without placeholders and without sentences that only announce a list."""
    return tuple(distinct(_without_lead_in(f) for f in findings if not waits(f))[:10])


def _without_lead_in(finding: str) -> str:
    """A finding without a last sentence that only announces a list."""
    sentences = split_sentences(finding) if finding.endswith(":") else []
    return finding[: finding.rindex(sentences[-1])].rstrip() if len(sentences) > 1 else finding


def stated_findings(document: Document) -> list[str]:
    """The author's findings: a section or label with that name, `Finding N` headings, bullets of the summary, bold
    leads.
    """
    for index in document.matching(_KEY_SECTION):
        found = entries(document, index)
        if found:
            return found
    numbered = [
        heading_text(_FINDING_HEADING.sub("", t)) or t
        for t in document.titles
        if _FINDING_HEADING.match(heading_text(t))
    ]
    found = numbered or under_labels(document, _FINDING_LABEL.fullmatch) or under_labels(document, _KEY_LABEL.fullmatch)
    if found:
        return found
    section = summary_section(document)
    if section is not None:
        bullets = _bullets(document, section)
        if len(bullets) >= 2:
            return bullets
    for index in document.matching(_FINDINGS_SECTION) if len(document.sections) > 1 else ():
        found = entries(document, index)
        if len(found) >= 2:
            return found
    leads = [unit_text(u) for u in document.units if u.kind == "field" and u.bullet and is_sentence(u.plain)]
    if len(leads) >= _BOLD_LEADS:
        return [shorten(lead) for lead in leads]
    return []


def _bullets(document: Document, section: int) -> list[str]:
    """The outer bullets of a summary, without mere labels and key figures."""
    listed = [u for u in document.units_below(section) if u.kind in ("item", "field") and u.bullet]
    top = min((u.indent for u in listed), default=0)
    return [shorten(unit_text(u)) for u in listed if u.indent <= top + 1 and unit_text(u) and not _is_metadata(u)]


def recommendations(document: Document, *, decided: bool) -> tuple[str, ...]:
    """What the document recommends, from sections with such names at any level, whatever the form of their entries.

    `decided` says whether decisions count as advice if there is none; in a summary of finished work they do not.
    """
    listed = header_list(document, _LISTED_RECOMMENDATIONS)
    if listed:
        return tuple(distinct(listed)[:20])
    for pattern in (_STRICT_RECOMMENDATIONS, _RECOMMENDATIONS, *([_DECISIONS] if decided else [])):
        found: list[str] = []
        for index in document.matching(pattern):
            found += entries(document, index)
        found = found or (under_labels(document, pattern.search) if pattern is not _DECISIONS else [])
        found = distinct(_NUMBERED_ADVICE.sub("", f) for f in found if not waits(f))
        if found:
            return tuple(found[:20])
    return ()
