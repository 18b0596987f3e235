"""What a plan says: phases with their tasks, dependencies and waves, complexity, estimate, success criteria, risks."""

from __future__ import annotations

import re

from .document import Document, unit_text
from .fields import Field, normal_key
from .items import entries, table_rows
from .model import PlanFields, PlanPhase

COMPLEXITY_FORMULA = "phases + 0.3 * tasks + 0.1 * hours + dependencies"
"""How complexity is computed when the plan gives none; rounded to one decimal."""

_PHASE = re.compile(
    r"^(?:\W*)(?:phase|stage|step|milestone|iteration|sprint|part)\s+(\d+(?:\.\d+)?|[A-Z])\b\s*[:.)\-–—]*\s*(.*)$", re.I
)
_NUMBERED = re.compile(r"^(\d{1,2})[.)]\s+(.*)$")
_STATUS_MARK = re.compile(r"\[([A-Z][A-Z _-]{2,30}|[a-z][a-z _-]{2,30})\]")
_SYMBOL_STATUS = re.compile(r"[✅✓✔❌⏳🔄🚧]")
_STATUS_FIELD = re.compile(r"status|state|phase status")
_ESTIMATE = (
    re.compile(
        r"(?:total )?(?:estimated|estimate)(?: total)? ?(?:hours?|time|duration|effort|total)?"
        r"(?: estimate)?|(?:time|effort|duration|total)(?: effort| time)? estimates?|total (?:time|effort"
        r"|hours|duration)"
    ),
    re.compile(r"effort|duration|timeline|timing|hours|time"),
)
_TIME = re.compile(
    r"\d+(?:\.\d+)?\s*(?:-|–|to|\+)?\s*(?:\d+(?:\.\d+)?)?\s*\+?\s*(?:h\b|hrs?\b|hours?|d\b|days?|weeks?"
    r"|min(?:utes?)?\b|months?"
    r"|sprints?|m\b|w\b|story points?|sessions?)",
    re.I,
)
_BARE_NUMBER = re.compile(r"~?\d+(?:\.\d+)?(?:\s*[-–]\s*\d+(?:\.\d+)?)?\+?$")
_INLINE_ESTIMATE = re.compile(
    r"\b(?:estimated|estimate|total|effort|duration|timeline)\b[^.\n]{0,40}?[:=(]\s*~?(\d[^.\n)|]{0,40})", re.I
)
_COMPLEXITY = re.compile(r"(?:overall |plan |total )?complexity(?: score| level| rating| estimate)?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_DEPENDS = re.compile(r"depends on|dependency|dependencies|blocked by|requires|prerequisites?|depends")
_CRITERIA = re.compile(
    r"\b(?:success criteria|acceptance criteria|definition of done|exit criteria|goals?\b(?! *&? *non)"
    r"|objectives?|deliverables)",
    re.I,
)
_STRICT_CRITERIA = re.compile(r"\b(?:success|acceptance|exit|completion) criteria\b|\bdefinition of done\b", re.I)
_RISKS = re.compile(r"\brisks?\b", re.I)
_TASK_SECTION = re.compile(r"\b(?:criteria|checklist|sign-?off|risks?|non-goals?)\b", re.I)
_PHASE_LIST = re.compile(r"\b(?:phases|implementation phases|milestones|stages|steps|tasks)\b", re.I)


def parse_plan(document: Document, fields: list[Field]) -> PlanFields:
    """The plan in a document; lists are empty and values None where it is silent."""
    phases = _phases(document, fields)
    inside = _sections_in_phases(document)
    plan_level = [f for f in fields if f.section not in inside]
    dependencies = _dependency_lines(plan_level)
    links = sum(len(p.depends_on) for p in phases)
    estimate = _estimate(document, plan_level, fields)
    given = _given_complexity(plan_level or fields)
    tasks = sum(p.tasks_done + p.tasks_open for p in phases)
    complexity, basis = given, "given"
    if given is None and phases:
        computed = len(phases) + 0.3 * tasks + 0.1 * _hours(estimate) + (links or len(dependencies))
        complexity, basis = round(computed, 1), "computed"
    return PlanFields(
        phases=tuple(phases),
        phase_count=len(phases),
        complexity=complexity,
        complexity_basis=basis if complexity is not None else None,
        estimate=estimate,
        dependencies=dependencies,
        waves=_waves(document, phases),
        success_criteria=_criteria(document),
        risks=_risks(document),
    )


def _phase_heads(document: Document) -> list[int]:
    """The sections that are phases: named so, or the numbered sections with checkboxes of a task list."""
    named = [i for i, t in enumerate(document.titles) if _PHASE.match(t)]
    if named:
        words = [document.titles[i].split()[0].lower() for i in named]
        stages = sum(w in ("stage", "milestone") for w in words)
        if "phase" in words and (words.count("phase") > 1 or document.sections[named[0]].level > 1 or stages < 2):
            named = [i for i, w in zip(named, words, strict=True) if w == "phase"]
        top = min(document.sections[i].level for i in named)
        outer = [i for i in named if document.sections[i].level == top]
        # a file that is one phase: its own title names it, and stages below are its parts
        if len(outer) == 1 and top == 1 and len(named) > 1:
            outer = [i for i in named if document.sections[i].level > 1]
            low = min(document.sections[i].level for i in outer)
            outer = [i for i in outer if document.sections[i].level == low]
        return _distinct_numbers(document, outer)
    numbered = [
        i
        for i, t in enumerate(document.titles)
        if _NUMBERED.match(t) and any(u.done is not None for u in document.units_below(i))
    ]
    if numbered:
        top = min(document.sections[i].level for i in numbered)
        return [i for i in numbered if document.sections[i].level == top]
    for index in document.matching(_PHASE_LIST):
        children = document.children(index)
        if len(children) >= 2:
            return children
    return []


def _distinct_numbers(document: Document, heads: list[int]) -> list[int]:
    """Phases once each: a later section about the same number (a status report) is not another phase."""
    seen: set[str] = set()
    kept: list[int] = []
    for index in heads:
        match = _PHASE.match(document.titles[index])
        number = match[1] if match else str(index)
        if number not in seen:
            seen.add(number)
            kept.append(index)
    return kept


def _phases(document: Document, fields: list[Field]) -> list[PlanPhase]:
    found: list[PlanPhase] = []
    for index in _phase_heads(document):
        end = document.last_below(index)
        heading = document.titles[index]
        own = [f for f in fields if index <= f.section < end]
        boxes = [
            u.done
            for u in document.units_below(index)
            if u.done is not None and not _TASK_SECTION.search(document.sections[u.section].heading)
        ]
        status = _STATUS_MARK.search(heading)
        symbol = _SYMBOL_STATUS.search(heading)
        stated = next((f.value for f in own if _STATUS_FIELD.fullmatch(f.name)), None)
        number, name = _number_and_name(heading)
        depends = next((f.value for f in own if _DEPENDS.fullmatch(f.name)), None)
        if depends is None:
            depends = _bare_dependencies(document, index)
        found.append(
            PlanPhase(
                number=number,
                name=name,
                status=status[1] if status else (stated or (symbol[0] if symbol else None)),
                tasks_done=sum(boxes),
                tasks_open=len(boxes) - sum(boxes),
                depends_on=_phase_numbers(depends, number),
            )
        )
    return found or _tabled_phases(document)


def _number_and_name(heading: str) -> tuple[int | None, str]:
    bare = _SYMBOL_STATUS.sub("", _STATUS_MARK.sub("", heading)).strip()
    match = _PHASE.match(bare) or _NUMBERED.match(bare)
    if not match:
        return None, bare
    number = int(float(match[1])) if match[1][0].isdigit() else None
    return number, match[2].strip() or bare


def _tabled_phases(document: Document) -> list[PlanPhase]:
    """Phases that are rows of a table whose first column is the phase; other columns are known by their heads."""
    found: list[PlanPhase] = []
    for head, row in table_rows(document.units):
        match = _PHASE.match(row[0])
        if match and match[1].isdigit() and len(row) > 1:
            columns = {normal_key(name): value for name, value in zip(head, row, strict=False) if value}
            number = int(match[1])
            status = next((v for k, v in columns.items() if _STATUS_FIELD.fullmatch(k)), None)
            depends = next((v for k, v in columns.items() if _DEPENDS.fullmatch(k)), None)
            done = status.strip("[] ") if status else None
            found.append(PlanPhase(number, match[2] or row[1], done, 0, 0, _phase_numbers(depends, number)))
    return found


def _bare_dependencies(document: Document, index: int) -> str | None:
    """A line such as `dependencies: [1, 2]` or `depends_on: [phase_1]` right under a phase's heading."""
    section = document.sections[index]
    for line in document.structure.lines[section.start_line : section.start_line + 8]:
        match = re.match(r"\s*(?:[-*+]\s+)?(?:dependencies|depends[_ ]on|blocked[_ ]by)\s*:\s*(.*)$", line, re.I)
        if match:
            return match[1]
    return None


def _phase_numbers(value: str | None, own: int | None) -> tuple[int, ...]:
    """The phase numbers in a dependency value; ranges such as 1-3 are counted out."""
    if not value or re.match(r"\W*(?:none|n/?a|no\b)", value, re.I):
        return ()
    numbers: dict[int, None] = {}
    for match in re.finditer(r"(?<![\w#.])(?:phases?[ _]*)?(\d{1,2})(?:\s*[-–]\s*(\d{1,2}))?(?![\w.]*\d)", value, re.I):
        first, last = int(match[1]), int(match[2] or match[1])
        for number in range(first, min(last, first + 50) + 1):
            if number != own:
                numbers.setdefault(number)
    return tuple(numbers)


def _waves(document: Document, phases: list[PlanPhase]) -> tuple[tuple[int, ...], ...]:
    """Phases that may run together, in order: from a wave table, else from the dependencies."""
    tabled: list[tuple[int, ...]] = []
    for head, row in table_rows(document.units):
        if [name.lower() for name in head[:2]] == ["wave", "phases"] and len(row) > 1:
            tabled.append(_phase_numbers(row[1], None))
    if any(tabled):
        return tuple(w for w in tabled if w)
    numbers = [p.number for p in phases if p.number is not None]
    if not any(p.depends_on for p in phases) or len(set(numbers)) != len(phases):
        return ()
    left = {p.number: set(p.depends_on) & set(numbers) for p in phases if p.number is not None}
    waves: list[tuple[int, ...]] = []
    done: set[int] = set()
    while left:
        ready = tuple(sorted(n for n, needs in left.items() if needs <= done))
        if not ready:
            return ()  # a cycle has no order
        waves.append(ready)
        done.update(ready)
        for number in ready:
            del left[number]
    return tuple(waves)


def _sections_in_phases(document: Document) -> set[int]:
    """The sections that are phases or stand below one; a title that names a phase covers the whole file and is none."""
    found: set[int] = set()
    end = 0
    for i, section in enumerate(document.sections):
        if i >= end and section.level > 1 and _PHASE.match(document.titles[i]):
            end = document.last_below(i)
        if i < end:
            found.add(i)
    return found


def _dependency_lines(fields: list[Field]) -> tuple[str, ...]:
    found = [f.value for f in fields if _DEPENDS.fullmatch(f.name)]
    return tuple(dict.fromkeys(v for v in found if not re.fullmatch(r"\W*(?:none|n/?a)\W*", v, re.I)))


def _estimate(document: Document, plan_level: list[Field], fields: list[Field]) -> str | None:
    """The time that the plan gives itself, as written."""
    for scope in (plan_level, fields):
        for pattern in _ESTIMATE:
            for field in scope:
                if not pattern.fullmatch(field.name):
                    continue
                if _TIME.search(field.value):
                    return field.value
                named = set(field.name.split())
                if _BARE_NUMBER.match(field.value) and named & {"hours", "hour", "days", "effort"}:
                    return field.value
    for unit in document.units:
        if unit.kind in ("prose", "item"):
            match = _INLINE_ESTIMATE.search(unit.plain)
            if match and _TIME.search(match[1]):
                return match[1].strip()
    return None


def _hours(estimate: str | None) -> float:
    """Hours of an estimate, the middle of a range; 0 without one. A day is 8 hours, a week 40."""
    if not estimate:
        return 0.0
    match = re.search(r"(\d+(?:\.\d+)?)(?:\s*(?:-|–|to)\s*(\d+(?:\.\d+)?))?\s*([a-z]*)", estimate, re.I)
    if not match:
        return 0.0
    middle = (float(match[1]) + float(match[2] or match[1])) / 2
    unit = match[3].lower()
    scale = 8.0 if unit.startswith("d") else 40.0 if unit.startswith("w") else 1 / 60 if unit.startswith("m") else 1.0
    return float(middle * scale)


def _given_complexity(fields: list[Field]) -> float | None:
    """The complexity figure that the plan states; of `8/10 → 7/10` the one that holds now."""
    for field in fields:
        if _COMPLEXITY.fullmatch(field.name):
            current = re.split(r"→|->|=>", field.value)[-1]
            match = _NUMBER.search(current)
            if match:
                return float(match[0])
    return None


def _criteria(document: Document) -> tuple[str, ...]:
    for pattern in (_STRICT_CRITERIA, _CRITERIA):
        for index in document.matching(pattern):
            found = entries(document, index)
            if found:
                return tuple(found[:20])
    return ()


def _risks(document: Document) -> tuple[str, ...]:
    for index in document.matching(_RISKS):
        found = entries(document, index)
        if found:
            return tuple(found[:12])
    return tuple(
        unit_text(u)
        for u in document.units
        if u.kind == "field" and u.key.lower() in ("risk", "risks") and u.text.strip()
    )[:12]
