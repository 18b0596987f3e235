"""`budget/allocate`: divides tokens among phases by one of four strategies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple, cast

from ctxbudget_protocol.errors import Location, invalid
from ctxbudget_protocol.methods.budget.allocate import AllocateResult, Allocation
from ctxbudget_protocol.words import ComplexityBasis, Scope
from ctxbudget_server.account.allocating import divide, take_on, to_divide
from ctxbudget_server.account.division import Divided, Division, finished
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.allocation import DEFAULT_QUANTILE, DEFAULT_SCOPE, PhaseNeed
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.allocate import AllocateParams, PhaseSpec
    from ctxbudget_server.rules.planning import Assumed


class _Listed(NamedTuple):
    """The phases that take part, where they come from, and what was assumed about them."""

    needs: list[PhaseNeed]
    loc: Location
    bases: Mapping[int, ComplexityBasis]
    assumed: list[Assumed]


def allocate(request: Request, params: AllocateParams) -> AllocateResult:
    """Divide the budget, or what is left of it, among phases; replaces any earlier allocation but those of finished
    phases, which take no part in what is left.

    Raises `invalidParams` for a phase without the complexity that the strategy needs or a plan without phases, and
    `budgetExceeded` if the phases ask for more than there is or nothing is left.
    """
    _check(params)
    listed = _listed(request, params)

    def body(unit: UnitOfWork) -> Callable[[], AllocateResult]:
        scope = params.scope or unit.settings.scope or DEFAULT_SCOPE
        total = to_divide(unit, params.total, params.basis)
        division = Division(
            params.strategy,
            scope,
            total,
            params.basis,
            params.quantile or DEFAULT_QUANTILE,
            params.measure,
        )
        divided = divide(unit, request, division, listed.needs, listed.loc)
        take_on(unit, divided.shared, {need.number: need.name for need in divided.needs})
        unit.detail["why"] = f"allocate {params.strategy}"
        return lambda: _result(unit, params, scope, divided, listed)

    return changing(request, params, body)


def _check(params: AllocateParams) -> None:
    """Raise `invalidParams` for what only the strategy history understands."""
    for name in ("quantile", "measure"):
        if params.strategy != "history" and getattr(params, name) is not None:
            raise invalid([name], f"{name} is for the strategy history, not for {params.strategy}")


def _listed(request: Request, params: AllocateParams) -> _Listed:
    if params.plan is not None:
        return _of_plan(request, params)
    needs = [PhaseNeed(_number(spec), spec.name, spec.complexity, spec.agents) for spec in params.phases or []]
    numbers = [need.number for need in needs]
    for i, number in enumerate(numbers):
        if number in numbers[:i]:
            raise invalid(["phases", i, "phase"], f"phase {number} is listed twice")
    bases: dict[int, ComplexityBasis] = {need.number: "given" for need in needs if need.complexity is not None}
    return _Listed(needs, ["phases"], bases, [])


def _of_plan(request: Request, params: AllocateParams) -> _Listed:
    """The phases of a plan; raises `invalidParams` if it has none, or if phases are listed as well."""
    from ctxbudget_server.account.plans import read_plan, text_of_plan

    assert params.plan is not None
    if params.phases is not None:
        raise invalid(["phases"], "phases and plan are given; only one of them is allowed")
    text, loc = text_of_plan(request, params.plan, params.session_id, ["plan"])
    outline = read_plan(request, text, loc).outline
    if not outline.phases:
        raise invalid(loc, "no phases were found in the plan; list them in `phases`, or see workflow/plan")
    bases = {one.phase: one.complexity.basis for one in outline.phases}
    return _Listed([one.need for one in outline.phases], loc, bases, outline.assumed)


def _result(
    unit: UnitOfWork, params: AllocateParams, scope: Scope, divided: Divided, listed: _Listed
) -> AllocateResult:
    shared, assumed = divided.shared, [*listed.assumed, *divided.assumed]
    assumptions = []
    if assumed:
        from ctxbudget_server.account.plans import wire_assumption

        assumptions = [wire_assumption(one) for one in assumed]
    over, numbers = finished(unit), [need.number for need in listed.needs]
    complexity = {need.number: need.complexity for need in listed.needs}
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
                complexity=complexity.get(number),
                complexity_basis=listed.bases.get(number),
                past=divided.past.get(number),
            )
            for number, tokens in sorted(shared.parts.items())
        ],
        allocated=sum(shared.parts.values()),
        buffer=shared.buffer,
        total=shared.total,
        finished=sorted(over & {*shared.parts, *numbers}),
        draws_on_buffer=[number for number in numbers if number not in shared.parts and number not in over],
        assumptions=assumptions,
        history=divided.history,
    )


def _number(spec: PhaseSpec) -> int:
    """The phase number, given under exactly one of its two names."""
    return cast(int, spec.number if spec.phase is None else spec.phase)
