"""Reads a plan: phases with their tasks, dependencies and waves, complexity, estimate, success criteria, risks."""

from __future__ import annotations

import re
from itertools import pairwise

from ctxbudget_server.extract.listed import Listed
from ctxbudget_server.extract.model import PlanFields
from ctxbudget_server.extract.plans.dependencies import numbers_in, waves_of
from ctxbudget_server.extract.plans.estimates import estimate_of, given_complexity, hours_of
from ctxbudget_server.extract.plans.phases import find_phases
from ctxbudget_server.extract.readers.fields import Field
from ctxbudget_server.extract.readers.list_entries import entries, table_rows, under_labels
from ctxbudget_server.markdown.document import Document, unit_text

COMPLEXITY_FORMULA = "phases + 0.3 * tasks + 0.1 * hours + dependencies"
"""How complexity is computed when the plan gives none; rounded to one decimal."""

_DEPENDS = re.compile(r"depends on|dependency|dependencies|blocked by|requires|prerequisites?|depends")
_DEPENDENCY_SECTION = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:external|internal|task|plan|critical|key|main|hard|technical|project) )?"
    r"(?:dependencies|prerequisites)\W*$",
    re.I,
)
_NONE = re.compile(
    r"\W*(?:none|n/?a|nothing|no(?:ne)? (?:\w+ )?(?:dependencies|prerequisites|blockers))\b"
    r"(?: (?:identified|required|known|needed|expected))?\W*(?:[-–—:;,.(].*)?",
    re.I | re.S,
)
_SEPARATOR = re.compile(r";\s+|,\s+(?:and\s+)?|\s+and\s+(?=(?:task|issue|pr|#|\w+-\d))", re.I)
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]|`[^`]*`|\"[^\"]*\"")
_PART_WORDS = 6
"""A value is a list if none of its parts has more words than this, what is in brackets aside."""
_ABOUT_PHASES = re.compile(r"\b(?:phase|stage|step|milestone)s?\s+\d", re.I)
_CRITERIA = (
    re.compile(r"\b(?:success|acceptance|exit|completion) criteria\b|\bdefinition of done\b", re.I),
    re.compile(r"\bsuccess (?:metrics|measures|indicators)\b|\bdone when\b", re.I),
    re.compile(r"\b(?:goals?\b(?! *&? *non)|objectives?|deliverables|expected outcomes?)\b", re.I),
)
_GOALS = re.compile(r"goals?|objectives?")
_NON_GOALS = re.compile(r"\bnon[- ]?goals?\b|\bout of scope\b", re.I)
_MAX_DEPENDENCIES, _MAX_CRITERIA, _MAX_RISKS = 12, 20, 12
_RISKS = re.compile(r"\brisks?\b", re.I)
_RISK_LABEL = re.compile(r"(?:key |main |open )?risks?(?: and mitigations?| & mitigations?)?")


def parse_plan(document: Document, fields: list[Field]) -> PlanFields:
    """The plan in a document; lists are empty and values None if it does not state them."""
    phases, inside = find_phases(document, fields)
    plan_level = [f for f in fields if f.section not in inside]
    dependencies = _dependency_lines(document, plan_level, inside)
    links = sum(len(p.depends_on) for p in phases)
    estimate = estimate_of(document, plan_level, [p.estimate for p in phases])
    given = given_complexity(document, plan_level or fields)
    tasks = sum(p.tasks_done + p.tasks_open for p in phases)
    complexity, basis = given, "given"
    if given is None and phases:
        computed = len(phases) + 0.3 * tasks + 0.1 * hours_of(estimate) + (links or len(dependencies))
        complexity, basis = round(computed, 1), "computed"
    return PlanFields(
        phases=tuple(phases),
        phase_count=len(phases),
        complexity=complexity,
        complexity_basis=basis if complexity is not None else None,
        estimate=estimate,
        dependencies=dependencies,
        waves=tabled_waves(document) or waves_of(phases),
        success_criteria=_criteria(document, inside),
        risks=_risks(document, inside),
    )


def tabled_waves(document: Document) -> tuple[tuple[int, ...], ...]:
    """Waves as listed in a table of the plan."""
    found: list[tuple[int, ...]] = []
    for head, row in table_rows(document.units):
        names = [name.lower() for name in head[:2]]
        if len(row) > 1 and names[:1] == ["wave"] and names[1:] and names[1].startswith("phase"):
            found.append(numbers_in(row[1]))
    return tuple(wave for wave in found if wave)


def _outside(document: Document, pattern: re.Pattern[str], inside: set[int]) -> list[int]:
    """The matching sections, those outside phases first."""
    return sorted(document.matching(pattern), key=lambda i: i in inside)


def _dependency_lines(document: Document, plan_level: list[Field], inside: set[int]) -> tuple[str, ...]:
    """What the plan as a whole depends on: from its fields, and from a section's entries that are not about phases."""
    found = [part for f in plan_level if _DEPENDS.fullmatch(f.name) for part in _parts(f.value)]
    if not found:
        for index in document.matching(_DEPENDENCY_SECTION):
            if index not in inside:
                found += _leaf_entries(document, index)
    told = dict.fromkeys(v for v in found if not _NONE.fullmatch(v) and not _ABOUT_PHASES.match(v))
    return Listed.cut(list(told), _MAX_DEPENDENCIES)


def _parts(value: str) -> list[str]:
    """The dependencies listed in a value, such as `Task 86 (schema), Task 88`; a sentence is one."""
    bare = _BRACKETS.sub(lambda match: "x" * len(match[0]), value)
    cuts = [(0, 0), *(m.span() for m in _SEPARATOR.finditer(bare)), (len(value), len(value))]
    spans = [(a[1], b[0]) for a, b in pairwise(cuts)]
    if len(spans) == 1 or any(len(bare[a:b].replace("x", "").split()) > _PART_WORDS for a, b in spans):
        return [value]
    return [value[a:b].strip() for a, b in spans if value[a:b].strip()]


def _leaf_entries(document: Document, index: int) -> list[str]:
    """The entries of a section and its subsections."""
    children = document.children(index)
    if not children:
        return entries(document, index)
    return [entry for i in children for entry in entries(document, i)]


def _criteria(document: Document, inside: set[int]) -> tuple[str, ...]:
    for pattern in _CRITERIA:
        for index in _outside(document, pattern, inside):
            found = _goals(document, index) or entries(document, index)
            if found:
                return Listed.cut(found, _MAX_CRITERIA)
        found = under_labels(document, pattern.search)
        if found:
            return Listed.cut(found, _MAX_CRITERIA)
    return ()


def _goals(document: Document, index: int) -> list[str]:
    """The goals of a section that also lists non-goals."""
    units = document.units_below(index)
    if not any(_NON_GOALS.search(u.key) for u in units if u.kind == "field"):
        return []
    section = document.sections[index]
    return under_labels(document, _GOALS.fullmatch, (section.start_line - 1, section.end_line))


def _risks(document: Document, inside: set[int]) -> tuple[str, ...]:
    for index in _outside(document, _RISKS, inside):
        found = entries(document, index)
        if found:
            return Listed.cut(found, _MAX_RISKS)
    labelled = under_labels(document, _RISK_LABEL.fullmatch) or [
        unit_text(u)
        for u in document.units
        if u.kind == "field" and u.key.lower() in ("risk", "risks") and u.text.strip()
    ]
    return Listed.cut(labelled, _MAX_RISKS)
