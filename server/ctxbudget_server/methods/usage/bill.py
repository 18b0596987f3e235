"""`usage/bill`: records what a provider billed for a request of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import invalid
from ctxbudget_protocol.methods.usage.bill import BillResult
from ctxbudget_protocol.records import attribute
from ctxbudget_server.account.bills import bill_in, bills_of, spent_by
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.transcripts.billed import KINDS
from ctxbudget_server.transcripts.requests import MAIN

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.usage.bill import BillParams


def bill(request: Request, params: BillParams) -> BillResult:
    """Keep a bill in the session's log; the figures of the account do not change. The limit refuses no bill."""
    if params.tokens is None and params.cost is None:
        raise invalid(["tokens"], "tokens or cost must be given", "missing")
    kept = {
        "model": params.model,
        "agent": params.agent or MAIN,
        "tokens": {kind: getattr(params.tokens, attribute(kind)) for kind in KINDS if params.tokens is not None},
        **({"cost": {"amount": params.cost.amount, "currency": params.cost.currency}} if params.cost else {}),
    }

    def body(unit: UnitOfWork) -> Callable[[], BillResult]:
        unit.detail = {"why": f"billed for {kept['agent']}", "bill": kept}
        limit, spent = unit.settings.values["maxCost"], None
        if limit is not None:
            spent = spent_by([*bills_of(unit.reader, unit.stored), bill_in(unit.id, kept)], request, limit)
        return lambda: BillResult(session_id=unit.id, revision=unit.revision, spent=spent)

    return changing(request, params, body)
