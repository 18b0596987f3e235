"""Reads the phases of a plan: what is said in each phase, and what is said about it elsewhere."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import replace

from ctxbudget_server.extract.model import PlanPhase
from ctxbudget_server.extract.plans.dependencies import links_in, names_phase, numbers_in, own_needs
from ctxbudget_server.extract.plans.estimates import bracketed_estimate, labelled_estimate
from ctxbudget_server.extract.plans.leads import DEPENDS, LEAD, NUMBERED, STATUS, Lead, phase_number
from ctxbudget_server.extract.plans.phase_names import PhaseNames
from ctxbudget_server.extract.plans.phase_starts import phase_leads
from ctxbudget_server.extract.plans.phase_tables import distinct_phases, tabled_phases
from ctxbudget_server.extract.readers.fields import Field
from ctxbudget_server.extract.readers.progress import BOX_WORDS, split_status, stated_status
from ctxbudget_server.markdown.blocks import Unit
from ctxbudget_server.markdown.document import Document, unit_text
from ctxbudget_server.markdown.sentences import split_sentences

_TASK_SECTION = re.compile(r"\b(?:criteria|checklist|sign-?off|risks?|non-goals?|definition of done)\b", re.I)
_DEPENDENCY_SECTION = re.compile(
    r"\bdependenc(?:y|ies)\b|\b(?:execution|phase) order\b|\bordering\b|\bsequencing\b", re.I
)
_BARE_DEPENDENCIES = re.compile(
    r"\s*(?:[-*+]\s+)?(?:dependencies|depends[_ ]on|blocked[_ ]by|requires)\s*:\s*(.*)$", re.I
)
_STATUS_SECTION = re.compile(r"\W*(?:current |phase |stage )?status\W*", re.I)
_STATUS_WORDS = 6
_LOOKED_AT = 8
"""Number of lines under a phase's heading that are searched for a bare dependency line."""


def find_phases(document: Document, fields: list[Field]) -> tuple[list[PlanPhase], set[int]]:
    """The phases of a plan, and the sections that belong to them."""
    phases, leads = phases_and_leads(document, fields)
    return phases, sections_inside(document, leads)


def phases_and_leads(document: Document, fields: list[Field]) -> tuple[list[PlanPhase], list[Lead]]:
    """The phases of a plan, and where each begins; there are no leads if the phases are rows of a table."""
    leads = phase_leads(document)
    roman = any(len(lead.key) > 1 and not lead.key.isdigit() and phase_number(lead.key) for lead in leads)
    phases = [_phase(document, fields, lead, roman) for lead in leads]
    rows = list(tabled_phases(document))
    phases = phases or distinct_phases(rows)
    return _completed(document, phases, rows), leads


def sections_inside(document: Document, leads: list[Lead]) -> set[int]:
    """The sections that belong to phases."""
    return {i for lead in leads if lead.section > 0 for i in _sections_of(document, lead)}


def _sections_of(document: Document, lead: Lead) -> Iterator[int]:
    for i in range(lead.section, len(document.sections)):
        if document.sections[i].start_line > lead.end:
            return
        yield i


def _phase(document: Document, fields: list[Field], lead: Lead, roman: bool) -> PlanPhase:
    """A phase as described in its own lines; `fields` are sorted by line."""
    first = bisect_right(fields, lead.start, key=lambda f: f.line)
    own = fields[first : bisect_left(fields, lead.end, lo=first, key=lambda f: f.line)]
    boxes = [u.done for u in tasks_of(document, lead.units) if u.done is not None]
    status, label = split_status(lead.label)
    if status is None and lead.more:
        status = split_status(f"x {lead.more}" if lead.more[:1] in "([" else lead.more)[0]
    stated = next((s for f in own if STATUS.fullmatch(f.name) and (s := stated_status(f.value))), None)
    stated = stated or (_status_below(document, lead) if status is None else None)
    number, name = _number_and_name(label, lead, roman)
    boxed = BOX_WORDS[lead.box] if lead.box is not None else None
    return PlanPhase(
        number=number,
        name=name,
        status=status or stated or boxed,
        tasks_done=sum(boxes),
        tasks_open=len(boxes) - sum(boxes),
        depends_on=_needs(document, own, lead, number),
        estimate=labelled_estimate(own) or bracketed_estimate(lead.label) or bracketed_estimate(lead.more),
    )


