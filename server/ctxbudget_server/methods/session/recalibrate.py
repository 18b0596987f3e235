"""`session/recalibrate`: recounts a session's items."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.session.recalibrate import RecalibrateResult
from ctxbudget_server.account.content import undamaged
from ctxbudget_server.account.counter import Counter, session_counter
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import changing
from ctxbudget_server.account.unit_of_work import UnitOfWork
from ctxbudget_server.account.wire import wire_figures
from ctxbudget_server.rules.items import Item

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.session.recalibrate import RecalibrateParams


def recalibrate(request: Request, params: RecalibrateParams) -> RecalibrateResult:
    """Recount all items that have content with the current calibration; figures given by callers stay."""
    _, counter = session_counter(request, params.session_id)

    def body(unit: UnitOfWork) -> Callable[[], RecalibrateResult]:
        before, changed = unit.session.retained, 0
        for item in unit.items():
            new = _recounted(unit, item, counter, request.cancellation.check)
            if new != item:
                unit.put(new)
                changed += 1
        unit.detail = {"why": "recalibrate", "factor": counter.factor, "items": changed}
        return lambda: RecalibrateResult(
            session_id=unit.id,
            revision=unit.revision,
            factor=counter.factor,
            items=changed,
            before=before,
            status=wire_figures(unit.session, unit.settings, unit.leased),
            alerts=unit.alerts,
        )

    return changing(request, params, body)


def _recounted(unit: UnitOfWork, item: Item, counter: Counter, check: Callable[[], None]) -> Item:
    if item.hash is None:
        return item
    text = undamaged(unit.reader, item)
    if text is None:
        return item
    if item.encoding == counter.family.encoding:
        figure = counter.figure_of_raw(text, item.raw_tokens, check)
    else:
        figure = counter.figure(text, check)
    return item._replace(
        tokens=figure.tokens,
        raw_tokens=figure.raw,
        encoding=figure.encoding,
        factor=figure.factor,
        provenance=figure.provenance,
    )
