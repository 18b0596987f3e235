"""Chooses among several lists of phases in one plan: the one with statuses, or the one to be implemented."""

from __future__ import annotations

import re
from collections.abc import Callable

from ctxbudget_server.extract.plans.leads import STATUS, Lead
from ctxbudget_server.extract.readers.fields import normal_key
from ctxbudget_server.extract.readers.progress import split_status
from ctxbudget_server.markdown.document import Document

_IMPLEMENTATION = re.compile(
    r"\b(?:implementation|execution|work ?plan)\b|^\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:the )?phases\W*$", re.I
)
_MIN_LEADS = 2


def chosen_list(document: Document, leads: list[Lead]) -> list[Lead]:
    """The leads of the list that counts, each phase once.

    A list ends where a phase is named again. If the other lists name the same phases, it takes from them those that it
    lacks; a single phase named again is not a list.
    """
    lists = _lists(leads)
    rival = [x for x in lists[1:] if len(x) >= _MIN_LEADS]
    if not rival or len(lists[0]) < _MIN_LEADS:
        return _distinct(leads)
    # Of equal lists the first counts.
    best = max([lists[0], *rival], key=lambda x: (_states(x), _is_to_do(document, x)))
    rest = [x for each in lists if each is not best and _names_same(best, each) for x in each]
    return sorted(_distinct([*best, *rest]), key=_place(best + rest))


def _lists(leads: list[Lead]) -> list[list[Lead]]:
    lists: list[list[Lead]] = [[]]
    for lead in leads:
        if any(lead.key == other.key for other in lists[-1]):
            lists.append([])
        lists[-1].append(lead)
    return lists


def _distinct(leads: list[Lead]) -> list[Lead]:
    """Each phase once: a later section with the same number is the same phase."""
    kept: dict[str, Lead] = {}
    for lead in leads:
        kept.setdefault(lead.key, lead)
    return list(kept.values())


def _place(leads: list[Lead]) -> Callable[[Lead], tuple[float, int]]:
    """The order of phases taken from several lists: by number if they all have one."""
    numbered = all(lead.key.isdigit() for lead in leads)
    return lambda lead: (float(lead.key) if numbered else 0.0, lead.start)


def _states(leads: list[Lead]) -> bool:
    """Whether most of a list's phases have a status: in their headings, a field, or a ticked box."""
    return sum(_has_status(lead) for lead in leads) * 2 >= len(leads)


def _has_status(lead: Lead) -> bool:
    if split_status(lead.label)[0] is not None:
        return True
    return any(u.done or (u.kind == "field" and STATUS.fullmatch(normal_key(u.key))) for u in lead.units)


def _is_to_do(document: Document, leads: list[Lead]) -> bool:
    """Whether a list is under a heading about the implementation."""
    return any(map(_IMPLEMENTATION.search, document.headings_above(leads[0].section)))


def _names_same(best: list[Lead], other: list[Lead]) -> bool:
    """Whether the phases that two lists share have the same names, as far as they are named."""
    names = {lead.key: _words(lead) for lead in best}
    shared = [lead for lead in other if lead.key in names]
    same = sum(not (_words(x) - names[x.key]) or not (names[x.key] - _words(x)) for x in shared)
    return bool(shared) and same * 2 >= len(shared)


def _words(lead: Lead) -> set[str]:
    return set(re.findall(r"\w{3,}", split_status(lead.label)[1].casefold()))
