"""`budget/release`: its params, its result and its row of the table."""

from __future__ import annotations

from ctxbudget_protocol.common import (
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Label
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import described


class ReleaseParams(MutatingParams):
    """Params of `budget/release`."""

    lease_id: Label


class ReleaseResult(SessionResult):
    """Result of `budget/release`."""

    lease_id: str
    refunded: int = described("Tokens.")
    available: int = described("Tokens.")


RELEASE = Method(
    name="budget/release",
    doc="End a lease whose tokens were not used.",
    params=ReleaseParams,
    result=ReleaseResult,
    errors=(*WRITE_ERRORS, "unknownLease", "leaseClosed"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "leaseId": "l482915036000010"},
        result={
            "sessionId": "run-1",
            "revision": 19,
            "leaseId": "l482915036000010",
            "refunded": 300,
            "available": 6631,
        },
    ),
)
