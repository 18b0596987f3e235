"""Reads phases that are rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ctxbudget_server.extract.model import PlanPhase
from ctxbudget_server.extract.plans.dependencies import numbers_in
from ctxbudget_server.extract.plans.estimates import labelled_estimate
from ctxbudget_server.extract.plans.leads import DEPENDS, LEAD, OUTER_WORDS, STATUS, phase_number
from ctxbudget_server.extract.plans.phase_starts import PHASE_SECTION
from ctxbudget_server.extract.readers.fields import Field, normal_key
from ctxbudget_server.extract.readers.list_entries import body_rows
from ctxbudget_server.extract.readers.progress import split_status, stated_status
from ctxbudget_server.markdown.blocks import cells
from ctxbudget_server.markdown.document import Document

_NAME_COLUMN = re.compile(
    r"name|title|description|goal|what|scope|focus|deliverables?|work|tasks?|objective|content|summary"
)
_PHASE_COLUMN = re.compile(rf"(?:{'|'.join(OUTER_WORDS)}|step)(?: (?:name|title|number|no|nr|id))?")
_NUMBER_COLUMN = re.compile(r"|no|nr|number|id|order")
_BARE_NUMBER = re.compile(r"\D?(\d{1,2})\.?")


def tabled_phases(document: Document) -> Iterator[PlanPhase]:
    """Phases that are rows of a table with a column for their names; the number is there or in a separate column."""
    for head_row, row in body_rows(document.units):
        head, values = [normal_key(c) for c in cells(head_row.text)], cells(row.text)
        if len(values) < 2 or len(head) < 2 or any(h.startswith("wave") for h in head):
            continue
        place = next((n for n, h in enumerate(head[:2]) if _PHASE_COLUMN.fullmatch(h)), None)
        if place is None and row.section >= 0 and _NUMBER_COLUMN.fullmatch(head[0]):
            place = 0 if PHASE_SECTION.search(document.sections[row.section].heading) else None
        if place is None or place >= len(values) or not values[place]:
            continue
        number, name = _row_name(head, values, place)
        columns = dict(zip(head, values, strict=False))
        status = next((s for k, v in columns.items() if STATUS.fullmatch(k) and (s := stated_status(v))), None)
        depends = next((v for k, v in columns.items() if DEPENDS.fullmatch(k)), None)
        marked, name = split_status(name)
        if name and not re.match(r"total\b", name, re.I):
            time = labelled_estimate([Field(key, value, row.start, row.section) for key, value in columns.items()])
            yield PlanPhase(number, name, status or marked, 0, 0, numbers_in(depends, number), time)


def _row_name(head: list[str], values: list[str], place: int) -> tuple[int | None, str]:
    """(number, name) of a row; for a bare number the name is in the next column with words."""
    cell = values[place]
    lead, bare = LEAD.match(cell), _BARE_NUMBER.fullmatch(cell)
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


def distinct_phases(phases: list[PlanPhase]) -> list[PlanPhase]:
    kept: dict[object, PlanPhase] = {}
    for phase in phases:
        kept.setdefault(phase.name if phase.number is None else phase.number, phase)
    return list(kept.values())
