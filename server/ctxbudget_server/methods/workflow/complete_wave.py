"""`workflow/completeWave`: completes a wave."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.account.lifecycle import known_phase, order, step
from ctxbudget_server.account.pruner import Ended, Pruner
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.lifecycle import (
    check_complete_wave,
)
from ctxbudget_server.rules.policy import on_wave_completed

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.complete_wave import CompleteWaveParams


def complete_wave(request: Request, params: CompleteWaveParams) -> WorkflowResult:
    """Complete a wave; policy aggressive reduces it and turns earlier waves into markers. Raises `phaseOrder`."""

    def act(unit: UnitOfWork, pruner: Pruner, number: int) -> PhaseStatus:
        known_phase(unit, number)
        wave = unit.waves.get((number, params.wave))
        if wave is None:
            raise ProtocolError(
                "unknownPhase",
                f"phase {number} has no wave {params.wave}",
                loc=["wave"],
                phase=number,
                wave=params.wave,
            )
        with order(number, params.wave):
            check_complete_wave(wave)
        unit.put_wave(replace(wave, state="completed", order=unit.next_order()))
        earlier = [
            other.number
            for other in unit.waves.values()
            if other.phase == number and other.number != params.wave and other.state == "completed"
        ]
        decisions = on_wave_completed(unit.settings.policy, unit.items(state="retained"), number, params.wave, earlier)
        ended = [Ended(number, params.wave)] if unit.settings.policy == "aggressive" else []
        pruner.apply(decisions, ended)
        return "completed"

    return step(request, params, act)
