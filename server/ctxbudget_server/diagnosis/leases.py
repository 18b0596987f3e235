"""Leases that were never settled."""

from __future__ import annotations

from collections.abc import Iterator

from ctxbudget_protocol.methods.budget.diagnose import Evidence
from ctxbudget_server.diagnosis.facts import Facts, counted, figure, form
from ctxbudget_server.diagnosis.model import Cause, Cure
from ctxbudget_server.rules.leases import Lease


def not_settled(facts: Facts) -> Iterator[Cause]:
    """Leases that have expired, and leases in flight of a phase that is complete."""
    left = [
        lease
        for lease in facts.leases
        if lease.state == "active" and (not lease.in_flight(facts.now) or facts.completed(lease.phase))
    ]
    if not left:
        return

    def treat(cure: Cure) -> None:
        for lease in left:
            used = _brought(facts, lease)
            if used:
                cure.send("budget/settle", leaseId=lease.id, used=used)
            else:
                cure.send("budget/release", leaseId=lease.id)

    held = sum(lease.tokens for lease in left if lease.in_flight(facts.now))
    yield Cause(
        "leaseNotSettled",
        f"{counted(len(left), 'lease')} {form(left, 'was', 'were')} never settled"
        + (
            f", and {figure(held)} are still reserved for work that is over." if held else "; by now they have expired."
        ),
        "Settle a lease when its agent completes, with what it used; the rest is refunded.",
        "Send budget/settle or budget/release when an agent ends, also when it fails.",
        [
            Evidence(
                type="lease",
                id=lease.id,
                title=lease.holder,
                phase=lease.phase,
                tokens=lease.tokens if lease.in_flight(facts.now) else 0,
            )
            for lease in sorted(left, key=lambda lease: -lease.tokens)
        ],
        treat,
        frees=False,
    )


def _brought(facts: Facts, lease: Lease) -> int:
    """What the lease's holder has brought into the context since it was reserved, tokens."""
    return sum(
        item.tokens
        for item in facts.items
        if item.agent == lease.holder and item.brought_in and item.added_at >= lease.reserved_at
    )
