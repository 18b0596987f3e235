"""What a workflow needs to know of a plan: beside its fields, how much work each phase states, and who does it."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from ctxbudget_server.extract.model import PlanPhase
from ctxbudget_server.extract.plans.dependencies import waiting_in_circles, waves_of
from ctxbudget_server.extract.plans.estimates import figure_in, hours_of
from ctxbudget_server.extract.plans.leads import Lead
from ctxbudget_server.extract.plans.phases import phases_and_leads, sections_inside, tasks_of
from ctxbudget_server.extract.plans.plan import tabled_waves
from ctxbudget_server.extract.readers.fields import Field, collect_fields
from ctxbudget_server.extract.readers.titles import document_title
from ctxbudget_server.markdown.document import Document, parse_document
from ctxbudget_server.markdown.lines import unnumbered
from ctxbudget_server.markdown.model import Check, no_check

_COMPLEXITY = re.compile(r"(?:phase |overall |estimated )?complexity(?: score| rating)?")
_WAVE = re.compile(r"wave(?: number)?")
_AGENTS = re.compile(r"(?:(?:research|parallel|sub)[ -]?)?(?:sub)?agents?(?: count)?|number of (?:research )?agents")
_TOLD_AGENTS = re.compile(
    r"\b(\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten)\s+"
    r"(?:(?:parallel|research|sub|independent|more)[ -]?)*agents?\b",
    re.I,
)
_SPELLED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SCOPE = re.compile(r"(?:workflow )?scope")
_SIZE = re.compile(r"(?:estimated |expected |approximate )?(?:size|length|prompt size|loc|lines)(?: estimate)?")
_LINES = re.compile(r"(\d[\d,]*)(?:\s*(?:-|–|to)\s*(\d[\d,]*))?\s*\+?\s*(?:lines?|loc)\b", re.I)


@dataclass(frozen=True, slots=True)
class PhaseSurvey:
    """A phase, and the work that it states. Figures are 0 and values None where it states none."""

    phase: PlanPhase
    boxes: int
    entries: int
    """List entries without a check box: tasks, in a plan that ticks none off."""
    hours: float
    lines: float
    """Lines of code or text that the phase is estimated at, the middle of a range."""
    agents: int | None
    complexity: float | None
    wave: int | None


@dataclass(frozen=True, slots=True)
class PlanSurvey:
    """A plan as a workflow sees it; `waves` are those that it lists or that follow from its dependencies."""

    title: str | None
    scope: str | None
    """What a field called scope says, in the author's words."""
    agents: int | None
    phases: tuple[PhaseSurvey, ...]
    waves: tuple[tuple[int, ...], ...]
    waves_stated: bool
    circle: tuple[int, ...]
    """Phases that wait for each other."""
    outside: tuple[str, ...]
    """Headings of the sections, a heading for each check box, that have tasks and belong to no phase."""


def survey_plan(text: str, check: Check = no_check) -> PlanSurvey:
    """Read a plan. Any string is legal: one that is not a plan has no phases. `check` raises to cancel."""
    document = parse_document(unnumbered(text.replace("\0", "")), check)
    fields = collect_fields(document)
    phases, leads = phases_and_leads(document, fields)
    check()
    surveyed = tuple(_phase(document, fields, phase, leads[n] if leads else None) for n, phase in enumerate(phases))
    inside = sections_inside(document, leads)
    plan_level = [field for field in fields if field.section not in inside]
    tabled = tabled_waves(document)
    labelled = _labelled_waves(surveyed)
    return PlanSurvey(
        title=document_title(document, fields) or None,
        scope=next((field.value for field in plan_level if _SCOPE.fullmatch(field.name)), None),
        agents=_agents(plan_level, ""),
        phases=surveyed,
        waves=tabled or labelled or waves_of(phases),
        waves_stated=bool(tabled or labelled),
        circle=waiting_in_circles(phases),
        outside=_outside(document, leads),
    )


def agents_in(text: str) -> int | None:
    """How many agents a text mentions: `3 research agents`, `four agents`; None: none, or several numbers."""
    told = {match[1].lower() for match in _TOLD_AGENTS.finditer(text)}
    if len(told) != 1:
        return None
    word = told.pop()
    return _SPELLED.index(word) + 1 if word in _SPELLED else int(word) or None


def _outside(document: Document, leads: list[Lead]) -> tuple[str, ...]:
    """The section's heading of each task that is in no phase; criteria and the like are not tasks."""
    starts = [lead.start for lead in leads]

    def is_inside(line: int) -> bool:
        at = bisect_right(starts, line) - 1
        return at >= 0 and line < leads[at].end

    return tuple(
        document.sections[unit.section].heading if unit.section >= 0 else ""
        for unit in tasks_of(document, document.units)
        if leads and unit.done is not None and not is_inside(unit.start)
    )


def _phase(document: Document, fields: list[Field], phase: PlanPhase, lead: Lead | None) -> PhaseSurvey:
    if lead is None:
        return PhaseSurvey(phase, 0, 0, hours_of(phase.estimate), 0.0, None, None, None)
    first = bisect_right(fields, lead.start, key=lambda field: field.line)
    own = fields[first : bisect_left(fields, lead.end, lo=first, key=lambda field: field.line)]
    boxes = phase.tasks_done + phase.tasks_open
    entries = sum(unit.kind == "item" and unit.done is None for unit in tasks_of(document, lead.units))
    return PhaseSurvey(
        phase=phase,
        boxes=boxes,
        entries=entries,
        hours=hours_of(phase.estimate),
        lines=_lines(own),
        agents=_agents(own, f"{lead.label} {lead.more}"),
        complexity=next(
            (n for f in own if _COMPLEXITY.fullmatch(f.name) and (n := figure_in(f.value)) is not None), None
        ),
        wave=next((n for f in own if _WAVE.fullmatch(f.name) and (n := _whole(f.value)) is not None), None),
    )


def _labelled_waves(phases: tuple[PhaseSurvey, ...]) -> tuple[tuple[int, ...], ...]:
    """The waves that the phases themselves name, if each of them does."""
    waves: dict[int, list[int]] = {}
    for one in phases:
        if one.wave is None or one.phase.number is None:
            return ()
        waves.setdefault(one.wave, []).append(one.phase.number)
    return tuple(tuple(waves[wave]) for wave in sorted(waves))


def _whole(value: str) -> int | None:
    match = re.match(r"\W*(\d{1,3})\b(?!\.\d)", value)
    return int(match[1]) if match else None


def _lines(fields: list[Field]) -> float:
    for field in fields:
        if _SIZE.fullmatch(field.name) and (match := _LINES.search(field.value)):
            low, high = match[1].replace(",", ""), (match[2] or match[1]).replace(",", "")
            return (int(low) + int(high)) / 2
    return 0.0


def _agents(fields: list[Field], label: str) -> int | None:
    for field in fields:
        if _AGENTS.fullmatch(field.name):
            return _whole(field.value) or agents_in(field.value)
    return agents_in(label)
