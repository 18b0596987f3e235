"""All methods about one session, with what takes several of them in one call."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Unpack

from ctxbudget_client.methods import Api

if TYPE_CHECKING:
    from ctxbudget_client import params as p
    from ctxbudget_client.leases import Lease
    from ctxbudget_protocol.methods.context.hand_over import HandOverResult


class Run(Api):
    """All methods about one session; `Client.for_session` makes one."""

    def lease(self, **wanted: Unpack[p.BudgetReserveParams]) -> Lease:
        """A `with` block for which tokens are reserved.

        ::

            with run.lease(tokens=300, holder="research-1") as lease:
                ...  # the agent works, and writes report.md
                handed = lease.hand_over("report.md")

        Entering it raises `ServerError` (`budgetExceeded`) if there is no room. At the end it is settled with what was
        added by `lease.add` and `lease.hand_over`, unless `lease.settle(used=...)` has done so; if an exception passes
        and nothing was added, it is released. One that expired meanwhile is settled and raises `LeaseExpiredError`.
        """
        from ctxbudget_client.leases import Lease

        return Lease(self, wanted)

    def hand_over(
        self, path: str | os.PathLike[str] | None = None, /, **params: Unpack[p.ContextHandOverParams]
    ) -> HandOverResult:
        """Add the file that an agent leaves behind, so that only its metadata enters the context: `result.text`.

        `path` is absolute or relative to the workspace; `content=` hands over a text instead. Tokens are reserved,
        the file is added, reduced and settled in one transaction: a failure leaves nothing behind, and a retry
        with the same `request_key` counts nothing twice. Raises `ServerError` (`budgetExceeded`) if the metadata does
        not fit.
        """
        from ctxbudget_client.leases import handed

        return self.context.hand_over(**handed(path, params))
