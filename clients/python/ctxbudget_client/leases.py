"""Leases as `with` blocks: tokens are reserved when the block begins, and the lease ends with it, however it ends."""

from __future__ import annotations

import os
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, Unpack

from ctxbudget_client.errors import ClientError, LeaseExpiredError
from ctxbudget_protocol.methods.budget.release import ReleaseResult
from ctxbudget_protocol.methods.budget.renew import RenewResult
from ctxbudget_protocol.methods.budget.reserve import ReserveResult
from ctxbudget_protocol.methods.budget.settle import SettleResult
from ctxbudget_protocol.methods.context.add import AddedItem, AddResult
from ctxbudget_protocol.methods.context.hand_over import HandOverResult

if TYPE_CHECKING:
    from ctxbudget_client import params as p
    from ctxbudget_client.async_methods import AsyncApi
    from ctxbudget_client.methods import Api


class LeaseAccount:
    """What a lease reserved, and what was added under it."""

    def __init__(self, wanted: p.BudgetReserveParams) -> None:
        if missing := [name for name in ("tokens", "holder") if name not in wanted]:
            raise TypeError(f'a lease needs {" and ".join(missing)}: lease(tokens=300, holder="research-1")')
        self.holder = wanted["holder"]
        self.tokens = wanted["tokens"]
        """Tokens that it reserves."""
        self.outcome: SettleResult | ReleaseResult | None = None
        """How it ended; None as long as it has not."""
        self._wanted = wanted
        self._reserved: ReserveResult | None = None
        self._expires_at = ""
        self._added: dict[str, int] = {}

    @property
    def reserved(self) -> ReserveResult:
        """What the server answered to the reservation. Raises `RuntimeError` before the block begins."""
        if self._reserved is None:
            raise RuntimeError("the lease is taken when its `with` block begins")
        return self._reserved

    @property
    def lease_id(self) -> str:
        """The lease's id."""
        return self.reserved.lease_id

    @property
    def expires_at(self) -> str:
        """When it expires, or did, unless it is renewed; RFC 3339."""
        self.reserved  # noqa: B018 - raises before the block begins
        return self._expires_at

    @property
    def used(self) -> int:
        """Tokens that were added under it and are not replaced by something else that was added under it."""
        return sum(self._added.values())

    def __repr__(self) -> str:
        if isinstance(self.outcome, SettleResult):
            state = f"settled, {self.outcome.used} used"
        elif self.outcome is not None:
            state = "released"
        else:
            state = "not taken" if self._reserved is None else f"in flight, {self.used} used"
        return f"{type(self).__name__}({self.holder!r}, {self.tokens} tokens: {state})"

    def _check_new(self) -> None:
        if self._reserved is not None:
            raise RuntimeError("a lease is taken once: call `run.lease(...)` for another one")

    def _took(self, reserved: ReserveResult) -> None:
        self._reserved, self._expires_at = reserved, reserved.expires_at

    def _under(self, items: Sequence[p.NewItem]) -> list[p.NewItem]:
        """Items with the lease's holder and phase, unless they name others."""
        place: dict[str, Any] = {"agent": self.holder}
        if self._wanted.get("phase") is not None:
            place["phase"] = self._wanted["phase"]
        return [{**place, **item} for item in items]  # type: ignore[typeddict-item] # a place has members of an item

    def _entered(self, *items: AddedItem) -> None:
        """Count what was added; by id, because a request that is repeated under its key adds nothing."""
        for item in items:
            for source in item.reduces:
                self._added.pop(source, None)
            self._added[item.id] = item.tokens

    def _handed(self, handed: HandOverResult) -> HandOverResult:
        if handed.metadata is not None:
            self._entered(handed.metadata)
        return handed

    def _settled(self, settled: SettleResult) -> SettleResult:
        self.outcome = settled
        if settled.expired:
            raise LeaseExpiredError(self.holder, self._expires_at, settled)
        return settled

    def _released(self, released: ReleaseResult) -> ReleaseResult:
        self.outcome = released
        return released

    def _renewed(self, renewed: RenewResult) -> RenewResult:
        self._expires_at = renewed.expires_at
        return renewed


