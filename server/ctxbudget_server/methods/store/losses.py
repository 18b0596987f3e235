"""`store/losses`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.store import LossesResult
from ctxbudget_server.account.notices import notices
from ctxbudget_server.account.request import Request

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.store import LossesParams


def losses(request: Request, params: LossesParams) -> LossesResult:
    """What the store has lost and was not acknowledged, the oldest first."""
    return LossesResult(losses=notices(request.store))
