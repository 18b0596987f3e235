"""`context/add`: adds items to the account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import Location, ProtocolError, invalid
from ctxbudget_protocol.methods.context.add import AddResult
from ctxbudget_protocol.values import replace
from ctxbudget_server.account.auto_prune import emergency_prune
from ctxbudget_server.account.counter import session_counter
from ctxbudget_server.account.items import prepare, reduce_sources
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_added, wire_figures
from ctxbudget_server.rules.items import Item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.add import AddParams


def add(request: Request, params: AddParams) -> AddResult:
    """Add items to the account. Never refused because of the budget: the model has already read them."""
    _, counter = session_counter(request, params.session_id)
    if params.allow_estimate and not counter.is_ready:
        counter = replace(counter, at_once=True)
    elif any(new.tokens is None for new in params.items) and not counter.is_ready:
        request.store.before_waiting()
    entering = [prepare(request, new, counter, ["items", i]) for i, new in enumerate(params.items)]

    def body(unit: UnitOfWork) -> Callable[[], AddResult]:
        entered = []
        for i, one in enumerate(entering):
            sources = _sources(unit, one.new.reduces or [], ["items", i, "reduces"])
            item = one.enter(unit, tuple(source.id for source in sources))
            reduce_sources(unit, sources, item)
            entered.append(item)
        return lambda: AddResult(
            session_id=unit.id,
            revision=unit.revision,
            items=[wire_added(item) for item in entered],
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(request, params, changing(request, params, body))


def _sources(unit: UnitOfWork, ids: Sequence[str], loc: Location) -> list[Item]:
    """The items that a new one replaces; raises `unknownItem`, `protectedItem` or `conflict`."""
    sources = []
    for i, item_id in enumerate(ids):
        at = [*loc, i]
        if item_id in ids[:i]:
            raise invalid(at, f"item {item_id} is listed twice")
        item = unit.item(item_id, at)
        if reason := item.protected:
            raise ProtocolError("protectedItem", f"item {item_id} is {reason}", loc=at, itemId=item_id, reason=reason)
        if item.state == "reduced" or item.withdrawn:
            raise ProtocolError(
                "conflict",
                f"item {item_id} is already replaced by {item.stand_in}",
                loc=at,
                items=[{"id": item_id, "state": item.state, "standIn": item.stand_in}],
            )
        sources.append(item)
    return sources
