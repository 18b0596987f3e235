"""`store/losses`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.common import Notice
from ctxbudget_protocol.methods.store import LossesResult
from ctxbudget_server.account.request import Call
from ctxbudget_server.store.interface import Store

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.store import LossesParams


def losses(call: Call, params: LossesParams) -> LossesResult:
    """What nobody has acknowledged yet, the oldest first."""
    return LossesResult(losses=notices(call.store))


def notices(store: Store) -> list[Notice]:
    """The losses that nobody has acknowledged, on the wire."""
    return [
        Notice(id=loss.id, found_at=loss.found_at, kind=loss.kind, message=loss.message, detail=loss.detail)
        for loss in store.losses()
    ]
