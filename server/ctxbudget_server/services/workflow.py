"""`workflow/*`: phases and waves begin and end, and the policy acts at each step."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.results.workflow import WorkflowResult
from ctxbudget_protocol.words import PhaseStatus
from ctxbudget_server.rules.lifecycle import (
    Open,
    Phase,
    PhaseOrderError,
    Wave,
    check_complete,
    check_complete_wave,
    check_start,
    check_start_wave,
    phases_due,
)
from ctxbudget_server.rules.policy import on_phase_completed, on_phase_started, on_wave_completed
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.counters import session_counter
from ctxbudget_server.services.entering import Entering, Incoming, prepare
from ctxbudget_server.services.pruning import Ended, Pruner
from ctxbudget_server.services.stand_ins import extractor_for
from ctxbudget_server.services.transactions import changing
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.services.views import wire_figures

if TYPE_CHECKING:
    from ctxbudget_protocol.params.workflow import (
        CompletePhaseParams,
        CompleteWaveParams,
        StartPhaseParams,
        StartWaveParams,
    )

Act = Callable[[Unit, Pruner], PhaseStatus]


def start_phase(call: Call, params: StartPhaseParams) -> WorkflowResult:
    """Start a phase; policy moderate then reduces the content of the phases before. Raises `phaseOrder`."""

    def act(unit: Unit, pruner: Pruner) -> PhaseStatus:
        phase = unit.phases.get(params.phase) or Phase(params.phase)
        with _order(params.phase, None):
            check_start(phase, unit.phases.values(), params.reopen)
        started = unit.put_phase(
            replace(phase, state="running", order=unit.next_order(), name=params.name or phase.name)
        )
        _unmark(unit, params.phase, None)
        due = phases_due(unit.phases.values(), started, unit.settings.values["keepFor"])
        decisions = on_phase_started(unit.settings.policy, unit.items(state="retained"), due)
        pruner.apply(decisions, [Ended(number) for number in due])
        return "running"

    return _step(call, params, act)


def complete_phase(call: Call, params: CompletePhaseParams) -> WorkflowResult:
    """Complete a phase: its summary enters, its policy acts. Raises `phaseOrder` where waves or leases are open."""
    summary = _prepare_summary(call, params)

    def act(unit: Unit, pruner: Pruner) -> PhaseStatus:
        phase = _known_phase(unit, params.phase)
        still_open = Open(
            [wave.number for wave in unit.waves.values() if wave.phase == phase.number and wave.state == "running"],
            [lease.id for lease in unit.leases() if lease.phase == phase.number],
        )
        with _order(params.phase, None):
            check_complete(phase, still_open, params.force)
        for number in still_open.waves:
            wave = unit.waves[phase.number, number]
            unit.put_wave(replace(wave, state="completed", order=unit.next_order()))
        unit.put_phase(replace(phase, state="completed"))
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

    return _step(call, params, act)


def start_wave(call: Call, params: StartWaveParams) -> WorkflowResult:
    """Start a wave of the running phase. Raises `phaseOrder`."""

    def act(unit: Unit, pruner: Pruner) -> PhaseStatus:
        phase = _known_phase(unit, params.phase)
        wave = unit.waves.get((params.phase, params.wave)) or Wave(params.phase, params.wave)
        with _order(params.phase, params.wave):
            check_start_wave(phase, wave, params.reopen)
        unit.put_wave(replace(wave, state="running"))
        _unmark(unit, params.phase, params.wave)
        return "running"

    return _step(call, params, act)


def complete_wave(call: Call, params: CompleteWaveParams) -> WorkflowResult:
    """Complete a wave; policy aggressive reduces it, and turns the waves before into markers. Raises `phaseOrder`."""

    def act(unit: Unit, pruner: Pruner) -> PhaseStatus:
        _known_phase(unit, params.phase)
        wave = unit.waves.get((params.phase, params.wave))
        if wave is None:
            raise ProtocolError(
                "unknownPhase",
                f"phase {params.phase} has no wave {params.wave}",
                loc=["wave"],
                phase=params.phase,
                wave=params.wave,
            )
        with _order(params.phase, params.wave):
            check_complete_wave(wave)
        unit.put_wave(replace(wave, state="completed", order=unit.next_order()))
        earlier = [
            other.number
            for other in unit.waves.values()
            if other.phase == params.phase and other.number != params.wave and other.state == "completed"
        ]
        decisions = on_wave_completed(
            unit.settings.policy, unit.items(state="retained"), params.phase, params.wave, earlier
        )
        ended = [Ended(params.phase, params.wave)] if unit.settings.policy == "aggressive" else []
        pruner.apply(decisions, ended)
        return "completed"

    return _step(call, params, act)


def _step(
    call: Call, params: StartPhaseParams | CompletePhaseParams | StartWaveParams | CompleteWaveParams, act: Act
) -> WorkflowResult:
    extractor = extractor_for(call, params.session_id)
    wave = getattr(params, "wave", None)

    def body(unit: Unit) -> Callable[[], WorkflowResult]:
        pruner = Pruner(unit, extractor)
        state = act(unit, pruner)
        unit.detail["why"] = f"{call.method.partition('/')[2]} {params.phase}" + ("" if wave is None else f".{wave}")
        return lambda: WorkflowResult(
            session_id=unit.id,
            revision=unit.revision,
            phase=params.phase,
            name=unit.phases[params.phase].name,
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

    return changing(call, params, body, rehearse=True, seal=extractor.seal)


def _prepare_summary(call: Call, params: CompletePhaseParams) -> Entering | None:
    given = params.summary
    if given is None:
        return None
    title = f"Phase {params.phase} summary"
    new = Incoming("metadata", "summary", params.phase, title=title)
    if isinstance(given, str):
        new = new._replace(content=given)
    else:
        new = new._replace(content=given.content, path=given.path, tokens=given.tokens, title=given.title or title)
    _, counter = session_counter(call, params.session_id)
    return prepare(call, new, counter, ["summary"])


def _unmark(unit: Unit, phase: int, wave: int | None) -> None:
    """What is under way again is not complete: its marker would say so."""
    for item in unit.items(state="retained", layer="metadata", phase=phase):
        if item.marker and item.wave in (wave, None):
            unit.drop_marker(item)


def _known_phase(unit: Unit, number: int) -> Phase:
    if (phase := unit.phases.get(number)) is None:
        raise ProtocolError("unknownPhase", f"the session has no phase {number}", loc=["phase"], phase=number)
    return phase


@contextmanager
def _order(phase: int, wave: int | None) -> Iterator[None]:
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
