"""`context/*`: items enter, change, are read, go and come back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import Location, ProtocolError, invalid
from ctxbudget_protocol.results.context import (
    AddedItem,
    AddResult,
    AppendResult,
    ListResult,
    RestoreResult,
    UpdateResult,
)
from ctxbudget_server.rules.items import Item
from ctxbudget_server.services.appending import Grower
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.counters import session_counter
from ctxbudget_server.services.emergency import emergency_prune
from ctxbudget_server.services.entering import Incoming, prepare, reduce_sources
from ctxbudget_server.services.transactions import changing, check_content, reading
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.services.views import wire_figures, wire_item
from ctxbudget_server.services.workspace import check_size
from ctxbudget_server.store.records import ItemFilter

if TYPE_CHECKING:
    from ctxbudget_protocol.params.context import (
        AddParams,
        AppendParams,
        ListParams,
        NewItem,
        RestoreParams,
        UpdateParams,
    )


def add(call: Call, params: AddParams) -> AddResult:
    """Take items into the account. Never refused for the budget: the model has read them already."""
    _, counter = session_counter(call, params.session_id)
    if params.allow_estimate and not counter.is_ready:
        counter = replace(counter, at_once=True)
    entering = [prepare(call, _incoming(new), counter, ["items", i]) for i, new in enumerate(params.items)]

    def body(unit: Unit) -> Callable[[], AddResult]:
        entered = []
        for i, one in enumerate(entering):
            sources = _sources(unit, one.new.reduces or [], ["items", i, "reduces"])
            item = one.enter(unit, tuple(source.id for source in sources))
            reduce_sources(unit, sources, item)
            entered.append(item)
        return lambda: AddResult(
            session_id=unit.id,
            revision=unit.revision,
            items=[_added(item) for item in entered],
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(call, params, changing(call, params, body))


def _incoming(new: NewItem) -> Incoming:
    return Incoming(
        new.layer,
        new.kind,
        new.phase,
        new.wave,
        new.agent,
        new.title,
        new.pinned,
        new.reduces,
        new.content,
        new.path,
        new.tokens,
        new.complete,
    )


def _sources(unit: Unit, ids: Sequence[str], loc: Location) -> list[Item]:
    """The items that a new one stands for; raises `unknownItem`, `protectedItem` or `conflict`."""
    sources = []
    for i, item_id in enumerate(ids):
        at = [*loc, i]
        if item_id in ids[:i]:
            raise invalid(at, f"item {item_id} is named twice")
        item = unit.item(item_id, at)
        if reason := item.protected:
            raise ProtocolError("protectedItem", f"item {item_id} is {reason}", loc=at, itemId=item_id, reason=reason)
        if item.state == "reduced" or item.withdrawn:
            raise ProtocolError(
                "conflict",
                f"item {item_id} has a stand-in already: {item.stand_in}",
                loc=at,
                items=[{"id": item_id, "state": item.state, "standIn": item.stand_in}],
            )
        sources.append(item)
    return sources


def _added(item: Item) -> AddedItem:
    return AddedItem(
        id=item.id,
        tokens=item.tokens,
        provenance=item.provenance,
        layer=item.layer,
        kind=item.kind,
        state=item.state,
        phase=item.phase,
        wave=item.wave,
        reduces=list(item.reduces),
    )


CHANGEABLE = ("pinned", "title", "kind", "layer", "phase", "wave", "agent")
"""What `context/update` can change of an item."""


def update(call: Call, params: UpdateParams) -> UpdateResult:
    """Pin, unpin, retitle an item, or move it; its tokens stay."""
    changes: dict[str, Any] = {name: call.params[name] for name in CHANGEABLE if name in call.params}
    for name in ("pinned", "layer", "kind"):
        if name in changes and changes[name] is None:
            raise invalid([name], "cannot be null", f"{name}_type")

    def body(unit: Unit) -> Callable[[], UpdateResult]:
        item = unit.item(params.item_id, ["itemId"])
        changed = replace(item, **changes)
        if changed.phase is None and changed.wave is not None:
            if "wave" in changes:
                raise invalid(["phase"], "a wave is addressed with its phase", "missing")
            changed = replace(changed, wave=None)
        unit.ensure_phase(changed.phase, changed.wave)
        if changed != item:
            changed = unit.put(changed)
        return lambda: UpdateResult(
            session_id=unit.id,
            revision=unit.revision,
            item=wire_item(changed),
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return changing(call, params, body)


def append(call: Call, params: AppendParams) -> AppendResult:
    """Grow an item that has content; only its tail and the addition are counted."""
    size = len(params.content.encode("utf-8", "surrogatepass"))
    check_size(size, call.limits.max_document_bytes, ["content"])
    _, counter = session_counter(call, params.session_id)
    grower = Grower(params.content, counter, call.cancellation.check)

    def body(unit: Unit) -> Callable[[], AppendResult]:
        item = unit.item(params.item_id, ["itemId"])
        check_content(item, ["itemId"])
        if item.state != "retained":
            raise ProtocolError(
                "conflict",
                f"item {item.id} is {item.state}; restore it first",
                loc=["itemId"],
                items=[{"id": item.id, "state": item.state, "standIn": item.stand_in}],
            )
        check_size((item.bytes or 0) + size, call.limits.max_document_bytes, ["content"])
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

    return emergency_prune(call, params, changing(call, params, body, rehearse=True))


def list_items(call: Call, params: ListParams) -> ListResult:
    """The items that match, in the order in which they entered."""
    wanted = ItemFilter(
        state=params.state,
        layer=params.layer,
        kind=params.kind,
        phase=params.phase,
        wave=params.wave,
        agent=params.agent,
        pinned=params.pinned,
    )
    with reading(call, params.session_id) as snapshot:
        reader, session = snapshot.reader, snapshot.session
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


def restore(call: Call, params: RestoreParams) -> RestoreResult:
    """Bring removed items back into the account; what stands in for them stays too."""

    def body(unit: Unit) -> Callable[[], RestoreResult]:
        restored, tokens = [], 0
        for i, item_id in enumerate(params.items):
            item = unit.item(item_id, ["items", i])
            if item.withdrawn:
                raise ProtocolError(
                    "conflict",
                    f"item {item_id} was made by a prune that was undone",
                    loc=["items", i],
                    items=[{"id": item.id, "state": item.state, "standIn": item.stand_in}],
                )
            if item.state != "retained":
                if item.dropped_at is not None:
                    check_content(item, ["items", i])
                tokens += item.tokens
                item = unit.put(replace(item, state="retained", reason=None))
            restored.append(item)
        return lambda: RestoreResult(
            session_id=unit.id,
            revision=unit.revision,
            items=[wire_item(item) for item in restored],
            restored=tokens,
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return emergency_prune(call, params, changing(call, params, body))
