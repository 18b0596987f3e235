"""The phases of a plan, in whatever form they stand: headings, list entries, bold lines, rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from .dependencies import links_in, numbers_in, own_needs
from .document import Document, unit_text
from .fields import Field, normal_key
from .items import body_rows
from .model import PlanPhase
from .progress import BOX_WORDS, split_status, stated_status
from .sentences import plain, split_sentences
from .units import Unit, cells

_WORDS = ("phase", "stage", "milestone", "sprint", "iteration", "task", "step", "part", "week", "day")
"""What plans call their phases, the surest first; only one of them counts in a plan."""
_INNER = {"task", "step", "part", "week", "day"}
"""Words that in lists mostly name parts of a phase."""
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}
_SPELLED = dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True))
_LEAD = re.compile(
    rf"^\W*?(?:\d+(?:\.\d+)*[.)]?\s+)?({'|'.join(_WORDS)})s?\s*[#_-]?\s*(\d{{1,3}}(?:\.\d+)?|(?-i:[A-Z])|{'|'.join([*_ROMAN, *_SPELLED])})"
    r"(?:\s*[-–&]\s*\d{1,3})?(?![\w])(\s*[:.)\-–—|·]+)?\s*(.*)$",
    re.I,
)
_NUMBERED = re.compile(r"^(\d{1,2})[.)]?\s+(.*)$")
_LIST_NUMBER = re.compile(r"\s*\(?(\d{1,3})[.)]\s")
_BOLD = re.compile(r"\*\*(.{1,120}?)\*\*:?\s*(.*)$")
_ITEM_MARK = re.compile(r"^\s*(?:[-*+•●]|\(?\d{1,3}[.)])\s+(?:\[[ xX~/-]\]\s+)?")
_BOX_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\[([ xX])\]\s+")
_OTHER_SECTION = re.compile(
    r"\b(?:criteria|checklist|sign-?off|risks?|non-goals?|dependenc(?:y|ies)|testing|tests|verification|validation"
    r"|rollback|contingency|notes|change ?log|references|next steps)\b",
    re.I,
)
_TASK_SECTION = re.compile(r"\b(?:criteria|checklist|sign-?off|risks?|non-goals?|definition of done)\b", re.I)
_PHASE_LIST = re.compile(
    r"\b(?:phases|milestones|stages|sprints|iterations|steps|tasks|road ?map|implementation (?:order|plan)|work ?plan)\b", re.I
)
_ITEM_LIST = re.compile(r"\b(?:phases|milestones|stages|sprints|iterations|steps|road ?map|implementation order)\b", re.I)
_DEPENDENCY_SECTION = re.compile(r"\bdependenc(?:y|ies)\b|\b(?:execution|phase) order\b|\bordering\b|\bsequencing\b", re.I)
_STATUS_FIELD = re.compile(r"(?:phase )?(?:status|state)|progress")
_DEPENDS = re.compile(r"depends(?: on)?|dependency|dependencies|blocked by|requires|prerequisites?|after|waits for")
_BARE_DEPENDENCIES = re.compile(
    r"\s*(?:[-*+]\s+)?(?:dependencies|depends[_ ]on|blocked[_ ]by|requires)\s*:\s*(.*)$", re.I
)
_NAME_COLUMN = re.compile(r"name|title|description|goal|what|scope|focus|deliverables?|work|tasks?|objective|content|summary")
_PHASE_COLUMN = re.compile(rf"(?:{'|'.join(_WORDS[:5])}|step)(?: (?:name|title|number|no|nr|id))?")
_NUMBER_COLUMN = re.compile(r"|no|nr|number|id|order")
_BARE_NUMBER = re.compile(r"\D?(\d{1,2})\.?")
_LOOKED_AT = 8
"""Lines under a phase's heading in which a bare dependency line may stand."""


@dataclass(slots=True)
class _Lead:
    """Where a phase begins: its word and number as written, its label, and what belongs to it."""

    word: str
    key: str
    label: str
    start: int
    end: int
    units: list[Unit] = field(default_factory=list)
    more: str = ""
    box: bool | None = None
    section: int = -1


def phase_number(key: str) -> int | None:
    """The number that a phase's mark stands for: 2, `II`, `two`, but not 2.5 or `B`."""
    folded = key.lower()
    if key.replace(".", "", 1).isdigit():
        value = float(key)
        return int(value) if value.is_integer() else None
    return _SPELLED.get(folded) or (_ROMAN.get(folded) if len(folded) > 1 else None)


