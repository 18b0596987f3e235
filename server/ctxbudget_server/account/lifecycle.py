"""Lifecycle steps: starting and completing phases and waves, and applying the policy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.workflow.workflow_result import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.account.pruner import Pruner
from ctxbudget_server.account.replacements import extractor_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.waves import phase_of_wave
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.lifecycle import (
    Phase,
    PhaseOrderError,
)

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.workflow.complete_phase import CompletePhaseParams
    from ctxbudget_protocol.methods.workflow.complete_wave import CompleteWaveParams
    from ctxbudget_protocol.methods.workflow.start_phase import StartPhaseParams
    from ctxbudget_protocol.methods.workflow.start_wave import StartWaveParams


Act = Callable[[UnitOfWork, Pruner, int], PhaseStatus]
"""Takes the step in a unit for the phase of this number; the state afterwards."""


def step(
    request: Request, params: StartPhaseParams | CompletePhaseParams | StartWaveParams | CompleteWaveParams, act: Act
) -> WorkflowResult:
    extractor = extractor_for(request, params.session_id)
    wave = getattr(params, "wave", None)

    def body(unit: UnitOfWork) -> Callable[[], WorkflowResult]:
        pruner = Pruner(unit, extractor)
        number = phase_of_wave(params.phase, unit.phases.values(), [])
        state = act(unit, pruner, number)
        unit.detail["why"] = f"{request.method.partition('/')[2]} {number}" + ("" if wave is None else f".{wave}")
        return lambda: WorkflowResult(
            session_id=unit.id,
            revision=unit.revision,
            phase=number,
            name=unit.phases[number].name,
            wave=wave,
            state=state,
            policy=unit.settings.policy,
            summary=unit.detail.get("summary"),
            plan=pruner.plan,
            saved=pruner.saved,
            undo=unit.undo_id(),
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return changing(request, params, body, rehearsed=extractor.rehearsed)


def unmark(unit: UnitOfWork, phase: int, wave: int | None) -> None:
    """Remove the marker of a phase or wave that is running again, since the marker says that it is complete."""
    for item in unit.items(state="retained", layer="metadata", phase=phase):
        if item.marker and item.wave in (wave, None):
            unit.drop_marker(item)


def known_phase(unit: UnitOfWork, number: int) -> Phase:
    if (phase := unit.phases.get(number)) is None:
        raise ProtocolError("unknownPhase", f"the session has no phase {number}", loc=["phase"], phase=number)
    return phase


@contextmanager
def order(phase: int, wave: int | None) -> Iterator[None]:
    try:
        yield
    except PhaseOrderError as fault:
        raise ProtocolError(
            "phaseOrder",
            str(fault),
            loc=["phase" if wave is None else "wave"],
            phase=phase,
            wave=wave,
            state=fault.state,
            open={"phases": [], "waves": [], "leases": [], **fault.open},
        ) from fault
