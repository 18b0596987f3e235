"""`context/undo`: reverts a prune, or the setup of a workflow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods.context.undo import UndoResult
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.setup import revert
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.items import Item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.undo import UndoParams


def undo(request: Request, params: UndoParams) -> UndoResult:
    """Restore each item that a prune changed, or the phases that a plan did; refused if any has changed since."""

    def body(unit: UnitOfWork) -> Callable[[], UndoResult]:
        record = unit.reader.undo(unit.id, params.undo)
        if record is None:
            raise ProtocolError(
                "unknownUndo", f"the session has no undo {params.undo!r}", loc=["undo"], undo=params.undo
            )
        current = {item_id: unit.item(item_id, ["undo"]) for item_id in unit.each(record.before)}
        changed = [item_id for item_id, item in current.items() if item.revision != record.revision]
        if changed:
            raise ProtocolError(
                "conflict",
                f"{len(changed)} of the items have changed since the prune",
                loc=["undo"],
                items=[{"id": item_id, "state": current[item_id].state} for item_id in changed],
            )
        restored, withdrawn = [], []
        for item_id, before in record.before.items():
            item = current[item_id]
            if before is None:
                unit.put(item._replace(state="pruned", withdrawn=True, reason="undone"), undoable=True)
                withdrawn.append(item.id)
            else:
                unit.put(_as_it_was(item, before), undoable=True)
                restored.append(item.id)
        unit.turn(record.revision)
        unit.detail = {"why": f"undo {params.undo}", "revision": record.revision}
        phases = revert(unit, record.setup) if record.setup else []
        return lambda: UndoResult(
            session_id=unit.id,
            revision=unit.revision,
            restored=restored,
            withdrawn=withdrawn,
            phases=phases,
            undo=unit.undo_id() or "",
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return changing(request, params, body)


def _as_it_was(item: Item, before: dict[str, Any]) -> Item:
    values = dict(before)
    for name in ("segments", "reduces"):
        if name in values:
            values[name] = tuple(values[name])
    return item._replace(**values)
