"""`budget/settle`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Label, Tokens
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described


class SettleParams(MutatingParams):
    """Params of `budget/settle`."""

    lease_id: Label
    used: Tokens = described("What the work brought into the context, tokens.")


class SettleResult(SessionResult):
    """Result of `budget/settle`. Only `context/add` changes the account, not this."""

    lease_id: str
    reserved: int = described("Tokens.")
    used: int = described("Tokens.")
    refunded: int = described("Reserved but not used, tokens.")
    overrun: int = described("Used beyond what was reserved, tokens.")
    expired: bool = described("Whether the lease had expired before it was settled.")
    available: int = described("Tokens.")


SETTLE = Method(
    name="budget/settle",
    doc="End a lease with the tokens it used; the rest is refunded.",
    params=SettleParams,
    result=SettleResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000001", "used": 250},
        result={
            "sessionId": "run-1",
            "revision": 8,
            "leaseId": "l482915036000001",
            "reserved": 900,
            "used": 250,
            "refunded": 650,
            "overrun": 0,
            "expired": False,
            "available": 6949,
        },
    ),
)
