"""`budget/renew`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Label
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.methods.budget.reserve import TtlMs
from ctxbudget_protocol.records import described


class RenewParams(MutatingParams):
    """Params of `budget/renew`."""

    lease_id: Label
    ttl_ms: TtlMs = 1800000


class RenewResult(SessionResult):
    """Result of `budget/renew`."""

    lease_id: str
    expires_at: str
    available: int = described("Tokens.")


RENEW = Method(
    name="budget/renew",
    doc="Extend a lease.",
    params=RenewParams,
    result=RenewResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed", "budgetExceeded"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000001", "ttlMs": 600000},
        result={
            "sessionId": "run-1",
            "revision": 5,
            "leaseId": "l482915036000001",
            "expiresAt": "2026-01-31T12:00:00.000Z",
            "available": 6600,
        },
    ),
)
