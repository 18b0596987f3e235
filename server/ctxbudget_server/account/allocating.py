"""Dividing tokens among a session's phases: what is divided, by which strategy, and taking the result on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_protocol.words import Basis
from ctxbudget_server.account.division import Divided, Division, besides, worded
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.allocation import PhaseNeed, Shared, dynamic, fixed, reserve
from ctxbudget_server.rules.leases import available
from ctxbudget_server.rules.lifecycle import Phase

if TYPE_CHECKING:
    from ctxbudget_server.account.request import Request


def to_divide(unit: UnitOfWork, total: int | None, basis: Basis) -> int:
    """The tokens to divide: `total`, else the budget; or what is left of it. Raises `budgetExceeded` if nothing is."""
    whole = total if total is not None else unit.settings.budget
    if basis == "total":
        return whole
    left = available(whole, unit.session.retained, unit.leased)
    if left < 1:
        raise ProtocolError(
            "budgetExceeded",
            "no tokens of the budget are left",
            loc=["basis"],
            retryable=left + unit.leased >= 1,
            requested=1,
            available=left,
            leased=unit.leased,
            budget=unit.settings.budget,
        )
    return left


def divide(
    unit: UnitOfWork, request: Request, division: Division, needs: Sequence[PhaseNeed], loc: Location
) -> Divided:
    """Divide tokens among phases; finished ones take no part in what is left. `loc` is where the phases come from.

    Raises `invalidParams` for a phase without the complexity that the strategy needs, and `budgetExceeded` if the
    phases ask for more than there is.
    """
    if division.strategy == "history":
        from ctxbudget_server.account.allocating_by_history import divide_by_history

        return divide_by_history(unit, request, division, needs, loc)
    with worded(needs, loc):
        return Divided(_shared(unit, division, needs), needs)


def _shared(unit: UnitOfWork, division: Division, needs: Sequence[PhaseNeed]) -> Shared:
    strategy, scope, total, basis, *_ = division
    over = besides(unit, basis)
    taking_part = [need for need in needs if need.number not in over]
    if strategy == "dynamic":
        return dynamic(total, taking_part)
    if strategy == "reserve":
        shares = unit.settings.values["reserveShares"]
        return reserve(total, scope, (shares["core"], shares["debug"], shares["overflow"]), taking_part, over)
    return fixed(total, scope, taking_part, over)


def take_on(unit: UnitOfWork, shared: Shared, names: Mapping[int, str | None]) -> None:
    """Give the phases their tokens, in place of any earlier allocation but those of finished phases, and log it."""
    for number in {*unit.phases, *shared.parts, *names}:
        phase = unit.phases.get(number) or Phase(number)
        allocated = phase.allocated if phase.frozen else shared.parts.get(number)
        unit.put_phase(replace(phase, allocated=allocated, name=names.get(number) or phase.name))
    unit.session = unit.session._replace(buffer=shared.buffer)
    unit.detail |= {
        "total": shared.total,
        "phases": [
            {"phase": phase.number, "name": phase.name, "tokens": phase.allocated} for phase in unit.phases.values()
        ],
        "buffer": shared.buffer,
    }
