"""`budget/settle`: ends a lease with the tokens it used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.budget.settle import SettleResult
from ctxbudget_server.account.leases import active_lease, tokens_left
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.leases import settlement

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.budget.settle import SettleParams


def settle(request: Request, params: SettleParams) -> SettleResult:
    """End a lease with the tokens it used. An overrun, or settling late, is recorded but never refused."""

    def body(unit: UnitOfWork) -> Callable[[], SettleResult]:
        lease = active_lease(unit, params.lease_id)
        unit.put_lease(replace(lease, state="settled", used=params.used))
        refunded, overrun = settlement(lease.tokens, params.used)
        unit.detail = {
            "why": f"settle {lease.holder}",
            "lease": lease.id,
            "used": params.used,
            "overrun": overrun,
        }
        return lambda: SettleResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            reserved=lease.tokens,
            used=params.used,
            refunded=refunded,
            overrun=overrun,
            expired=not lease.in_flight(unit.now),
            available=tokens_left(unit),
        )

    return changing(request, params, body)
