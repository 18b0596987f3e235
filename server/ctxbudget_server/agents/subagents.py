"""Running subagents, recorded as leases, which outlive compactions and are visible to every process of the session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.agents.model import AccountClient, HostEvent, shortened

REPORT_TOKENS: Final = 1_000
"""Tokens reserved for a subagent's report."""
MAX_LEASE_MS: Final = 6 * 3_600_000
"""A subagent that has been silent for this long is forgotten."""
_HOLDER: Final = "agent "
MAX_TYPE_CHARACTERS: Final = 80


class RunningSubagent(NamedTuple):
    """A subagent that is running."""

    agent: str
    agent_type: str
    since: str
    lease: str


def started(account: AccountClient, event: HostEvent) -> None:
    """A subagent has started. It is running already, so its lease is taken even if it does not fit."""
    if any(one.agent == event.agent for one in running_subagents(_leases(account, event.session))):
        return
    kind = shortened(event.agent_type, MAX_TYPE_CHARACTERS) or "subagent"
    account.ask(
        "budget/reserve",
        sessionId=event.session,
        tokens=REPORT_TOKENS,
        holder=f"{_HOLDER}{event.agent} {kind}",
        ttlMs=MAX_LEASE_MS,
        force=True,
        requestKey=account.step("reserve"),
    )


def finished(account: AccountClient, event: HostEvent, agent: str, used: int) -> None:
    """A subagent has ended and brought `used` tokens into the context."""
    for i, one in enumerate(running_subagents(_leases(account, event.session))):
        if one.agent == agent:
            key = account.step(f"settle{i}")
            _end_lease(account, "budget/settle", sessionId=event.session, leaseId=one.lease, used=used, requestKey=key)


def release_all(account: AccountClient, session: str) -> None:
    """Release the leases of all subagents of a session: none is running any more."""
    for i, one in enumerate(running_subagents(_leases(account, session))):
        key = account.step(f"release{i}")
        _end_lease(account, "budget/release", sessionId=session, leaseId=one.lease, requestKey=key)


def running_subagents(leases: list[dict[str, Any]]) -> Iterator[RunningSubagent]:
    """The subagents among the holders of leases."""
    for lease in leases:
        holder: str = lease["holder"]
        if holder.startswith(_HOLDER):
            agent, _, kind = holder.removeprefix(_HOLDER).partition(" ")
            yield RunningSubagent(agent, kind, lease["reservedAt"], lease["leaseId"])


def _leases(account: AccountClient, session: str) -> list[dict[str, Any]]:
    try:
        leases: list[dict[str, Any]] = account.ask("budget/status", sessionId=session)["leases"]
    except ProtocolError as error:
        if error.name == "unknownSession":
            return []
        raise
    return leases


def _end_lease(account: AccountClient, method: str, **params: Any) -> None:
    """End a lease that another hook may be ending at the same time."""
    try:
        account.ask(method, **params)
    except ProtocolError as error:
        if error.name != "leaseClosed":
            raise
