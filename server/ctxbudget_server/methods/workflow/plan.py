"""`workflow/plan`: a plan in, a workflow with its budget out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NamedTuple

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_protocol.methods.workflow.plan import PlannedPhase, PlanResult
from ctxbudget_protocol.words import Policy, Scope, Strategy
from ctxbudget_server.account.allocating import divide, take_on, to_divide
from ctxbudget_server.account.division import Divided, Division
from ctxbudget_server.account.plans import checked_text, read_plan, text_of_plan, wire_assumption
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.setup import make_undoable, setup_of
from ctxbudget_server.account.transactions import changing, check_revision, reading
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.planning import (
    Assumed,
    Outline,
    debug_share,
    outline_of_scope,
    outside_template,
)
from ctxbudget_server.rules.policy import policy_for
from ctxbudget_server.rules.scopes import scope_named, scope_of_phases, scope_of_words
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.plan import PlanParams
    from ctxbudget_server.rules.planning import Planned

ScopeBasis = Literal["given", "stated", "session", "read", "default"]
DEFAULT_SCOPE: Scope = "full-implementation"


class _Source(NamedTuple):
    """What the request brings: the text, what it is called, and the phases of a plan if it has any."""

    loc: Location
    title: str | None
    words: str
    """What a scope is read from if there are no phases."""
    stated_scope: str | None
    agents: int | None
    outline: Outline

    @property
    def is_plan(self) -> bool:
        """Whether it has phases of its own."""
        return bool(self.outline.phases)


class _Workflow(NamedTuple):
    """The workflow for a session: what was chosen, why, and the division of its tokens."""

    source: _Source
    outline: Outline
    assumed: list[Assumed]
    scope: Scope
    scope_basis: ScopeBasis
    strategy: Strategy
    strategy_basis: Literal["given", "session", "default"]
    policy: Policy
    policy_basis: Literal["session", "phases"]
    divided: Divided


def plan(request: Request, params: PlanParams) -> PlanResult:
    """Read a plan or a description and divide the budget among its phases; with `apply`, set them up.

    Raises `conflict` if a phase of the session has the number of a planned one and is another one or has started.
    """
    source = _source(request, params)

    def body(unit: UnitOfWork) -> Callable[[], PlanResult]:
        before = dict(unit.phases)
        made = _workflow(unit, request, params, source)
        if params.apply:
            _apply(unit, made)
        return lambda: _result(unit, params, made, before)

    if not params.apply:
        with reading(request, params.session_id) as snapshot:
            check_revision(params.if_revision, snapshot.session)
            return body(UnitOfWork(snapshot.reader, snapshot.session, request))()
    return changing(request, params, body)


def _source(request: Request, params: PlanParams) -> _Source:
    loc: Location = ["description"]
    if params.description is not None:
        text = checked_text(request, params.description, loc)
    else:
        text, loc = text_of_plan(request, params, params.session_id, [])
    found = read_plan(request, text, loc, params.first_phase)
    from ctxbudget_server.extract.plans.survey import agents_in

    survey = found.survey
    words = text if params.description is not None else survey.title or ""
    return _Source(loc, survey.title, words, survey.scope, survey.agents or agents_in(words), found.outline)


def _workflow(unit: UnitOfWork, request: Request, params: PlanParams, source: _Source) -> _Workflow:
    assumed: list[Assumed] = []
    scope, scope_basis = _scope(unit, params, source, assumed)
    outline = source.outline if source.is_plan else outline_of_scope(scope, source.agents)
    if not source.is_plan and params.description is None:
        message = f"no phases were found in the plan: these are those of the scope {scope}"
        assumed.append(Assumed("noPhases", [], message))
    strategy, strategy_basis = _strategy(unit, params, source)
    total = to_divide(unit, params.total, params.basis)
    division = Division(strategy, scope, total, params.basis)
    divided = divide(unit, request, division, [one.need for one in outline.phases], source.loc)
    assumed += divided.assumed
    if source.is_plan and strategy == "fixed":
        assumed += outside_template(outline, divided.shared.parts)
    if source.is_plan and strategy == "reserve":
        assumed += debug_share(outline)
    assumed += _already_there(unit, outline)
    policy, policy_basis = _policy(unit.settings, scope, len(outline.phases))
    return _Workflow(
        source,
        outline,
        [*source.outline.assumed, *assumed],
        scope,
        scope_basis,
        strategy,
        strategy_basis,
        policy,
        policy_basis,
        divided,
    )


def _scope(unit: UnitOfWork, params: PlanParams, source: _Source, assumed: list[Assumed]) -> tuple[Scope, ScopeBasis]:
    if params.scope is not None:
        return params.scope, "given"
    if source.stated_scope is not None and (stated := scope_named(source.stated_scope)):
        return stated, "stated"
    if unit.settings.scope is not None:
        return unit.settings.scope, "session"
    if source.is_plan:
        return scope_of_phases([one.entry.name or "" for one in source.outline.phases]), "read"
    if (found := scope_of_words(source.words)) is not None:
        return found, "read"
    message = f"it does not say what is to be done, so the scope is {DEFAULT_SCOPE}"
    assumed.append(Assumed("noScope", [], message))
    return DEFAULT_SCOPE, "default"


def _strategy(
    unit: UnitOfWork, params: PlanParams, source: _Source
) -> tuple[Strategy, Literal["given", "session", "default"]]:
    if params.strategy is not None:
        return params.strategy, "given"
    wanted: Strategy | None = unit.settings.values["strategy"]
    if wanted is not None:
        return wanted, "session"
    return "dynamic" if source.is_plan else "fixed", "default"


def _policy(settings: Settings, scope: Scope, phases: int) -> tuple[Policy, Literal["session", "phases"]]:
    if settings.values["policy"] != "auto":
        return settings.policy, "session"
    return policy_for(scope, phases), "phases"


def _already_there(unit: UnitOfWork, outline: Outline) -> list[Assumed]:
    """What the session has already: phases with the numbers of planned ones, and allocations."""
    assumed = []
    planned = {one.phase for one in outline.phases}
    replaced = [
        p.number for p in unit.phases.values() if p.allocated is not None and not p.frozen and p.number not in planned
    ]
    if replaced:
        message = "a new allocation replaces that of the session's other phases, which then draw on the buffer"
        assumed.append(Assumed("replacesAllocation", replaced, message))
    clashes = [one for one in outline.phases if _clashes(unit.phases.get(one.phase), one.entry.name)]
    if clashes:
        message = "the session has other phases, or started ones, with these numbers; `firstPhase` renumbers the plan's"
        assumed.append(Assumed("phaseExists", [one.phase for one in clashes], message))
    return assumed


def _clashes(phase: Phase | None, name: str | None) -> bool:
    """Whether a session's phase is not the planned one, as far as names and states tell."""
    if phase is None:
        return False
    other = phase.name is not None and name is not None and phase.name.casefold() != name.casefold()
    return other or phase.state != "planned"