def find_phases(document: Document, fields: list[Field]) -> tuple[list[PlanPhase], set[int]]:
    """The phases of a plan, and the lines' sections that belong to them."""
    leads = _leads(document)
    phases = [_phase(document, fields, lead) for lead in leads]
    rows = list(_table_phases(document))
    phases = phases or _distinct(rows)
    inside = {i for lead in leads if lead.section > 0 for i in _sections_of(document, lead)}
    return _completed(document, phases, rows), inside


def _sections_of(document: Document, lead: _Lead) -> Iterator[int]:
    for i in range(lead.section, len(document.sections)):
        if document.sections[i].start_line > lead.end:
            return
        yield i


def _leads(document: Document) -> list[_Lead]:
    """The phases' beginnings, from the surest form that the document has."""
    headings = _heading_leads(document)
    if len(headings) > 1:
        return headings
    listed = _unit_leads(document)
    outer = listed if listed and listed[0].word not in _INNER else []
    if outer and headings and headings[0].word == outer[0].word:
        known = {lead.key for lead in headings}
        merged = headings + [lead for lead in outer if lead.key not in known]
        return sorted(merged, key=lambda lead: lead.start)
    return outer or headings or _numbered_sections(document) or listed or _phase_list(document) or _boxed_sections(document)


def _chosen_word(leads: list[_Lead]) -> str | None:
    """The word that names the phases: the surest one that occurs twice, else the surest one."""
    counts: dict[str, set[str]] = {}
    for lead in leads:
        counts.setdefault(lead.word, set()).add(lead.key)
    several = [w for w in _WORDS if len(counts.get(w, ())) > 1]
    return (several or [w for w in _WORDS if w in counts] or [None])[0]


# Headings


def _heading_leads(document: Document) -> list[_Lead]:
    found: list[_Lead] = []
    levels: dict[int, int] = {}
    for i, title in enumerate(document.titles):
        match = _LEAD.match(title)
        if not match:
            continue
        section = document.sections[i]
        lead = _Lead(match[1].lower(), match[2].lower(), title, section.start_line - 1, section.end_line, section=i)
        found.append(lead)
        levels[i] = section.level
    # Criteria or risks may be told phase by phase; but a plan may also forget to close such a section.
    outside = [x for x in found if not any(map(_OTHER_SECTION.search, document.headings_above(x.section)))]
    found = outside if len(outside) > 1 else found
    word = _word_of_headings(found, levels)
    kept = _first_of_each([lead for lead in found if lead.word == word and not _is_file_title(lead, found, levels)], document)
    for n, lead in enumerate(kept):
        last = document.last_below(lead.section)
        if n + 1 < len(kept):
            following = kept[n + 1]
            last = min(last, following.section)
            lead.end = min(lead.end, following.start)
        lead.units = document.units_between(lead.section, last)
    return kept


def _word_of_headings(found: list[_Lead], levels: dict[int, int]) -> str | None:
    """The phases' word; a file that is one phase is made of its stages, where it names them."""
    title = next((lead for lead in found if levels[lead.section] == 1), None)
    if title is not None and title.word == "phase" and sum(lead.word == "phase" for lead in found) == 1:
        parts = [lead for lead in found if lead.word in ("stage", "milestone")]
        return _chosen_word(parts) if len(parts) > 1 else "phase"
    return _chosen_word(found)


def _is_file_title(lead: _Lead, found: list[_Lead], levels: dict[int, int]) -> bool:
    """Whether a heading names the whole file: others of its word lie below it, or it is a task of a bigger list."""
    others = [levels[o.section] for o in found if o.word == lead.word and o is not lead]
    return levels[lead.section] == 1 and 1 not in others and (bool(others) or lead.word in _INNER)


def _first_of_each(leads: list[_Lead], document: Document) -> list[_Lead]:
    """Phases once each: a later section about the same number is no other phase, unless the first one is empty."""
    kept: dict[str, _Lead] = {}
    for lead in leads:
        known = kept.get(lead.key)
        if known is None or (not document.units_below(known.section) and document.units_below(lead.section)):
            kept[lead.key] = lead
    return sorted(kept.values(), key=lambda lead: lead.start)


# List entries and bold lines


