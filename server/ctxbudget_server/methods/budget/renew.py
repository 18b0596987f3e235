"""`budget/renew`: extends a lease."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.renew import RenewResult
from ctxbudget_server.account.leases import active_lease, check_fits, expiry, tokens_left
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.renew import RenewParams


def renew(request: Request, params: RenewParams) -> RenewResult:
    """Extend a lease from now. One that has expired must fit again, else raise `budgetExceeded`."""

    def body(unit: UnitOfWork) -> Callable[[], RenewResult]:
        lease = active_lease(unit, params.lease_id)
        if not lease.in_flight(unit.now):
            check_fits(unit, lease.tokens, ["leaseId"])
        renewed = replace(lease, expires_at=expiry(request, params.ttl_ms))
        unit.put_lease(renewed)
        unit.detail = {"why": f"renew {lease.holder}", "lease": lease.id, "expiresAt": renewed.expires_at}
        return lambda: RenewResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            expires_at=renewed.expires_at,
            available=tokens_left(unit),
        )

    return changing(request, params, body)
