"""An overview of a session from its running figures, without reading its items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ctxbudget_protocol.methods.budget.status import AdviceAction, Diagnosis, ProvenanceShare
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_protocol.words import Provenance
from ctxbudget_server.account.position import position_of
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.transactions import Snapshot
from ctxbudget_server.rules.advice import Action
from ctxbudget_server.rules.breaches import diagnose
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase, Wave
from ctxbudget_server.rules.position import LAYERS, Position
from ctxbudget_server.store.records import LayerRecord, Session

__all__ = ["LAYERS", "Overview", "cost_refusal", "overview_of", "provenance_shares", "wire_action", "wire_diagnoses"]


class Overview(NamedTuple):
    """A session's running figures."""

    session: Session
    settings: Settings
    phases: Mapping[int, Phase]
    waves: Sequence[Wave]
    sums: Mapping[SumKey, Figures]
    layers: Mapping[str, LayerRecord]
    leases: Sequence[Lease]
    """Leases that hold tokens now."""

    @property
    def leased(self) -> int:
        """Tokens that leases hold."""
        return sum(lease.tokens for lease in self.leases)

    @property
    def running_phase(self) -> int | None:
        """The number of the running phase."""
        return next((phase.number for phase in self.phases.values() if phase.state == "running"), None)

    def position(self) -> Position:
        """Where the account stands."""
        return position_of(self.session, self.settings, self.phases.values(), self.sums, self.leases)


def overview_of(snapshot: Snapshot, request: Request) -> Overview:
    """The overview of a session's current state."""
    reader, session, now = snapshot.reader, snapshot.session, request.now()
    return Overview(
        session=session,
        settings=request.settings_of(session),
        phases=reader.phases(session.id),
        waves=reader.waves(session.id),
        sums=reader.sums(session.id),
        layers=reader.layers(session.id),
        leases=[lease for lease in reader.leases(session.id, active=True) if lease.in_flight(now)],
    )


def cost_refusal(snapshot: Snapshot, settings: Settings, request: Request) -> str | None:
    """What to say of a session that has spent its `maxCost`; where that is not set, no bill is read."""
    if settings.values["maxCost"] is None:
        return None
    from ctxbudget_server.account.bills import refusal, spent_of  # most sessions have no limit

    spent = spent_of(snapshot.reader, snapshot.session, settings, request)
    if spent is None or not spent.exceeded:
        return None
    return f"budget/reserve refuses: {refusal(spent, spent.max_cost)}."


def provenance_shares(overview: Overview) -> list[ProvenanceShare]:
    """Retained tokens by the provenance of their figures, largest first."""
    tokens: defaultdict[Provenance, int] = defaultdict(int)
    for key, figures in overview.sums.items():
        tokens[key.provenance] += figures.retained
    ordered = sorted(((name, figure) for name, figure in tokens.items() if figure), key=lambda row: (-row[1], row[0]))
    return [ProvenanceShare(provenance=name, tokens=figure) for name, figure in ordered]


def wire_diagnoses(position: Position) -> list[Diagnosis]:
    """The current diagnoses, on the wire."""
    return [Diagnosis(**diagnosis._asdict()) for diagnosis in diagnose(position)]


def wire_action(action: Action, session_id: str) -> AdviceAction:
    """A suggested request about the session, on the wire."""
    return AdviceAction(
        method=action.method,
        params={"sessionId": session_id, **action.params},
        saves=action.saves,
        exact=action.exact,
        why=action.why,
    )
