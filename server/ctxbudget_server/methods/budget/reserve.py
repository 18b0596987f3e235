"""`budget/reserve`: leases tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.budget.reserve import ReserveResult
from ctxbudget_server.account.leases import check_fits, expiry, tokens_left
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.leases import Lease

if TYPE_CHECKING:
    from ctxbudget_protocol.breakdown import Spent
    from ctxbudget_protocol.methods.budget.reserve import ReserveParams


def reserve(request: Request, params: ReserveParams) -> ReserveResult:
    """Lease tokens if they fit beside retained tokens and other leases; else raise `budgetExceeded`.

    Raises `costExceeded` if the session has spent its `maxCost`. With `force` they are leased regardless, for work that
    can no longer be stopped.
    """

    def body(unit: UnitOfWork) -> Callable[[], ReserveResult]:
        if not params.force:
            check_fits(unit, params.tokens, ["tokens"])
        spent = _spent(unit, request, refuse=not params.force)
        running = unit.running_phase()
        phase = params.phase if params.phase is not None else (running.number if running else None)
        if phase is not None and phase not in unit.phases:
            raise ProtocolError("unknownPhase", f"the session has no phase {phase}", loc=["phase"], phase=phase)
        lease = Lease(
            id=unit.new_id("l"),
            holder=params.holder,
            tokens=params.tokens,
            phase=phase,
            state="active",
            reserved_at=unit.now,
            expires_at=expiry(request, params.ttl_ms),
        )
        unit.put_lease(lease)
        unit.detail = {
            "why": f"reserve for {params.holder}",
            "lease": lease.id,
            "tokens": lease.tokens,
            "phase": lease.phase,
            "expiresAt": lease.expires_at,
        }
        return lambda: ReserveResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            expires_at=lease.expires_at,
            available=tokens_left(unit),
            spent=spent,
        )

    return changing(request, params, body)


def _spent(unit: UnitOfWork, request: Request, *, refuse: bool) -> Spent | None:
    """What the session has spent, if that is limited; beyond the limit, `refuse` raises `costExceeded`."""
    if unit.settings.values["maxCost"] is None:
        return None
    from ctxbudget_server.account.bills import check_cost, spent_of  # most sessions have no limit, and hooks no time

    return check_cost(unit, request) if refuse else spent_of(unit.reader, unit.stored, unit.settings, request)