def _status_below(document: Document, lead: Lead) -> str | None:
    """The status of a phase in a subsection of its own."""
    if lead.section < 0:
        return None
    for i in document.children(lead.section):
        if document.sections[i].end_line <= lead.end and _STATUS_SECTION.fullmatch(document.titles[i]):
            told = next((stated_status(u.plain) for u in document.units_of(i)[:1] if u.kind in ("prose", "item")), None)
            return told if told is not None and len(told.split()) <= _STATUS_WORDS else None
    return None


def tasks_of(document: Document, units: list[Unit]) -> Iterator[Unit]:
    """The units of a phase, without lists of criteria and the like and without what is struck out."""
    skipped: Unit | None = None
    for unit in units:
        if unit.kind == "field" and not unit.text.strip():
            skipped = unit if _TASK_SECTION.search(unit.key) else None
        elif skipped is not None and unit.section != skipped.section:
            skipped = None
        below = unit.section >= 0 and _TASK_SECTION.search(document.sections[unit.section].heading)
        if skipped is None and not below and (unit.done is None or unit.plain):
            yield unit


_NEEDS_BRACKET = re.compile(
    r"\s*(?:[(\[](?:depends? on|after|requires?|blocked by|needs)\b[^()\[\]]*[)\]]"
    r"|[-–—,;]+\s+(?:depends? on|blocked by|requires|after) (?:phase|stage|step|milestone)s?\b.*$)",
    re.I,
)


def _number_and_name(label: str, lead: Lead, roman: bool) -> tuple[int | None, str]:
    bare = _NEEDS_BRACKET.sub("", label).strip() or label
    match = LEAD.match(bare) if lead.word else None
    if match:
        number = phase_number(match[2], roman=roman)
        name = match[4].strip(" -–—:|·.") if number is not None else ""
        return number, name or bare.strip(" :")
    numbered = NUMBERED.match(bare)
    if numbered:
        return int(numbered[1]), numbered[2].strip() or bare
    return (int(lead.key) if lead.key.isdigit() else None), bare.rstrip(".: ")


def _needs(document: Document, own: list[Field], lead: Lead, number: int | None) -> tuple[int, ...]:
    """The phases that a phase depends on: from its fields, a bare line, its heading, or a sentence."""
    stated = next((f.value for f in own if DEPENDS.fullmatch(f.name)), None)
    if stated is None:
        stated = _bare_dependencies(
            document.structure.lines[lead.start + 1 : min(lead.end, lead.start + 1 + _LOOKED_AT)]
        )
    if stated is not None:
        return numbers_in(stated, number)
    told = [lead.label, lead.more, *(unit_text(u) for u in lead.units if u.kind in ("item", "prose", "quote", "field"))]
    return tuple(dict.fromkeys(n for text in told for n in own_needs(text, number)))


def _bare_dependencies(lines: list[str]) -> str | None:
    """A line such as `dependencies: [1, 2]` or `depends_on: [phase_1]` right under a phase's heading."""
    return next((match[1] for line in lines if (match := _BARE_DEPENDENCIES.match(line))), None)


def _completed(document: Document, phases: list[PlanPhase], rows: list[PlanPhase]) -> list[PlanPhase]:
    """The phases, completed from a table of phases or a section on dependencies."""
    known = {p.number for p in phases if p.number is not None}
    if not known:
        return phases
    states: dict[int | None, str] = {}
    needs: dict[int, dict[int, None]] = {}
    for row in rows:
        if row.number is not None and row.status:
            states.setdefault(row.number, row.status)
        for other in row.depends_on if row.number is not None else ():
            needs.setdefault(row.number or 0, {}).setdefault(other)
    for waiting, other in _told_links(document, PhaseNames(phases)):
        needs.setdefault(waiting, {}).setdefault(other)
    alone = len(known) == 1
    found: list[PlanPhase] = []
    for phase in phases:
        waits = phase.depends_on or tuple(needs.get(phase.number or 0, ()) if phase.number is not None else ())
        kept = tuple(n for n in waits if n != phase.number and (alone or n in known))
        found.append(replace(phase, status=phase.status or states.get(phase.number), depends_on=kept))
    return found


def _told_links(document: Document, names: PhaseNames) -> Iterator[tuple[int, int]]:
    """The links between phases found in sections on dependencies, where they may go by name, and in sentences."""
    for unit in document.units:
        if unit.kind in ("code", "row"):
            continue
        about = unit.section >= 0 and bool(_DEPENDENCY_SECTION.search(document.sections[unit.section].heading))
        if about or names_phase(unit.text):
            for sentence in split_sentences(unit_text(unit)):
                for clause in names.clauses(sentence) if about else (sentence,):
                    yield from links_in(clause, bare=about)
