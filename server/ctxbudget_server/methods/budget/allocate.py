"""`budget/allocate`: divides tokens among phases by one of three strategies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_protocol.methods.budget import AllocateResult, Allocation
from ctxbudget_protocol.words import Scope
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.allocation import (
    DEFAULT_SCOPE,
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
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget import AllocateParams, PhaseSpec


def allocate(request: Request, params: AllocateParams) -> AllocateResult:
    """Divide the budget, or what is left of it, among phases; replaces any earlier allocation but those of finished
    phases, which take no part in what is left.

    Raises `invalidParams` for a phase without the complexity that the strategy needs, and `budgetExceeded` if the
    phases ask for more than there is or nothing is left.
    """
    needs = [PhaseNeed(_number(spec), spec.name, spec.complexity, spec.agents) for spec in params.phases or []]
    numbers = [need.number for need in needs]
    for i, number in enumerate(numbers):
        if number in numbers[:i]:
            raise invalid(["phases", i, "phase"], f"phase {number} is listed twice")

    def body(unit: UnitOfWork) -> Callable[[], AllocateResult]:
        scope = params.scope or unit.settings.scope or DEFAULT_SCOPE
        total = _total(unit, params)
        try:
            shared = _share(params, unit, scope, total, needs)
        except DoesNotFitError as fault:
            raise ProtocolError(
                "budgetExceeded",
                str(fault),
                loc=["phases"],
                requested=fault.requested,
                available=fault.available,
            ) from fault
        except AllocationError as fault:
            loc: list[str | int] = ["phases"]
            if fault.phase is not None:
                loc += [numbers.index(fault.phase), fault.field or ""]
            error = invalid(loc, str(fault))
            error.fields["phase"] = fault.phase
            raise error from fault
        _take_on(unit, shared, {need.number: need.name for need in needs})
        unit.detail = {
            "why": f"allocate {params.strategy}",
            "total": total,
            "phases": [
                {"phase": phase.number, "name": phase.name, "tokens": phase.allocated} for phase in unit.phases.values()
            ],
            "buffer": shared.buffer,
        }
        return lambda: _result(unit, params, scope, shared)

    return changing(request, params, body)


def _total(unit: UnitOfWork, params: AllocateParams) -> int:
    total = params.total if params.total is not None else unit.settings.budget
    if params.basis == "remaining":
        left = available(total, unit.session.retained, unit.leased)
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
    return total


def _share(params: AllocateParams, unit: UnitOfWork, scope: Scope, total: int, needs: list[PhaseNeed]) -> Shared:
    finished = _finished(unit) if params.basis == "remaining" else ()
    needs = [need for need in needs if need.number not in finished]
    if params.strategy == "dynamic":
        return dynamic(total, needs)
    if params.strategy == "reserve":
        shares = unit.settings.values["reserveShares"]
        return reserve(total, scope, (shares["core"], shares["debug"], shares["overflow"]), needs, finished)
    return fixed(total, scope, needs, finished)


def _finished(unit: UnitOfWork) -> set[int]:
    """The phases whose figures are final."""
    return {phase.number for phase in unit.phases.values() if phase.frozen}


def _take_on(unit: UnitOfWork, shared: Shared, names: dict[int, str | None]) -> None:
    for number in {*unit.phases, *shared.parts, *names}:
        phase = unit.phases.get(number) or Phase(number)
        allocated = phase.allocated if phase.frozen else shared.parts.get(number)
        unit.put_phase(replace(phase, allocated=allocated, name=names.get(number) or phase.name))
    unit.session = replace(unit.session, buffer=shared.buffer)


def _result(unit: UnitOfWork, params: AllocateParams, scope: Scope, shared: Shared) -> AllocateResult:
    listed, finished = [_number(spec) for spec in params.phases or []], _finished(unit)
    return AllocateResult(
        session_id=unit.id,
        revision=unit.revision,
        strategy=params.strategy,
        scope=scope if params.strategy != "dynamic" else None,
        basis=params.basis,
        allocations=[
            Allocation(
                phase=number,
                name=unit.phases[number].name,
                tokens=tokens,
                of_budget=ratio(tokens, unit.settings.budget),
            )
            for number, tokens in sorted(shared.parts.items())
        ],
        allocated=sum(shared.parts.values()),
        buffer=shared.buffer,
        total=shared.total,
        finished=sorted(finished & {*shared.parts, *listed}),
        draws_on_buffer=[number for number in listed if number not in shared.parts and number not in finished],
    )


def _number(spec: PhaseSpec) -> int:
    """The phase number, given under exactly one of its two names."""
    return cast(int, spec.number if spec.phase is None else spec.phase)
