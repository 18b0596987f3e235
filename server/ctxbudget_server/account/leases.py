"""Leases on an account: tokens reserved for work in progress, never handed out twice."""

from __future__ import annotations

from datetime import timedelta

from ctxbudget_protocol.errors import Location, ProtocolError
from ctxbudget_server.account.request import Request, timestamp
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.rules.leases import Lease, available


def expiry(request: Request, ttl_ms: int) -> str:
    """When a lease taken or renewed now expires; `ttl_ms` is in milliseconds."""
    return timestamp(request.clock() + timedelta(milliseconds=ttl_ms))


def tokens_left(unit: UnitOfWork) -> int:
    """Tokens of the budget that are neither retained nor leased; negative if the budget is exceeded."""
    return available(unit.settings.budget, unit.session.retained, unit.leased)


def check_fits(unit: UnitOfWork, tokens: int, loc: Location, *, under: Lease | None = None) -> None:
    """Raise `budgetExceeded`, about the field `loc`, unless `tokens` tokens are left, including those of `under`.

    It is retryable if only leases in flight are in the way, since these end by themselves.
    """
    own = under.tokens if under is not None and under.in_flight(unit.now) else 0
    left, leased, budget = tokens_left(unit) + own, unit.leased - own, unit.settings.budget
    if tokens <= left:
        return
    may_wait = leased > 0 and tokens <= left + leased
    if may_wait:
        remedy = f"try again when some of the {leased:,} leased tokens are settled, released or expired"
    elif tokens > budget:
        remedy = f"ask for less than the budget of {budget:,}, or raise it with `session/open`"
    else:
        remedy = "prune or complete a phase first"
    raise ProtocolError(
        "budgetExceeded",
        f"{'1 token does' if tokens == 1 else f'{tokens:,} tokens do'} not fit: {left:,} are available; {remedy}",
        loc=loc,
        retryable=may_wait,
        requested=tokens,
        available=left,
        leased=leased,
        budget=budget,
    )


def active_lease(unit: UnitOfWork, lease_id: str) -> Lease:
    """A lease that is neither settled nor released. Raises `unknownLease` or `leaseClosed`."""
    lease = unit.reader.lease(unit.id, lease_id)
    if lease is None:
        raise ProtocolError("unknownLease", f"the session has no lease {lease_id!r}", loc=["leaseId"], leaseId=lease_id)
    if lease.state != "active":
        raise ProtocolError(
            "leaseClosed",
            f"lease {lease_id} is already {lease.state}",
            loc=["leaseId"],
            leaseId=lease_id,
            state=lease.state,
        )
    return lease