def _unit_leads(document: Document) -> list[_Lead]:
    """Phases that are entries of a list or bold lines: of all sections the one that names most of them."""
    by_section: dict[int, list[_Lead]] = {}
    for n, unit in enumerate(document.units):
        if unit.kind not in ("item", "field", "prose") or _in_other_section(document, unit.section):
            continue
        found = list(_leads_of_unit(document, unit))
        if found:
            found[-1].units = _body(document.units, n)
            if found[-1].units:
                found[-1].end = found[-1].units[-1].end
            by_section.setdefault(unit.section, []).extend(found)
    best: list[_Lead] = []
    for leads in by_section.values():
        word = _chosen_word(leads)
        named = list({lead.key: lead for lead in reversed(leads) if lead.word == word}.values())[::-1]
        if (len(named), sum(len(lead.units) for lead in named)) > (len(best), sum(len(lead.units) for lead in best)):
            best = named
    return best if len(best) > 1 else []


def _in_other_section(document: Document, index: int) -> bool:
    if index < 0 or document.is_title(index):
        return False
    return any(map(_OTHER_SECTION.search, (*document.headings_above(index), document.sections[index].heading)))


def _leads_of_unit(document: Document, unit: Unit) -> Iterator[_Lead]:
    """The phases that begin in a unit; hard line breaks may hold several in one paragraph."""
    lines = document.structure.lines[unit.start : unit.end]
    if unit.kind != "prose":
        lines = lines[:1]
    for n, line in enumerate(lines):
        box = _BOX_ITEM.match(line)
        text = _ITEM_MARK.sub("", line, count=1).strip()
        bold = _BOLD.match(text)
        match = _LEAD.match(plain(text)) if any(w in text[:24].lower() for w in _WORDS) else None
        if not match or not (bold or match[3] or match[4][:1] in ("", "(", "[")) or (unit.kind == "prose" and not bold):
            continue
        if own_needs(match[4], None) or next(links_in(plain(text)), None):
            continue
        label, more = _label(text, bold)
        end = unit.start + n + 1
        ticked = None if box is None else box[1] != " "
        yield _Lead(match[1].lower(), match[2].lower(), label, unit.start + n, end, more=more, box=ticked, section=-1)


def _label(text: str, bold: re.Match[str] | None) -> tuple[str, str]:
    """What names the phase in its line, and the rest of the line."""
    if bold:
        name, more = plain(bold[1]), plain(bold[2])
        if _has_name(name.rstrip(": ")):
            return name.rstrip(": "), more
        sentences = split_sentences(more.lstrip(":-–— "))
        return f"{name.rstrip(': ')}: {sentences[0]}" if sentences else name, " ".join(sentences[1:])
    sentences = split_sentences(plain(text)) or [""]
    return sentences[0], " ".join(sentences[1:])


def _has_name(label: str) -> bool:
    match = _LEAD.match(label)
    return bool(match and match[4].strip())


def _body(units: list[Unit], n: int) -> list[Unit]:
    """What belongs to the entry at `n`: deeper entries, or all up to the next bold line of its kind."""
    head = units[n]
    body: list[Unit] = []
    for unit in units[n + 1 :]:
        if unit.section != head.section:
            break
        if head.bullet and unit.indent <= head.indent and unit.kind != "code":
            break
        if not head.bullet and not unit.bullet and _LEAD.match(unit.key or unit.plain[:120]):
            break
        body.append(unit)
    return body


# Sections and lists without a word for a phase


def _numbered_sections(document: Document) -> list[_Lead]:
    """The numbered sections with check boxes of a task list."""
    numbered = [
        i
        for i, title in enumerate(document.titles)
        if _NUMBERED.match(title) and any(u.done is not None for u in document.units_below(i))
    ]
    top = min((document.sections[i].level for i in numbered), default=0)
    return [_section_lead(document, i) for i in numbered if document.sections[i].level == top]


def _boxed_sections(document: Document) -> list[_Lead]:
    """The sections of a task list without numbers: two and more that hold check boxes of their own."""
    boxed = [
        i
        for i, section in enumerate(document.sections)
        if any(u.done is not None for u in document.units_of(i)) and not _OTHER_SECTION.search(section.heading)
    ]
    level = min((document.sections[i].level for i in boxed), default=0)
    boxed = [i for i in boxed if document.sections[i].level == level > 1]
    return [_section_lead(document, i) for i in boxed] if len(boxed) > 1 else []


