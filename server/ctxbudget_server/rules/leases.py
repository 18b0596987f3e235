"""Leases: tokens reserved for work in flight. They expire by time, not with any process."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ctxbudget_protocol.values import dataclass

LeaseState = Literal["active", "settled", "released"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Tokens reserved. Times are RFC 3339 UTC strings in one format, so they sort as strings."""

    id: str
    holder: str
    tokens: int
    phase: int | None
    state: LeaseState
    reserved_at: str
    expires_at: str
    used: int | None = None
    """Tokens, once settled."""

    def in_flight(self, now: str) -> bool:
        """Whether the lease holds its tokens at `now`."""
        return self.state == "active" and self.expires_at > now


def in_flight_tokens(leases: Iterable[Lease], now: str) -> int:
    """Tokens that these leases hold at `now`."""
    return sum(lease.tokens for lease in leases if lease.in_flight(now))


def available(budget: int, retained: int, leased: int) -> int:
    """Tokens held neither by the context nor by a lease; negative if over budget."""
    return budget - retained - leased


def settlement(reserved: int, used: int) -> tuple[int, int]:
    """(refunded, overrun) of a lease that used `used` tokens: both at least 0, one of them 0."""
    return max(0, reserved - used), max(0, used - reserved)
