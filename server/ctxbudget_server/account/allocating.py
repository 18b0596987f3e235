"""Dividing tokens among a session's phases: what is divided, by which strategy, and taking the result on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ctxbudget_protocol.errors import Location, ProtocolError, invalid
from ctxbudget_protocol.words import Basis, Scope, Strategy
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.allocation import (
    AllocationError,
    DoesNotFitError,
    PhaseNeed,
    Shared,
    dynamic,
    fixed,
    reserve,
)
from ctxbudget_server.rules.leases import available
from ctxbudget_server.rules.lifecycle import Phase


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


class Division(NamedTuple):
    """How tokens are divided: `total` is what there is of them, by `basis`."""

    strategy: Strategy
    scope: Scope
    total: int
    basis: Basis


def finished(unit: UnitOfWork) -> set[int]:
    """The phases whose figures are final."""
    return {phase.number for phase in unit.phases.values() if phase.frozen}


def share(unit: UnitOfWork, division: Division, needs: Sequence[PhaseNeed], loc: Location) -> Shared:
    """Divide tokens among phases; finished ones take no part in what is left. `loc` is where the phases come from.

    Raises `invalidParams` for a phase without the complexity that the strategy needs, and `budgetExceeded` if the
    phases ask for more than there is.
    """
    strategy, scope, total, basis = division
    besides = finished(unit) if basis == "remaining" else ()
    taking_part = [need for need in needs if need.number not in besides]
    try:
        if strategy == "dynamic":
            return dynamic(total, taking_part)
        if strategy == "reserve":
            shares = unit.settings.values["reserveShares"]
            return reserve(total, scope, (shares["core"], shares["debug"], shares["overflow"]), taking_part, besides)
        return fixed(total, scope, taking_part, besides)
    except DoesNotFitError as fault:
        raise ProtocolError(
            "budgetExceeded", str(fault), loc=loc, requested=fault.requested, available=fault.available
        ) from fault
    except AllocationError as fault:
        place = [*loc]
        if fault.phase is not None:
            place += [[need.number for need in needs].index(fault.phase), fault.field or ""]
        error = invalid(place, str(fault))
        error.fields["phase"] = fault.phase
        raise error from fault


def take_on(unit: UnitOfWork, shared: Shared, names: Mapping[int, str | None]) -> None:
    """Give the phases their tokens, in place of any earlier allocation but those of finished phases, and log it."""
    for number in {*unit.phases, *shared.parts, *names}:
        phase = unit.phases.get(number) or Phase(number)
        allocated = phase.allocated if phase.frozen else shared.parts.get(number)
        unit.put_phase(replace(phase, allocated=allocated, name=names.get(number) or phase.name))
    unit.session = replace(unit.session, buffer=shared.buffer)
    unit.detail |= {
        "total": shared.total,
        "phases": [
            {"phase": phase.number, "name": phase.name, "tokens": phase.allocated} for phase in unit.phases.values()
        ],
        "buffer": shared.buffer,
    }