class Lease(LeaseAccount):
    """Tokens that one agent may add; see `Run.lease`."""

    def __init__(self, api: Api, wanted: p.BudgetReserveParams) -> None:
        super().__init__(wanted)
        self._api = api

    def add(self, **params: Unpack[p.ContextAddParams]) -> AddResult:
        """`context/add`, counted as used by this lease. Items are the holder's unless they name another agent."""
        params["items"] = self._under(params["items"])
        added = self._api.context.add(**params)
        self._entered(*added.items)
        return added

    def hand_over(
        self, path: str | os.PathLike[str] | None = None, /, **params: Unpack[p.ContextHandOverParams]
    ) -> HandOverResult:
        """`Run.hand_over` under this lease: what it reserved is room for the metadata, which counts as used."""
        return self._handed(self._api.context.hand_over(**handed(path, {"lease_id": self.lease_id, **params})))

    def renew(self, *, ttl_ms: int = 1_800_000) -> RenewResult:
        """Extend it from now by so many milliseconds. Raises `ServerError` (`budgetExceeded`) if it expired in vain."""
        return self._renewed(self._api.budget.renew(lease_id=self.lease_id, ttl_ms=ttl_ms))

    def settle(self, *, used: int | None = None) -> SettleResult:
        """End it now, with the tokens that were used; absent: what was added under it.

        Raises `LeaseExpiredError` if it had expired; it is settled all the same.
        """
        spent = self.used if used is None else used
        return self._settled(self._api.budget.settle(lease_id=self.lease_id, used=spent))

    def release(self) -> ReleaseResult:
        """End it now, because nothing was used."""
        return self._released(self._api.budget.release(lease_id=self.lease_id))

    def __enter__(self) -> Self:
        self._check_new()
        self._took(self._api.budget.reserve(**self._wanted))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.outcome is not None:
            return
        if error is None:
            self.settle()
            return
        try:
            if self.used:
                self.settle()
            else:
                self.release()
        except ClientError as fault:
            error.add_note(not_ended(self, fault))


class AsyncLease(LeaseAccount):
    """The same for asyncio; see `AsyncRun.lease`."""

    def __init__(self, api: AsyncApi, wanted: p.BudgetReserveParams) -> None:
        super().__init__(wanted)
        self._api = api

    async def add(self, **params: Unpack[p.ContextAddParams]) -> AddResult:
        """`context/add`, counted as used by this lease. Items are the holder's unless they name another agent."""
        params["items"] = self._under(params["items"])
        added = await self._api.context.add(**params)
        self._entered(*added.items)
        return added

    async def hand_over(
        self, path: str | os.PathLike[str] | None = None, /, **params: Unpack[p.ContextHandOverParams]
    ) -> HandOverResult:
        """`AsyncRun.hand_over` under this lease: what it reserved is room for the metadata, which counts as used."""
        return self._handed(await self._api.context.hand_over(**handed(path, {"lease_id": self.lease_id, **params})))

    async def renew(self, *, ttl_ms: int = 1_800_000) -> RenewResult:
        """Extend it from now by so many milliseconds. Raises `ServerError` (`budgetExceeded`) if it expired in vain."""
        return self._renewed(await self._api.budget.renew(lease_id=self.lease_id, ttl_ms=ttl_ms))

    async def settle(self, *, used: int | None = None) -> SettleResult:
        """End it now, with the tokens that were used; absent: what was added under it.

        Raises `LeaseExpiredError` if it had expired; it is settled all the same.
        """
        spent = self.used if used is None else used
        return self._settled(await self._api.budget.settle(lease_id=self.lease_id, used=spent))

    async def release(self) -> ReleaseResult:
        """End it now, because nothing was used."""
        return self._released(await self._api.budget.release(lease_id=self.lease_id))

    async def __aenter__(self) -> Self:
        self._check_new()
        self._took(await self._api.budget.reserve(**self._wanted))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.outcome is not None:
            return
        if error is None:
            await self.settle()
            return
        try:
            if self.used:
                await self.settle()
            else:
                await self.release()
        except ClientError as fault:
            error.add_note(not_ended(self, fault))


def handed(path: str | os.PathLike[str] | None, params: p.ContextHandOverParams) -> p.ContextHandOverParams:
    """The params of a hand-over with its path, if it has one."""
    return params if path is None else {**params, "path": os.fspath(path)}


def not_ended(lease: LeaseAccount, fault: ClientError) -> str:
    """The note on an exception that passed through a lease whose end failed or came too late."""
    return f"the lease of {lease.holder!r}: {fault}"
