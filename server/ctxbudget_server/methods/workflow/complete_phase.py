"""`workflow/completePhase`: completes a phase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.account.counter import session_counter
from ctxbudget_server.account.items import PreparedItem, prepare
from ctxbudget_server.account.lifecycle import known_phase, order, step
from ctxbudget_server.account.pruner import Ended, Pruner
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import (
    Open,
    check_complete,
)
from ctxbudget_server.rules.policy import on_phase_completed

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.complete_phase import CompletePhaseParams


def complete_phase(request: Request, params: CompletePhaseParams) -> WorkflowResult:
    """Complete a phase: add its summary and apply the policy. Raises `phaseOrder` if waves or leases are open."""
    summary = _prepare_summary(request, params)

    def act(unit: UnitOfWork, pruner: Pruner, number: int) -> PhaseStatus:
        phase = known_phase(unit, number)
        still_open = Open(
            [wave.number for wave in unit.waves.values() if wave.phase == phase.number and wave.state == "running"],
            [lease.id for lease in unit.leases() if lease.phase == phase.number],
        )
        with order(number, None):
            check_complete(phase, still_open, params.force)
        for open_wave in still_open.waves:
            wave = unit.waves[number, open_wave]
            unit.put_wave(replace(wave, state="completed", order=unit.next_order()))
        unit.freeze(replace(phase, state="completed"))
        if summary:
            unit.detail["summary"] = summary.enter(unit).id
        decisions = on_phase_completed(
            unit.settings.policy,
            unit.items(state="retained"),
            phase.number,
            unit.settings.values["metadataHorizon"],
            [other.number for other in unit.phases.values() if other.state == "completed"],
        )
        pruner.apply(decisions, [Ended(phase.number)])
        return "completed"

    return step(request, params, act)


def _prepare_summary(request: Request, params: CompletePhaseParams) -> PreparedItem | None:
    given = params.summary
    if given is None:
        return None
    from ctxbudget_protocol.methods.context.add import NewItem

    title = f"Phase {params.phase} summary"
    new = NewItem(layer="metadata", kind="summary", phase=params.phase, title=title)
    if isinstance(given, str):
        new = new.copy(content=given)
    else:
        new = new.copy(content=given.content, path=given.path, tokens=given.tokens, title=given.title or title)
    _, counter = session_counter(request, params.session_id)
    return prepare(request, new, counter, ["summary"])
