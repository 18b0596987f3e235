"""`session/close`: ends a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session.close import CloseResult
from ctxbudget_server.account.pruner import Pruner
from ctxbudget_server.account.replacements import extractor_for
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import (
    changing,
)
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.policy import on_close

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.close import CloseParams


def close(request: Request, params: CloseParams) -> CloseResult:
    """End a session, and apply its policy's final prune unless told not to. Everything remains retrievable."""
    extractor = extractor_for(request, params.session_id)

    def body(unit: UnitOfWork) -> Callable[[], CloseResult]:
        pruner = Pruner(unit, extractor)
        if params.prune:
            pruner.apply(on_close(unit.settings.policy, unit.items(state="retained")))
        unit.session = unit.session._replace(state="closed", closed_at=unit.now)
        return lambda: CloseResult(
            session_id=unit.id,
            revision=unit.revision,
            state="closed",
            closed_at=unit.now,
            plan=pruner.plan,
            saved=pruner.saved,
            undo=unit.undo_id(),
            status=wire_figures(unit.session, unit.settings, unit.leased),
        )

    return changing(request, params, body, rehearsed=extractor.rehearsed)
