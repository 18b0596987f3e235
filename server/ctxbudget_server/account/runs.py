"""What a session came to: the figures of a run, from its running sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ctxbudget_protocol.methods.session.history import Run, RunPhase
from ctxbudget_protocol.words import Provenance
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.savings import net_savings
from ctxbudget_server.account.wire import sums_by
from ctxbudget_server.rules.allocation_history import ROUGHNESS
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.shares import ratio
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Session


def is_finished(session: Session, phases: Iterable[Phase]) -> bool:
    """Whether a session is a past run: it is no longer open, or has completed phases and none running or planned."""
    return session.state != "open" or {phase.state for phase in phases} == {"completed"}


def run_of(reader: Reader, session: Session, request: Request) -> Run:
    """The figures of a session as a run. Of its log, only bills are read."""
    from ctxbudget_server.account.bills import bills_of
    from ctxbudget_server.account.money import table_of, wire_costs

    bills = bills_of(reader, session)
    settings = request.settings_of(session)
    sums, known = reader.sums(session.id), reader.phases(session.id)
    held = sums_by(sums, "phase")
    phases = [_phase(phase, held.get(phase.number, Figures()).retained) for _, phase in sorted(known.items())]
    overruns = [phase.overrun for phase in phases if phase.overrun]
    allocated = [phase.allocated for phase in phases if phase.allocated is not None]
    saved = net_savings(session, reader.read_again(session.id))
    return Run(
        session_id=session.id,
        state=session.state,
        finished=is_finished(session, known.values()),
        scope=settings.scope,
        created_at=session.created_at,
        updated_at=session.updated_at,
        closed_at=session.closed_at,
        window=settings.window,
        window_source=settings.window_source,
        budget=settings.budget,
        allocated=sum(allocated) if allocated else None,
        used=sum(phase.used for phase in phases) + held.get(None, Figures()).retained,
        retained=session.retained,
        peak=session.peak,
        processed=session.processed,
        net_savings=saved,
        savings_share=ratio(saved, session.processed),
        overruns=len(overruns),
        overrun=sum(overruns),
        provenance=max(roughest_by_phase(sums).values(), key=ROUGHNESS.index, default=None),
        cost=wire_costs(bills, table_of(request.files)).total.cost if bills else None,
        phases=phases,
    )


def roughest_by_phase(sums: Mapping[SumKey, Figures]) -> dict[int | None, Provenance]:
    """By phase, the roughest provenance among the figures of its items."""
    found: dict[int | None, Provenance] = {}
    for key, figures in sums.items():
        if figures.retained or figures.processed:
            found[key.phase] = max(found.get(key.phase, "exact"), key.provenance, key=ROUGHNESS.index)
    return found


def _phase(phase: Phase, retained: int) -> RunPhase:
    return RunPhase(
        phase=phase.number,
        name=phase.name,
        state=phase.state,
        allocated=phase.allocated,
        used=phase.used_of(retained),
        peak=phase.peak,
        overrun=phase.overrun(retained),
    )
