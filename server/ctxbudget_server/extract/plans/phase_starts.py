"""Finds where the phases of a plan begin: at headings, list entries, bold lines, or the sections of a task list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ctxbudget_server.extract.plans.dependencies import links_in, own_needs
from ctxbudget_server.extract.plans.leads import INNER_WORDS, LEAD, NUMBERED, PACKAGES, WORDS, Lead
from ctxbudget_server.extract.plans.phase_lists import chosen_list
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document
from ctxbudget_server.markdown.sentences import plain, split_sentences

PHASE_SECTION = re.compile(
    r"\b(?:phases|milestones|stages|sprints|iterations|steps|road ?map|implementation order)\b", re.I
)
_LIST_NUMBER = re.compile(r"\s*\(?(\d{1,3})[.)]\s")
_BOLD = re.compile(r"\*\*(.{1,120}?)\*\*:?\s*(.*)$")
_BOLD_NAME = re.compile(r"\*\*([^*\n]{2,120})\*\*(?=\s*(?:$|[(\[:–—-]))\s*(.*)$", re.S)
_SHORT_MARK = re.compile(r"\W*P(\d{1,2})\s*[-–—:]+\s*(\S.*)$")
_ITEM_MARK = re.compile(r"^\s*(?:[-*+•●]|\(?\d{1,3}[.)])\s+(?:\[[ xX~/-]\]\*?\s+)?")
BOX_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\[([ xX~/-])\]\*?\s+")
"""An entry with a check box; with an asterisk it is optional, and `-`, `~` and `/` mean that it is being done."""
_OTHER_SECTION = re.compile(
    r"\b(?:criteria|checklist|sign-?off|risks?|non-goals?|dependenc(?:y|ies)|testing|tests|verification|validation"
    r"|rollback|contingency|notes|change ?log|references|next steps)\b",
    re.I,
)
_GROUP = re.compile(r"\W*(?:phase|stage|milestone|sprint|wave|lane|group|track)\s+(?:\d|[A-Z]\b)", re.I)
_PHASE_LIST = re.compile(
    r"\b(?:phases|milestones|stages|sprints|iterations|steps|tasks|road ?map|implementation (?:order|plan)"
    r"|work ?plan)\b",
    re.I,
)
_ANY_WORD = re.compile("|".join(WORDS), re.I)
_LABEL_WORDS = 16
"""Maximum number of words of a line of prose that may name a phase."""
_MAX_LINES = 60
_MIN_LEADS = 2
_MIN_LEVEL = 2
"""Sections of the highest level are documents, not phases."""
_TESTS = re.compile(
    r"\W*(?:integration |unit |end-to-end |automated )?(?:tests?|testing|verification|validation)\b", re.I
)
_BOX_NUMBER = re.compile(r"(\d{1,2})(?:[.)]\s+|\s*(\.\d{1,2})\b[.)]?\s*)(\S.*)$", re.S)
"""The number of a task in a list of check boxes: `2. Store`, or `2.1 Table`, which is part of it."""


def phase_leads(document: Document) -> list[Lead]:
    """The beginnings of phases, from the most reliable form that the document uses."""
    headings = _heading_leads(document)
    if len(headings) > 1:
        return headings
    listed = _unit_leads(document)
    outer = listed if listed and listed[0].word not in INNER_WORDS else []
    if outer and headings and headings[0].word == outer[0].word:
        known = {lead.key for lead in headings}
        merged = headings + [lead for lead in outer if lead.key not in known]
        return sorted(merged, key=lambda lead: lead.start)
    return (
        outer
        or headings
        or _numbered_sections(document)
        or listed
        or _phase_list(document)
        or _boxed_sections(document)
        or _numbered_boxes(document)
    )


def _chosen_word(leads: list[Lead]) -> str | None:
    """The word for phases: the most reliable one that occurs twice, else the most reliable one."""
    counts: dict[str, set[str]] = {}
    for lead in leads:
        counts.setdefault(lead.word, set()).add(lead.key)
    several = [w for w in WORDS if len(counts.get(w, ())) > 1]
    return next(iter(several or [w for w in WORDS if w in counts]), None)


# Headings


def _heading_leads(document: Document) -> list[Lead]:
    found: list[Lead] = []
    levels: dict[int, int] = {}
    for i, title in enumerate(document.titles):
        match = LEAD.match(title)
        if not match:
            continue
        section = document.sections[i]
        lead = Lead(match[1].lower(), match[2].lower(), title, section.start_line - 1, section.end_line, section=i)
        found.append(lead)
        levels[i] = section.level
    # Criteria or risks may be listed by phase; but a plan may also forget to end such a section.
    outside = [x for x in found if not any(map(_is_other, document.headings_above(x.section)))]
    found = outside if len(outside) > 1 else found
    word = _word_of_headings(found, levels)
    if word not in PACKAGES and not any(_has_boxes(document, lead) for lead in found if lead.word == word):
        word = _chosen_word([x for x in found if x.word in PACKAGES and _has_boxes(document, x)]) or word
    leads = _without_file_title([lead for lead in found if lead.word == word], levels)
    for n, lead in enumerate(leads):
        last = document.last_below(lead.section)
        if n + 1 < len(leads):
            following = leads[n + 1]
            last = min(last, following.section)
            lead.end = min(lead.end, following.start)
        lead.units = document.units_between(lead.section, last)
    return chosen_list(document, leads)


def _is_other(heading: str) -> bool:
    """Whether a heading announces something else than phases; a group of them may be called `Wave 3 - Tests`."""
    return bool(_OTHER_SECTION.search(heading)) and not _GROUP.match(heading)


def _has_boxes(document: Document, lead: Lead) -> bool:
    return any(unit.done is not None for unit in document.units_below(lead.section))


def _word_of_headings(found: list[Lead], levels: dict[int, int]) -> str | None:
    """The word for phases; in a file that is one phase, the word for its stages if it has any."""
    title = next((lead for lead in found if levels[lead.section] == 1), None)
    if title is not None and title.word == "phase" and sum(lead.word == "phase" for lead in found) == 1:
        parts = [lead for lead in found if lead.word in ("stage", "milestone")]
        return _chosen_word(parts) if len(parts) > 1 else "phase"
    return _chosen_word(found)


def _without_file_title(leads: list[Lead], levels: dict[int, int]) -> list[Lead]:
    """The phases without the heading of the whole file, which has others below it or is a task of a bigger list."""
    titles = [lead for lead in leads if levels[lead.section] == 1]
    if len(titles) != 1 or (len(leads) == 1 and titles[0].word not in INNER_WORDS):
        return leads
    return [lead for lead in leads if lead is not titles[0]]


# List entries and bold lines


def _unit_leads(document: Document) -> list[Lead]:
    """Phases that are list entries or bold lines, from the section that names most of them."""
    by_section: dict[int, list[Lead]] = {}
    for n, unit in enumerate(document.units):
        if unit.kind not in ("item", "field", "prose") or _in_other_section(document, unit.section):
            continue
        found = list(_leads_of_unit(document, unit))
        if found:
            found[-1].units = _body(document.units, n, found[-1].start == unit.start and unit.bullet)
            if found[-1].units:
                found[-1].end = found[-1].units[-1].end
            by_section.setdefault(unit.section, []).extend(found)
    best: list[Lead] = []
    for leads in by_section.values():
        word = _chosen_word(leads)
        named = list({lead.key: lead for lead in reversed(leads) if lead.word == word}.values())[::-1]
        if (len(named), sum(len(lead.units) for lead in named)) > (len(best), sum(len(lead.units) for lead in best)):
            best = named
    for lead, following in pairwise(best):
        lead.units = [u for u in lead.units if u.start < following.start]
        lead.end = min(lead.end, following.start)
    return best if len(best) > 1 else []


def _in_other_section(document: Document, index: int) -> bool:
    if index < 0 or document.is_title(index):
        return False
    return any(map(_OTHER_SECTION.search, (*document.headings_above(index), document.sections[index].heading)))


def _leads_of_unit(document: Document, unit: Unit) -> Iterator[Lead]:
    """The phases that begin in a unit; one paragraph may contain several, and a list may run into a bold line."""
    if unit.end - unit.start > _MAX_LINES or not _ANY_WORD.search(unit.key or unit.text):
        return
    for n, line in enumerate(document.structure.lines[unit.start : unit.end]):
        box = BOX_ITEM.match(line)
        text = _ITEM_MARK.sub("", line, count=1).strip()
        bold = _BOLD.match(text)
        match = LEAD.match(plain(text)) if _ANY_WORD.search(text[:24]) else None
        if not match or not (bold or _looks_like_label(match, unit, n)):
            continue
        if own_needs(match[4], None) or any(True for _ in links_in(plain(text))):
            continue
        label, more = _label(text, bold)
        end = unit.start + n + 1
        ticked = None if box is None else box[1] in "xX"
        yield Lead(match[1].lower(), match[2].lower(), label, unit.start + n, end, more=more, box=ticked, section=-1)


def _looks_like_label(match: re.Match[str], unit: Unit, n: int) -> bool:
    """Whether a line without bold type is a phase's name rather than a sentence about it."""
    if unit.kind == "prose":
        return bool(match[3]) and len(match[0].split()) <= _LABEL_WORDS
    return n == 0 and (bool(match[3]) or match[4][:1] in ("", "(", "["))


