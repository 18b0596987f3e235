"""`store/acknowledge`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.store import AcknowledgeResult
from ctxbudget_server.account.request import Request

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.store import AcknowledgeParams


def acknowledge(request: Request, params: AcknowledgeParams) -> AcknowledgeResult:
    """Tell no more of the losses that are named, or of all."""
    return AcknowledgeResult(acknowledged=request.store.acknowledge_losses(params.ids))
