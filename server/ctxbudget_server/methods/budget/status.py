"""`budget/status`: read from running figures, never by scanning items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.methods.budget import (
    Advice,
    AdviceAction,
    Diagnosis,
    LayerStatus,
    PhaseState,
    ProvenanceShare,
    StatusResult,
    WaveStatus,
)
from ctxbudget_protocol.methods.budget import Lease as WireLease
from ctxbudget_protocol.words import Layer, Provenance
from ctxbudget_server.account.request import Call
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.transactions import Snapshot, reading
from ctxbudget_server.account.wire import retained_where, sums_by, wire_figures
from ctxbudget_server.rules.advice import PhaseFigures, advise, diagnose
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.store.records import LayerRecord, Session

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget import StatusParams
    from ctxbudget_server.rules import advice as rules


LAYERS: tuple[Layer, ...] = ("permanent", "phase", "metadata", "transient")


@dataclass(frozen=True, slots=True)
class Account:
    """All that is known of a session without looking at its items."""

    session: Session
    settings: Settings
    phases: Mapping[int, Phase]
    waves: Sequence[Wave]
    sums: Mapping[SumKey, Figures]
    layers: Mapping[str, LayerRecord]
    leases: Sequence[Lease]
    """Those that hold tokens now."""

    @property
    def leased(self) -> int:
        """Tokens that leases hold."""
        return sum(lease.tokens for lease in self.leases)

    def phase_figures(self) -> list[PhaseFigures]:
        """What each phase holds."""
        by_phase = sums_by(self.sums, "phase")
        return [
            PhaseFigures(
                phase,
                by_phase.get(phase.number, Figures()).retained,
                retained_where(self.sums, "transient", phase.number),
            )
            for phase in self.phases.values()
        ]

    def diagnoses(self) -> list[rules.Diagnosis]:
        """All that is out of order now."""
        ceilings = self.settings.ceilings
        layers = {layer: (retained_where(self.sums, layer), ceiling) for layer, ceiling in ceilings.items()}
        allocated = self.session.buffer is not None
        return diagnose(self.settings.budget, self.session.retained, layers, self.phase_figures(), allocated)


def account_of(snapshot: Snapshot, now: str) -> Account:
    """The account of a session as it stands."""
    reader, session = snapshot.reader, snapshot.session
    return Account(
        session=session,
        settings=Settings.of(session.config),
        phases=reader.phases(session.id),
        waves=reader.waves(session.id),
        sums=reader.sums(session.id),
        layers=reader.layers(session.id),
        leases=[lease for lease in reader.leases(session.id, active=True) if lease.in_flight(now)],
    )


def status(call: Call, params: StatusParams) -> StatusResult:
    """Window, budget, the four accounts, layers, phases, leases in flight, level and advice."""
    with reading(call, params.session_id) as snapshot:
        account = account_of(snapshot, call.now())
    session, settings = account.session, account.settings
    figures = wire_figures(session, settings, account.leased)
    running = [phase.number for phase in account.phases.values() if phase.state == "running"]
    advice = advise(
        session.level,
        settings.budget,
        session.retained,
        retained_where(account.sums, "transient"),
        account.phase_figures(),
    )
    return StatusResult(
        **figures.__dict__,
        session_id=session.id,
        revision=session.revision,
        state=session.state,
        policy=settings.policy,
        phase=running[0] if running else None,
        warn_at=settings.thresholds.warn_at,
        critical_at=settings.thresholds.critical_at,
        layers=_layers(account),
        phases=[_phase(account, phase) for phase in account.phases.values()],
        leases=[wire_lease(lease) for lease in account.leases],
        buffer=session.buffer,
        provenance=provenance_shares(account),
        diagnoses=wire_diagnoses(account),
        advice=Advice(
            text=advice.text,
            actions=[
                AdviceAction(
                    method=action.method,
                    params=_addressed(action.params, session.id),
                    saves=action.saves,
                    why=action.why,
                )
                for action in advice.actions
            ],
        ),
    )


def _addressed(params: dict[str, Any], session_id: str) -> dict[str, Any]:
    return {"sessionId": session_id, **params}


def _layers(account: Account) -> list[LayerStatus]:
    rows = []
    for layer in LAYERS:
        retained = retained_where(account.sums, layer)
        ceiling = account.settings.ceilings.get(layer)
        record = account.layers.get(layer)
        rows.append(
            LayerStatus(
                layer=layer,
                retained=retained,
                peak=record.peak if record else 0,
                ceiling=ceiling,
                of_window=ratio(retained, account.settings.window),
                breached=ceiling is not None and retained > ceiling,
            )
        )
    return rows


def _phase(account: Account, phase: Phase) -> PhaseState:
    figures = sums_by(account.sums, "phase").get(phase.number, Figures())
    waves = []
    for wave in account.waves:
        if wave.phase == phase.number:
            retained = sum(
                f.retained for key, f in account.sums.items() if (key.phase, key.wave) == (wave.phase, wave.number)
            )
            waves.append(WaveStatus(wave=wave.number, state=wave.state, retained=retained))
    return PhaseState(
        phase=phase.number,
        name=phase.name,
        state=phase.state,
        allocated=phase.allocated,
        retained=figures.retained,
        peak=phase.peak,
        processed=figures.processed,
        saved=figures.saved,
        leased=sum(lease.tokens for lease in account.leases if lease.phase == phase.number),
        of_allocation=ratio(figures.retained, phase.allocated) if phase.allocated else None,
        waves=waves,
    )


def wire_lease(lease: Lease) -> WireLease:
    """A lease on the wire."""
    return WireLease(
        lease_id=lease.id,
        holder=lease.holder,
        tokens=lease.tokens,
        phase=lease.phase,
        reserved_at=lease.reserved_at,
        expires_at=lease.expires_at,
    )


def provenance_shares(account: Account) -> list[ProvenanceShare]:
    """Retained tokens by where their figures come from, the largest first."""
    tokens: defaultdict[Provenance, int] = defaultdict(int)
    for key, figures in account.sums.items():
        tokens[key.provenance] += figures.retained
    ordered = sorted(((name, figure) for name, figure in tokens.items() if figure), key=lambda row: (-row[1], row[0]))
    return [ProvenanceShare(provenance=name, tokens=figure) for name, figure in ordered]


def wire_diagnoses(account: Account) -> list[Diagnosis]:
    """All that is out of order now, on the wire."""
    return [Diagnosis(**asdict(diagnosis)) for diagnosis in account.diagnoses()]