def _label(text: str, bold: re.Match[str] | None) -> tuple[str, str]:
    """The phase's name in its line, and the rest of the line."""
    if bold:
        name, more = plain(bold[1]), plain(bold[2])
        if _has_name(name.rstrip(": ")):
            return name.rstrip(": "), more
        sentences = split_sentences(more.lstrip(":-–— "))
        return f"{name.rstrip(': ')}: {sentences[0]}" if sentences else name, " ".join(sentences[1:])
    sentences = split_sentences(plain(text)) or [""]
    return sentences[0], " ".join(sentences[1:])


def _has_name(label: str) -> bool:
    match = LEAD.match(label)
    return bool(match and match[4].strip())


def _body(units: list[Unit], n: int, listed: bool) -> list[Unit]:
    """What belongs to the entry at `n`: for a list entry the deeper entries, else everything up to the next line of its
    kind.
    """
    head = units[n]
    body: list[Unit] = []
    for unit in units[n + 1 :]:
        if unit.section != head.section:
            break
        if listed and unit.indent <= head.indent and unit.kind != "code":
            break
        if not listed and not unit.bullet and LEAD.match(unit.key or unit.text[:120]):
            break
        body.append(unit)
    return body


# Sections and lists without a word for a phase


def _numbered_sections(document: Document) -> list[Lead]:
    """The numbered sections with check boxes of a task list."""
    numbered = [
        i
        for i, title in enumerate(document.titles)
        if NUMBERED.match(title) and any(u.done is not None for u in document.units_below(i))
    ]
    top = min((document.sections[i].level for i in numbered), default=0)
    return [_section_lead(document, i) for i in numbered if document.sections[i].level == top]


