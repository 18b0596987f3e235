"""`store/losses`: lists what the store has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.store.losses import LossesResult
from ctxbudget_server.account.notices import notices
from ctxbudget_server.account.request import Request

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.store.losses import LossesParams


def losses(request: Request, params: LossesParams) -> LossesResult:
    """The store's unacknowledged losses, oldest first."""
    return LossesResult(losses=notices(request.store))
