"""`session/archive`: keeps a session for analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session.archive import ArchiveResult
from ctxbudget_server.account.dropping import drop_content
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing, find_session
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.archive import ArchiveParams


def archive(request: Request, params: ArchiveParams) -> ArchiveResult:
    """End a session without pruning, and drop its content unless told not to; figures and log stay."""

    def body(unit: UnitOfWork) -> Callable[[], ArchiveResult]:
        dropped = drop_content(unit, [] if params.keep_content else unit.reader.items_with_content(unit.id))
        closed_at = unit.session.closed_at or unit.now
        # Nobody worked on the session, so it does not become the one that changed last.
        unit.session = unit.session._replace(state="archived", closed_at=closed_at, updated_at=unit.stored.updated_at)
        unit.detail = {"why": "archived", "dropped": dropped._asdict()}
        return lambda: ArchiveResult(
            session_id=unit.id,
            revision=unit.revision,
            state="archived",
            closed_at=closed_at,
            dropped_items=dropped.items,
            dropped_bytes=dropped.bytes,
            status=wire_figures(unit.session, unit.settings, unit.leased),
        )

    result = changing(request, params, body, find=lambda reader: find_session(reader, params.session_id, request.now))
    if result.dropped_items:
        request.store.give_back()
    return result
