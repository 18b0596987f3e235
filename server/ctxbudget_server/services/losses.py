"""`store/*`: what the store has lost, told until somebody acknowledges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.results.base import Notice
from ctxbudget_protocol.results.store import AcknowledgeResult, LossesResult
from ctxbudget_server.services.call import Call
from ctxbudget_server.store.interface import Store

if TYPE_CHECKING:
    from ctxbudget_protocol.params.store import AcknowledgeParams, LossesParams

TOLD_WITH = frozenset({"session/open", "session/list", "budget/status", "budget/report"})
"""Methods whose results tell the losses that nobody has acknowledged."""


def list_losses(call: Call, params: LossesParams) -> LossesResult:
    """What nobody has acknowledged yet, the oldest first."""
    return LossesResult(losses=notices(call.store))


def acknowledge_losses(call: Call, params: AcknowledgeParams) -> AcknowledgeResult:
    """Tell no more of the losses that are named, or of all."""
    return AcknowledgeResult(acknowledged=call.store.acknowledge_losses(params.ids))


def notices(store: Store) -> list[Notice]:
    """The losses that nobody has acknowledged, on the wire."""
    return [
        Notice(id=loss.id, found_at=loss.found_at, kind=loss.kind, message=loss.message, detail=loss.detail)
        for loss in store.losses()
    ]
