"""`context/list`: lists items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.list import ListResult
from ctxbudget_protocol.values import field_names, replace
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import reading
from ctxbudget_server.account.waves import phase_of_wave
from ctxbudget_server.account.wire import wire_item
from ctxbudget_server.store.records import ItemFilter

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.list import ListParams


def list(request: Request, params: ListParams) -> ListResult:
    """One page of the items that match, in the order in which they were added."""
    wanted = ItemFilter(**{name: getattr(params, name) for name in field_names(ItemFilter)})
    with reading(request, params.session_id) as snapshot:
        reader, session = snapshot.reader, snapshot.session
        if wanted.wave is not None:
            wanted = replace(wanted, phase=phase_of_wave(wanted.phase, reader.phases(session.id).values(), []))
        if params.after is not None and reader.item(session.id, params.after) is None:
            raise ProtocolError(
                "unknownItem", f"the session has no item {params.after!r}", loc=["after"], itemId=params.after
            )
        items, total, tokens = reader.page(session.id, wanted, params.after, params.limit + 1)
    more = len(items) > params.limit
    items = items[: params.limit]
    return ListResult(
        session_id=session.id,
        revision=session.revision,
        items=[wire_item(item) for item in items],
        total=total,
        tokens=tokens,
        next=items[-1].id if more else None,
    )
