"""`budget/release`: ends a lease unused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.release import ReleaseResult
from ctxbudget_server.account.leases import active_lease, tokens_left
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.release import ReleaseParams


def release(request: Request, params: ReleaseParams) -> ReleaseResult:
    """End a lease whose tokens were not used."""

    def body(unit: UnitOfWork) -> Callable[[], ReleaseResult]:
        lease = active_lease(unit, params.lease_id)
        unit.put_lease(replace(lease, state="released", used=0))
        unit.detail = {"why": f"release {lease.holder}", "lease": lease.id}
        return lambda: ReleaseResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            refunded=lease.tokens,
            available=tokens_left(unit),
        )

    return changing(request, params, body)