def _section_lead(document: Document, index: int) -> _Lead:
    section = document.sections[index]
    match = _NUMBERED.match(document.titles[index])
    key = match[1] if match else ""
    return _Lead(
        "", key, document.titles[index], section.start_line - 1, section.end_line, document.units_below(index), section=index
    )


def _phase_list(document: Document) -> list[_Lead]:
    """What stands under a heading such as `Phases`: its subsections, or the entries of its list."""
    for index in document.matching(_PHASE_LIST):
        children = document.children(index)
        if len(children) >= 2:
            return [_section_lead(document, i) for i in children]
    for index in document.matching(_ITEM_LIST):
        found = _list_leads(document, index)
        if len(found) >= 2:
            return found
    return []


def _list_leads(document: Document, index: int) -> list[_Lead]:
    units = document.units_of(index)
    listed = [u for u in units if u.bullet]
    top = min((u.indent for u in listed), default=0)
    found: list[_Lead] = []
    for n, unit in enumerate(units):
        if unit.bullet and unit.indent <= top + 1:
            line = document.structure.lines[unit.start]
            number, box = _LIST_NUMBER.match(line), _BOX_ITEM.match(line)
            label, more = _label(_ITEM_MARK.sub("", line, count=1).strip(), None)
            if unit.kind == "field":
                label, more = unit.key, unit.plain
            elif unit.end - unit.start > 1:
                label, more = _label(unit.text, None)
            body = _body(units, n)
            end = body[-1].end if body else unit.end
            ticked = None if box is None else box[1] != " "
            found.append(_Lead("", number[1] if number else "", label, unit.start, end, body, more, ticked))
    return found if all(lead.box is None for lead in found) or any(lead.units for lead in found) else []


# What a phase says


def _phase(document: Document, fields: list[Field], lead: _Lead) -> PlanPhase:
    own = [f for f in fields if lead.start < f.line < lead.end]
    boxes = [u.done for u in _tasks(document, lead.units) if u.done is not None]
    status, label = split_status(lead.label)
    if status is None and lead.more:
        status = split_status(f"x {lead.more}" if lead.more[:1] in "([" else lead.more)[0]
    stated = next((s for f in own if _STATUS_FIELD.fullmatch(f.name) and (s := stated_status(f.value))), None)
    number, name = _number_and_name(label, lead)
    boxed = BOX_WORDS[lead.box] if lead.box is not None else None
    return PlanPhase(
        number=number,
        name=name,
        status=status or stated or boxed,
        tasks_done=sum(boxes),
        tasks_open=len(boxes) - sum(boxes),
        depends_on=_needs(document, own, lead, number),
    )


def _tasks(document: Document, units: list[Unit]) -> Iterator[Unit]:
    """The units of a phase without the lists of criteria and the like, and without what is struck out."""
    skipped: Unit | None = None
    for unit in units:
        if unit.kind == "field" and not unit.text.strip():
            skipped = unit if _TASK_SECTION.search(unit.key) else None
        elif skipped is not None and unit.section != skipped.section:
            skipped = None
        below = unit.section >= 0 and _TASK_SECTION.search(document.sections[unit.section].heading)
        if skipped is None and not below and (unit.done is None or unit.plain):
            yield unit


_NEEDS_BRACKET = re.compile(r"\s*[(\[](?:depends? on|after|requires?|blocked by|needs)\b[^()\[\]]*[)\]]", re.I)


def _number_and_name(label: str, lead: _Lead) -> tuple[int | None, str]:
    bare = _NEEDS_BRACKET.sub("", label).strip() or label
    match = _LEAD.match(bare) if lead.word else None
    if match:
        number = phase_number(match[2])
        name = match[4].strip(" -–—:|·.") if number is not None else ""
        return number, name or bare.strip(" :")
    numbered = _NUMBERED.match(bare)
    if numbered:
        return int(numbered[1]), numbered[2].strip() or bare
    return (int(lead.key) if lead.key.isdigit() else None), bare.rstrip(".: ")


