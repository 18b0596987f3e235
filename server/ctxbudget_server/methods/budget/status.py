"""`budget/status`: the state of the budget, from running figures; never scans items."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.status import Advice, LayerStatus, PhaseState, StatusResult, WaveStatus
from ctxbudget_protocol.methods.budget.status import Lease as WireLease
from ctxbudget_server.account.forecasting import forecast_of
from ctxbudget_server.account.overview import (
    LAYERS,
    Overview,
    cost_refusal,
    overview_of,
    provenance_shares,
    wire_action,
    wire_diagnoses,
)
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.account.wire import sums_by, wire_figures
from ctxbudget_server.rules.advice import advise
from ctxbudget_server.rules.items import NOTHING, Figures, total_of
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.position import Position
from ctxbudget_server.rules.shares import ratio

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.status import StatusParams


def status(request: Request, params: StatusParams) -> StatusResult:
    """Window, budget, the four figures, layers, phases, active leases, level and advice."""
    with reading(request, params.session_id) as snapshot:
        overview = overview_of(snapshot, request)
        forecast = forecast_of(snapshot, overview, params.requests or ())
        refusal = cost_refusal(snapshot, overview.settings, request)
    session, settings = overview.session, overview.settings
    figures = wire_figures(session, settings, overview.leased)
    position = overview.position()
    advice = advise(position, refusal)
    pinned = total_of(overview.sums.values()).pinned
    return StatusResult(
        **figures.__dict__,
        session_id=session.id,
        revision=session.revision,
        state=session.state,
        policy=settings.policy,
        phase=overview.running_phase,
        warn_at=settings.thresholds.warn_at,
        critical_at=settings.thresholds.critical_at,
        layers=_layers(overview, position),
        phases=_phases(overview),
        leases=[_lease(lease) for lease in overview.leases],
        buffer=session.buffer,
        pinned=pinned,
        protected=pinned + position.layers["permanent"].prunable,
        forecast=forecast,
        provenance=provenance_shares(overview),
        diagnoses=wire_diagnoses(position),
        advice=Advice(
            text=advice.text,
            next=advice.next,
            actions=[wire_action(action, session.id) for action in advice.actions],
        ),
    )


def _layers(overview: Overview, position: Position) -> list[LayerStatus]:
    rows = []
    for layer in LAYERS:
        held = position.layers[layer]
        retained = held.retained
        ceiling = overview.settings.ceilings.get(layer)
        record = overview.layers.get(layer)
        rows.append(
            LayerStatus(
                layer=layer,
                retained=retained,
                pinned=held.pinned,
                peak=record.peak if record else 0,
                ceiling=ceiling,
                of_window=ratio(retained, overview.settings.window),
                breached=ceiling is not None and retained > ceiling,
            )
        )
    return rows


def _phases(overview: Overview) -> list[PhaseState]:
    """The state of each phase. Sums, waves and leases are gone through once, however many phases there are."""
    held = sums_by(overview.sums, "phase")
    of_waves: defaultdict[tuple[int | None, int | None], int] = defaultdict(int)
    for key, figures in overview.sums.items():
        of_waves[key.phase, key.wave] += figures.retained
    waves: defaultdict[int, list[WaveStatus]] = defaultdict(list)
    for wave in overview.waves:
        retained = of_waves[wave.phase, wave.number]
        waves[wave.phase].append(WaveStatus(wave=wave.number, state=wave.state, retained=retained))
    leased: defaultdict[int | None, int] = defaultdict(int)
    for lease in overview.leases:
        leased[lease.phase] += lease.tokens
    return [
        _phase(phase, held.get(phase.number, NOTHING), leased[phase.number], waves[phase.number])
        for phase in overview.phases.values()
    ]


def _phase(phase: Phase, figures: Figures, leased: int, waves: list[WaveStatus]) -> PhaseState:
    return PhaseState(
        phase=phase.number,
        name=phase.name,
        state=phase.state,
        allocated=phase.allocated,
        retained=figures.retained,
        pinned=figures.pinned,
        used=figures.retained if phase.used is None else phase.used,
        peak=phase.peak,
        processed=figures.processed,
        saved=figures.saved,
        overrun=phase.overrun(figures.retained),
        leased=leased,
        of_allocation=ratio(figures.retained, phase.allocated) if phase.allocated else None,
        waves=waves,
    )


def _lease(lease: Lease) -> WireLease:
    """A lease in its wire form."""
    return WireLease(
        lease_id=lease.id,
        holder=lease.holder,
        tokens=lease.tokens,
        phase=lease.phase,
        reserved_at=lease.reserved_at,
        expires_at=lease.expires_at,
    )
