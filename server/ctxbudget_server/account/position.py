"""Where a session's account stands, from its running figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ctxbudget_server.account.settings import Settings
from ctxbudget_server.account.wire import level_of
from ctxbudget_server.rules.items import Figures, SumKey
from ctxbudget_server.rules.leases import Lease
from ctxbudget_server.rules.lifecycle import Phase
from ctxbudget_server.rules.position import Holdings, Limits, Position
from ctxbudget_server.store.records import Session


def position_of(
    session: Session,
    settings: Settings,
    phases: Iterable[Phase],
    sums: Mapping[SumKey, Figures],
    leases: Sequence[Lease],
) -> Position:
    """The position of an account that has these running sums, phases, and leases that hold tokens now."""
    limits = Limits(
        settings.budget,
        settings.thresholds,
        settings.ceilings,
        settings.policy,
        settings.values["metadataTokens"],
        markers=settings.values["markers"],
        hosted=bool(settings.host),
    )
    ordered = sorted(phases, key=lambda phase: phase.number)
    return Position(
        limits,
        Holdings(level_of(session, settings), session.state != "open", session.buffer, sums, ordered, leases),
    )
