"""All that running figures tell of a session, without a look at its items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ctxbudget_protocol.methods.budget import Diagnosis, ProvenanceShare
from ctxbudget_protocol.words import Layer, Provenance
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.transactions import Snapshot
from ctxbudget_server.account.wire import retained_where, sums_by
from ctxbudget_server.rules.advice import PhaseFigures, diagnose
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.store.records import LayerRecord, Session

if TYPE_CHECKING:
    from ctxbudget_server.rules import advice as rules

LAYERS: tuple[Layer, ...] = ("permanent", "phase", "metadata", "transient")


class Overview(NamedTuple):
    """A session in running figures."""

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
        """What is wrong now."""
        ceilings = self.settings.ceilings
        layers = {layer: (retained_where(self.sums, layer), ceiling) for layer, ceiling in ceilings.items()}
        allocated = self.session.buffer is not None
        return diagnose(self.settings.budget, self.session.retained, layers, self.phase_figures(), allocated)


def overview_of(snapshot: Snapshot, now: str) -> Overview:
    """The overview of a session as it stands."""
    reader, session = snapshot.reader, snapshot.session
    return Overview(
        session=session,
        settings=Settings.of(session.config),
        phases=reader.phases(session.id),
        waves=reader.waves(session.id),
        sums=reader.sums(session.id),
        layers=reader.layers(session.id),
        leases=[lease for lease in reader.leases(session.id, active=True) if lease.in_flight(now)],
    )


def provenance_shares(overview: Overview) -> list[ProvenanceShare]:
    """Retained tokens by where their figures come from, the largest first."""
    tokens: defaultdict[Provenance, int] = defaultdict(int)
    for key, figures in overview.sums.items():
        tokens[key.provenance] += figures.retained
    ordered = sorted(((name, figure) for name, figure in tokens.items() if figure), key=lambda row: (-row[1], row[0]))
    return [ProvenanceShare(provenance=name, tokens=figure) for name, figure in ordered]


def wire_diagnoses(overview: Overview) -> list[Diagnosis]:
    """What is wrong now, on the wire."""
    return [Diagnosis(**diagnosis._asdict()) for diagnosis in overview.diagnoses()]
