"""`workflow/startWave`: starts a wave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.account.lifecycle import known_phase, order, step, unmark
from ctxbudget_server.account.pruner import Pruner
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import (
    Wave,
    check_start_wave,
)

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.start_wave import StartWaveParams


def start_wave(request: Request, params: StartWaveParams) -> WorkflowResult:
    """Start a wave of the running phase. Raises `phaseOrder`."""

    def act(unit: UnitOfWork, pruner: Pruner, number: int) -> PhaseStatus:
        phase = known_phase(unit, number)
        wave = unit.waves.get((number, params.wave)) or Wave(number, params.wave)
        with order(number, params.wave):
            check_start_wave(phase, wave, params.reopen)
        unit.put_wave(replace(wave, state="running"))
        unmark(unit, number, params.wave)
        return "running"

    return step(request, params, act)
