"""`store/acknowledge`: stops the reporting of losses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.store.acknowledge import AcknowledgeResult
from ctxbudget_server.account.request import Request

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.store.acknowledge import AcknowledgeParams


def acknowledge(request: Request, params: AcknowledgeParams) -> AcknowledgeResult:
    """Stop reporting the given losses, or all of them."""
    return AcknowledgeResult(acknowledged=request.store.acknowledge_losses(params.ids))
