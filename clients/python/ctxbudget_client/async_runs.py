"""The same for asyncio: all methods about one session, with what takes several of them in one call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Unpack

from ctxbudget_client.async_methods import AsyncApi

if TYPE_CHECKING:
    from ctxbudget_client import params as p
    from ctxbudget_client.leases import AsyncLease
    from ctxbudget_protocol.methods.context.hand_over import HandOverResult


class AsyncRun(AsyncApi):
    """All methods about one session; `AsyncClient.for_session` makes one."""

    def lease(self, **wanted: Unpack[p.BudgetReserveParams]) -> AsyncLease:
        """An `async with` block for which tokens are reserved; as `Run.lease`."""
        from ctxbudget_client.leases import AsyncLease

        return AsyncLease(self, wanted)

    async def hand_over(
        self, path: str | os.PathLike[str] | None = None, /, **params: Unpack[p.ContextHandOverParams]
    ) -> HandOverResult:
        """Add the file that an agent leaves behind, so that only its metadata enters the context.

        It takes what `Run.hand_over` takes, and raises the same.
        """
        from ctxbudget_client.leases import handed

        return await self.context.hand_over(**handed(path, params))
