"""`budget/reserve`, `settle`, `release`, `renew`: tokens for work in flight, never handed out twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.results.budget import ReleaseResult, RenewResult, ReserveResult, SettleResult
from ctxbudget_server.rules.leases import Lease, available, settlement
from ctxbudget_server.services.call import Call, timestamp
from ctxbudget_server.services.transactions import changing
from ctxbudget_server.services.unit import Unit

if TYPE_CHECKING:
    from ctxbudget_protocol.params.budget import ReleaseParams, RenewParams, ReserveParams, SettleParams


def reserve(call: Call, params: ReserveParams) -> ReserveResult:
    """Lease tokens if they fit beside what is retained and what other leases hold; else `budgetExceeded`.

    With `force` they are leased anyhow, for work that cannot be called back.
    """

    def body(unit: Unit) -> Callable[[], ReserveResult]:
        if not params.force:
            _check_fits(unit, params.tokens)
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
            expires_at=_expiry(call, params.ttl_ms),
        )
        unit.put_lease(lease)
        unit.detail = {"why": f"reserve for {params.holder}", "lease": lease.id, "tokens": lease.tokens}
        return lambda: ReserveResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            expires_at=lease.expires_at,
            available=_available(unit),
        )

    return changing(call, params, body)


def settle(call: Call, params: SettleParams) -> SettleResult:
    """End a lease with what it used. More than was reserved is an overrun on record, never refused; so is lateness."""

    def body(unit: Unit) -> Callable[[], SettleResult]:
        lease = _active_lease(unit, params.lease_id)
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
            available=_available(unit),
        )

    return changing(call, params, body)


def release(call: Call, params: ReleaseParams) -> ReleaseResult:
    """End a lease that used nothing."""

    def body(unit: Unit) -> Callable[[], ReleaseResult]:
        lease = _active_lease(unit, params.lease_id)
        unit.put_lease(replace(lease, state="released", used=0))
        unit.detail = {"why": f"release {lease.holder}", "lease": lease.id}
        return lambda: ReleaseResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            refunded=lease.tokens,
            available=_available(unit),
        )

    return changing(call, params, body)


def renew(call: Call, params: RenewParams) -> RenewResult:
    """Give a lease more time from now. One that ran out must fit again, else `budgetExceeded`."""

    def body(unit: Unit) -> Callable[[], RenewResult]:
        lease = _active_lease(unit, params.lease_id)
        if not lease.in_flight(unit.now):
            _check_fits(unit, lease.tokens)
        renewed = replace(lease, expires_at=_expiry(call, params.ttl_ms))
        unit.put_lease(renewed)
        unit.detail = {"why": f"renew {lease.holder}", "lease": lease.id}
        return lambda: RenewResult(
            session_id=unit.id,
            revision=unit.revision,
            lease_id=lease.id,
            expires_at=renewed.expires_at,
            available=_available(unit),
        )

    return changing(call, params, body)


def _expiry(call: Call, ttl_ms: int) -> str:
    return timestamp(call.clock() + timedelta(milliseconds=ttl_ms))


def _available(unit: Unit) -> int:
    return available(unit.settings.budget, unit.session.retained, unit.leased)


def _check_fits(unit: Unit, tokens: int) -> None:
    left = _available(unit)
    if tokens > left:
        raise ProtocolError(
            "budgetExceeded",
            f"{tokens:,} tokens do not fit: {left:,} are available",
            requested=tokens,
            available=left,
        )


def _active_lease(unit: Unit, lease_id: str) -> Lease:
    lease = unit.reader.lease(unit.id, lease_id)
    if lease is None:
        raise ProtocolError("unknownLease", f"the session has no lease {lease_id!r}", loc=["leaseId"], leaseId=lease_id)
    if lease.state != "active":
        raise ProtocolError(
            "leaseClosed",
            f"lease {lease_id} was {lease.state} before",
            loc=["leaseId"],
            leaseId=lease_id,
            state=lease.state,
        )
    return lease