def _needs(document: Document, own: list[Field], lead: _Lead, number: int | None) -> tuple[int, ...]:
    """The phases that a phase waits for: from its fields, a bare line, its heading, or a sentence."""
    stated = next((f.value for f in own if _DEPENDS.fullmatch(f.name)), None)
    if stated is None:
        stated = _bare_dependencies(document.structure.lines[lead.start + 1 : min(lead.end, lead.start + 1 + _LOOKED_AT)])
    if stated is not None:
        return numbers_in(stated, number)
    told = [lead.label, lead.more, *(unit_text(u) for u in lead.units if u.kind in ("item", "prose", "quote", "field"))]
    return tuple(dict.fromkeys(n for text in told for n in own_needs(text, number)))


def _bare_dependencies(lines: list[str]) -> str | None:
    """A line such as `dependencies: [1, 2]` or `depends_on: [phase_1]` right under a phase's heading."""
    return next((match[1] for line in lines if (match := _BARE_DEPENDENCIES.match(line))), None)


# Tables


def _table_phases(document: Document) -> Iterator[PlanPhase]:
    """Phases that are rows of a table: named in a column so headed, with a number there or in a column of its own."""
    for head_row, row in body_rows(document.units):
        head, values = [normal_key(c) for c in cells(head_row.text)], cells(row.text)
        if len(values) < 2 or len(head) < 2 or any(h.startswith("wave") for h in head):
            continue
        place = next((n for n, h in enumerate(head[:2]) if _PHASE_COLUMN.fullmatch(h)), None)
        if place is None or place >= len(values) or not values[place]:
            continue
        number, name = _row_name(head, values, place)
        columns = dict(zip(head, values, strict=False))
        status = next((s for k, v in columns.items() if _STATUS_FIELD.fullmatch(k) and (s := stated_status(v))), None)
        depends = next((v for k, v in columns.items() if _DEPENDS.fullmatch(k)), None)
        marked, name = split_status(name)
        if name and not re.match(r"total\b", name, re.I):
            yield PlanPhase(number, name, status or marked, 0, 0, numbers_in(depends, number))


def _row_name(head: list[str], values: list[str], place: int) -> tuple[int | None, str]:
    """(number, name) of a row; a bare number has its name in the next telling column."""
    cell = values[place]
    lead, bare = _LEAD.match(cell), _BARE_NUMBER.fullmatch(cell)
    if lead and phase_number(lead[2]) is not None:
        return phase_number(lead[2]), lead[4].strip(" -–—:") or _next_name(head, values, place)
    if bare:
        return int(bare[1]), _next_name(head, values, place)
    first = _BARE_NUMBER.fullmatch(values[0])
    if place == 1 and first and _NUMBER_COLUMN.fullmatch(head[0]):
        return int(first[1]), cell
    return None, cell


def _next_name(head: list[str], values: list[str], place: int) -> str:
    others = [n for n in range(min(len(head), len(values))) if n != place]
    named = [n for n in others if _NAME_COLUMN.fullmatch(head[n]) or _PHASE_COLUMN.fullmatch(head[n])]
    return values[(named or others)[0]]


def _distinct(phases: list[PlanPhase]) -> list[PlanPhase]:
    kept: dict[object, PlanPhase] = {}
    for phase in phases:
        kept.setdefault(phase.name if phase.number is None else phase.number, phase)
    return list(kept.values())


# What stands elsewhere about the phases


def _completed(document: Document, phases: list[PlanPhase], rows: list[PlanPhase]) -> list[PlanPhase]:
    """The phases with what a table of phases or a section on dependencies says of them, where they are silent."""
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
    for phase, other in _told_links(document):
        needs.setdefault(phase, {}).setdefault(other)
    alone = len(known) == 1
    found: list[PlanPhase] = []
    for phase in phases:
        waits = phase.depends_on or tuple(needs.get(phase.number or 0, ()) if phase.number is not None else ())
        kept = tuple(n for n in waits if n != phase.number and (alone or n in known))
        found.append(replace(phase, status=phase.status or states.get(phase.number), depends_on=kept))
    return found


def _told_links(document: Document) -> Iterator[tuple[int, int]]:
    """The links between phases that sections on dependencies and plain sentences tell."""
    for unit in document.units:
        if unit.kind in ("code", "row"):
            continue
        about = unit.section >= 0 and bool(_DEPENDENCY_SECTION.search(document.sections[unit.section].heading))
        if about or "depend" in unit.text or "→" in unit.text or "->" in unit.text or "requires" in unit.text:
            for sentence in split_sentences(unit_text(unit)):
                yield from links_in(sentence, bare=about)
