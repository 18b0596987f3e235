"""Dividing tokens by what past runs used: the phases that take part, the runs, and what they tell."""

from __future__ import annotations

from collections.abc import Sequence

from ctxbudget_protocol.common import HistoryBasis, PastUse
from ctxbudget_protocol.errors import Location
from ctxbudget_protocol.words import PastMeasure
from ctxbudget_server.account.division import Divided, Division, besides, worded
from ctxbudget_server.account.past_runs import past_runs
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules import markers
from ctxbudget_server.rules.allocation import PhaseNeed
from ctxbudget_server.rules.allocation_history import PastRun, by_history, taking_part


def divide_by_history(
    unit: UnitOfWork, request: Request, division: Division, listed: Sequence[PhaseNeed], loc: Location
) -> Divided:
    """Divide tokens among the listed phases, else among those of the session, else among those of past runs.

    Raises `invalidParams` if no phase is left to take part.
    """
    measure, runs = _past(unit, request, division)
    needs = [need._replace(name=need.name or _name_of(unit, need.number)) for need in listed]
    if not needs:
        unfinished = [phase for phase in unit.phases.values() if not phase.frozen]
        needs = [PhaseNeed(phase.number, phase.name) for phase in unfinished] or taking_part(division.scope, runs)
    over = besides(unit, division.basis)
    with worded(needs, loc):
        found = by_history(division.total, [one for one in needs if one.number not in over], runs, division.quantile)
    return Divided(
        found.shared,
        needs,
        found.assumed,
        HistoryBasis(quantile=division.quantile, measure=measure, runs=len(runs)),
        {number: PastUse(**one._asdict()) for number, one in found.learned.items()},
    )


def _past(unit: UnitOfWork, request: Request, division: Division) -> tuple[PastMeasure, Sequence[PastRun]]:
    """The past runs, and by what they are judged."""
    measure = division.measure or "used"
    runs = past_runs(unit.reader, request, division.scope, unit.id, measure)
    if division.measure is None and runs and all(phase.tokens <= markers.MAX_TOKENS for run in runs for phase in run):
        measure = "peak"
        runs = past_runs(unit.reader, request, division.scope, unit.id, measure)
    return measure, runs


def _name_of(unit: UnitOfWork, number: int) -> str | None:
    phase = unit.phases.get(number)
    return phase.name if phase else None
