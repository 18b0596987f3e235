"""`context/append`: appends to an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.append import AppendResult
from ctxbudget_server.account.appends import Grower
from ctxbudget_server.account.auto_prune import emergency_prune
from ctxbudget_server.account.counter import session_counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing, check_content
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures, wire_item
from ctxbudget_server.workspace.documents import check_size

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.append import AppendParams


def append(request: Request, params: AppendParams) -> AppendResult:
    """Append to an item that has content; only its tail and the addition are counted."""
    size = len(params.content.encode("utf-8", "surrogatepass"))
    check_size(size, request.limits.max_document_bytes, ["content"])
    _, counter = session_counter(request, params.session_id)
    grower = Grower(params.content, counter, request.cancellation.check)

    def body(unit: UnitOfWork) -> Callable[[], AppendResult]:
        item = unit.item(params.item_id, ["itemId"])
        check_content(item, ["itemId"])
        if item.state != "retained":
            raise ProtocolError(
                "conflict",
                f"item {item.id} is {item.state}; restore it first",
                loc=["itemId"],
                items=[{"id": item.id, "state": item.state, "standIn": item.stand_in}],
            )
        check_size((item.bytes or 0) + size, request.limits.max_document_bytes, ["content"])
        growth = grower.grow(unit, item)
        grown = unit.put(growth.item)
        return lambda: AppendResult(
            session_id=unit.id,
            revision=unit.revision,
            item=wire_item(grown),
            added=grown.tokens - item.tokens,
            recounted=growth.recounted,
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(request, params, changing(request, params, body, rehearsed=grower.rehearsed))
