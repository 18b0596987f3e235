"""`budget/reserve`: its params, its result and its row of the table."""

from __future__ import annotations

from typing import Annotated

from ctxbudget_protocol.breakdown import (
    Spent,
)
from ctxbudget_protocol.common import (
    MutatingParams,
    SessionResult,
)
from ctxbudget_protocol.fields import Label, PhaseNumber, PositiveTokens
from ctxbudget_protocol.method import WRITE_ERRORS, Example, Method
from ctxbudget_protocol.records import Constraint, Meaning, described

TtlMs = Annotated[int, Constraint(ge=1, le=30 * 24 * 3600 * 1000), Meaning("Milliseconds.")]


class ReserveParams(MutatingParams):
    """Params of `budget/reserve`."""

    tokens: PositiveTokens
    holder: Label = described("Who will use them: an agent's name or id.")
    phase: PhaseNumber | None = described("Absent: the running phase.", default=None)
    ttl_ms: TtlMs = 1800000
    force: bool = described("The work has already begun: take the lease even if it does not fit.", default=False)


class ReserveResult(SessionResult):
    """Result of `budget/reserve`."""

    lease_id: str
    expires_at: str
    available: int = described("Tokens left after this lease.")
    spent: Spent | None = described(
        "What the session has spent, if it has a `maxCost`, also with `force`; null: no limit.", default=None
    )


RESERVE = Method(
    name="budget/reserve",
    doc="Lease tokens for work in flight.",
    params=ReserveParams,
    result=ReserveResult,
    errors=(*WRITE_ERRORS, "unknownPhase", "budgetExceeded", "costExceeded"),
    mutates=True,
    example=Example(
        params={"sessionId": "run-1", "tokens": 900, "holder": "research-1"},
        result={
            "sessionId": "run-1",
            "revision": 4,
            "leaseId": "l482915036000001",
            "expiresAt": "2026-01-31T12:00:00.000Z",
            "available": 6600,
            "spent": None,
        },
    ),
)
