"""`workflow/startPhase`: starts a phase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.account.lifecycle import order, step, unmark
from ctxbudget_server.account.pruner import Ended, Pruner
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import (
    Phase,
    check_start,
    phases_due,
)
from ctxbudget_server.rules.policy import on_phase_started

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.start_phase import StartPhaseParams


def start_phase(request: Request, params: StartPhaseParams) -> WorkflowResult:
    """Start a phase; policy moderate then reduces the content of earlier phases. Raises `phaseOrder`."""

    def act(unit: UnitOfWork, pruner: Pruner, number: int) -> PhaseStatus:
        phase = unit.phases.get(number) or Phase(number)
        with order(number, None):
            check_start(phase, unit.phases.values(), params.reopen)
        started = unit.put_phase(
            replace(
                phase,
                state="running",
                order=unit.next_order(),
                name=params.name or phase.name,
                used=None,
                turned_at=None,
            )
        )
        unit.detail["name"] = started.name
        unmark(unit, number, None)
        due = phases_due(unit.phases.values(), started, unit.settings.values["keepFor"])
        decisions = on_phase_started(unit.settings.policy, unit.items(state="retained"), due)
        pruner.apply(decisions, [Ended(number) for number in due])
        return "running"

    return step(request, params, act)
