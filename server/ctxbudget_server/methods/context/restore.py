"""`context/restore`: brings removed items back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.restore import RestoreResult
from ctxbudget_server.account.auto_prune import emergency_prune
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing, check_content
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures, wire_item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.restore import RestoreParams


def restore(request: Request, params: RestoreParams) -> RestoreResult:
    """Bring removed items back into the account; whatever replaced them stays as well."""

    def body(unit: UnitOfWork) -> Callable[[], RestoreResult]:
        restored, tokens = [], 0
        for i, item_id in enumerate(params.items):
            item = unit.item(item_id, ["items", i])
            if item.withdrawn:
                raise ProtocolError(
                    "conflict",
                    f"item {item_id} was created by a prune that has been undone",
                    loc=["items", i],
                    items=[{"id": item.id, "state": item.state, "standIn": item.stand_in}],
                )
            if item.state != "retained":
                if item.dropped_at is not None:
                    check_content(item, ["items", i])
                tokens += item.tokens
                item = unit.put(item._replace(state="retained", reason=None))
            restored.append(item)
        return lambda: RestoreResult(
            session_id=unit.id,
            revision=unit.revision,
            items=[wire_item(item) for item in restored],
            restored=tokens,
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(request, params, changing(request, params, body))
