"""`context/update`: pins, retitles or moves an item."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ctxbudget_protocol.errors import invalid
from ctxbudget_protocol.methods.context.update import UpdateResult
from ctxbudget_server.account.content import undamaged
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.waves import phase_of_wave
from ctxbudget_server.account.wire import wire_figures, wire_item
from ctxbudget_server.rules.naming import name_of

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.context.update import UpdateParams


CHANGEABLE = ("pinned", "title", "kind", "layer", "phase", "wave", "agent")
"""Fields of an item that `context/update` can change."""


def update(request: Request, params: UpdateParams) -> UpdateResult:
    """Pin, unpin, retitle or move an item; its token figure stays."""
    changes: dict[str, Any] = {name: request.params[name] for name in CHANGEABLE if name in request.params}
    for name in ("pinned", "layer", "kind"):
        if name in changes and changes[name] is None:
            raise invalid([name], "cannot be null", f"{name}_type")

    def body(unit: UnitOfWork) -> Callable[[], UpdateResult]:
        item = unit.item(params.item_id, ["itemId"])
        changed = item._replace(**changes)
        if changed.title is None and "title" in changes:
            content = undamaged(unit.reader, item) if item.hash else None
            changed = changed._replace(title=name_of(request.documents.shown(item.path), content))
        if changed.phase is None and changed.wave is not None:
            if "wave" not in changes:
                changed = changed._replace(wave=None)
            elif "phase" in changes:
                raise invalid(["phase"], "cannot be null with `wave`", "missing")
            else:
                changed = changed._replace(phase=phase_of_wave(None, unit.phases.values(), []))
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

    return changing(request, params, body)