def _apply(unit: UnitOfWork, made: _Workflow) -> None:
    clashes = [one for one in made.outline.phases if _clashes(unit.phases.get(one.phase), one.entry.name)]
    if clashes:
        raise _conflict(unit, clashes)
    earlier = setup_of(unit)
    take_on(unit, made.divided.shared, {one.phase: one.entry.name for one in made.outline.phases})
    wanted = {"scope": made.scope} if unit.settings.scope != made.scope else {}
    if made.policy_basis == "phases" and unit.settings.changed_by(wanted).policy != made.policy:
        wanted["policy"] = made.policy  # type: ignore[assignment]
    if wanted:
        unit.configure(unit.settings.changed_by(wanted))
    unit.detail["why"] = f"plan {made.strategy}"
    make_undoable(unit, earlier)


def _conflict(unit: UnitOfWork, clashes: list[Planned]) -> ProtocolError:
    there = [(one, unit.phases[one.phase]) for one in clashes]
    first, phase = there[0]
    more = f" (and {len(there) - 1} more)" if len(there) > 1 else ""
    named = f" ({phase.name})" if phase.name else ""
    return ProtocolError(
        "conflict",
        f"the session's phase {first.phase}{named} is {phase.state} or another one than the plan's{more}; "
        "`firstPhase` numbers the plan's phases from a free number on",
        loc=["apply"],
        phases=[
            {"phase": one.phase, "state": there.state, "name": there.name, "planned": one.entry.name}
            for one, there in there
        ],
    )


def _result(unit: UnitOfWork, params: PlanParams, made: _Workflow, before: dict[int, Phase]) -> PlanResult:
    shared, parts = made.divided.shared, made.divided.shared.parts
    waves = made.outline.wave_of_each()
    phases = [
        _wire(one, waves[one.phase], before.get(one.phase), made.divided, unit.settings.budget)
        for one in made.outline.phases
    ]
    return PlanResult(
        session_id=unit.id,
        revision=unit.revision if params.apply else unit.stored.revision,
        title=made.source.title,
        scope=made.scope,
        scope_basis=made.scope_basis,
        phase_count=len(phases),
        phases=phases,
        waves=made.outline.waves,
        waves_basis=made.outline.waves_basis,
        complexity=round(sum(one.complexity.value for one in made.outline.phases), 2),
        strategy=made.strategy,
        strategy_basis=made.strategy_basis,
        policy=made.policy,
        policy_basis=made.policy_basis,
        budget=unit.settings.budget,
        basis=params.basis,
        total=shared.total,
        allocated=sum(parts.values()),
        buffer=shared.buffer,
        draws_on_buffer=[one.phase for one in made.outline.phases if one.phase not in parts],
        assumptions=[wire_assumption(one) for one in made.assumed],
        history=made.divided.history,
        applied=params.apply,
        undo=unit.undo_id() if params.apply else None,
    )


def _wire(one: Planned, wave: int, there: Phase | None, divided: Divided, budget: int) -> PlannedPhase:
    entry, allocated = one.entry, divided.shared.parts.get(one.phase)
    return PlannedPhase(
        phase=one.phase,
        name=entry.name,
        number=entry.number if entry.number != one.phase else None,
        state=there.state if there else None,
        status=entry.status,
        tasks_done=entry.tasks_done,
        tasks_open=max(0, entry.work.tasks - entry.tasks_done),
        depends_on=one.depends_on,
        wave=wave,
        estimate=entry.estimate,
        agents=entry.agents,
        complexity=one.complexity.value,
        complexity_basis=one.complexity.basis,
        complexity_from=one.complexity.how,
        allocated=allocated,
        of_budget=None if allocated is None else ratio(allocated, budget),
        past=divided.past.get(one.phase),
    )