def _boxed_sections(document: Document) -> list[Lead]:
    """The unnumbered sections of a task list: two or more that have check boxes, and those for tests beside them."""
    boxed = [i for i in range(len(document.sections)) if any(u.done is not None for u in document.units_of(i))]
    sure = [i for i in boxed if not _is_other(document.sections[i].heading)]
    level = min((document.sections[i].level for i in sure), default=0)
    if level < _MIN_LEVEL or sum(document.sections[i].level == level for i in sure) < _MIN_LEADS:
        return []
    tests = [i for i in boxed if _TESTS.match(document.titles[i])]
    found = [i for i in sorted({*sure, *tests}) if document.sections[i].level == level]
    return [_section_lead(document, i) for i in found]


def _numbered_boxes(document: Document) -> list[Lead]:
    """The tasks `1.`, `2.` of one list of check boxes whose parts are `1.1`, `1.2`: at least two, one with parts."""
    marked = [(unit, _BOX_NUMBER.match(unit.text)) for unit in document.units if unit.done is not None]
    found: dict[str, Lead] = {}
    for unit, match in marked:
        if match is None:
            continue
        key, part = match[1], match[2]
        if part is None and key not in found:
            label = split_sentences(plain(match[3])) or [""]
            found[key] = Lead("", key, label[0], unit.start, unit.end, box=unit.done)
        elif part is not None and key in found:
            found[key].units.append(unit)
    leads = [*found.values()]
    if len(leads) < _MIN_LEADS or not any(lead.units for lead in leads):
        return []
    for lead, following in zip(leads, [*leads[1:], None], strict=True):
        lead.end = following.start if following else max(lead.end, *(unit.end for unit in lead.units), 0)
        first = lead.start + 1 if lead.units else lead.start  # without parts it is a task itself
        lead.units = [unit for unit in document.units if first <= unit.start < lead.end]
    return leads


def _section_lead(document: Document, index: int) -> Lead:
    section = document.sections[index]
    match = NUMBERED.match(document.titles[index])
    key = match[1] if match else ""
    return Lead(
        "",
        key,
        document.titles[index],
        section.start_line - 1,
        section.end_line,
        document.units_below(index),
        section=index,
    )


def _phase_list(document: Document) -> list[Lead]:
    """What is under a heading such as `Phases`: its subsections, or the entries of its list."""
    for index in document.matching(_PHASE_LIST):
        children = document.children(index)
        if len(children) >= 2:
            return [_section_lead(document, i) for i in children]
    for index in document.matching(PHASE_SECTION):
        found = _list_leads(document, index)
        if len(found) >= 2:
            return found
    return []


def _list_leads(document: Document, index: int) -> list[Lead]:
    units = document.units_of(index)
    listed = [u for u in units if u.bullet]
    top = min((u.indent for u in listed), default=0)
    found: list[Lead] = []
    for n, unit in enumerate(units):
        if unit.bullet and unit.indent <= top + 1:
            line = document.structure.lines[unit.start]
            number, box = _LIST_NUMBER.match(line), BOX_ITEM.match(line)
            text = _ITEM_MARK.sub("", line, count=1).strip()
            label, more = _label(text, None)
            if unit.kind == "field":
                label, more = unit.key, unit.plain
            elif named := _BOLD_NAME.match(unit.text):
                label, more = plain(named[1]), plain(named[2])
            elif unit.end - unit.start > 1:
                label, more = _label(unit.text, None)
            body = _body(units, n, listed=True)
            end = body[-1].end if body else unit.end
            ticked = None if box is None else box[1] in "xX"
            found.append(Lead("", number[1] if number else "", label, unit.start, end, body, more, ticked))
    short = [_SHORT_MARK.match(lead.label) for lead in found]
    for lead, mark in zip(found, short, strict=True):
        if mark and all(short):
            lead.key, lead.label = mark[1], mark[2]
    return found if all(lead.box is None for lead in found) or any(lead.units for lead in found) else []
