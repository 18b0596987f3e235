"""`usage/record` and `session/recalibrate`: figures that agree with the bill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from ctxbudget_protocol.results.session import RecalibrateResult
from ctxbudget_protocol.results.usage import RecordResult
from ctxbudget_server.rules.calibration import dump, observe
from ctxbudget_server.rules.items import Item
from ctxbudget_server.services.call import Call
from ctxbudget_server.services.content import undamaged
from ctxbudget_server.services.counters import calibration_of, counter_of, session_counter
from ctxbudget_server.services.counting import Counter
from ctxbudget_server.services.tokens import wire_band
from ctxbudget_server.services.transactions import AnsweredBefore, changing, first_result, key_scope
from ctxbudget_server.services.unit import Unit
from ctxbudget_server.services.views import wire_figures
from ctxbudget_server.store.records import KeyedResult

if TYPE_CHECKING:
    from ctxbudget_protocol.params.session import RecalibrateParams
    from ctxbudget_protocol.params.usage import RecordParams


def record(call: Call, params: RecordParams) -> RecordResult:
    """Learn from what the provider billed. What enters a session from now on is counted with it."""
    scope = key_scope(call.method, None)
    with call.write() as writer:
        if known := first_result(writer, call.method, scope, params.request_key):
            raise AnsweredBefore(known)
        state = calibration_of(writer, params.model)
        in_force = params.factor or counter_of(params.model, state).factor
        learned = observe(state, params.counted / in_force, params.reported)
        writer.put_calibration(params.model, dump(learned), call.now())
        counter = counter_of(params.model, learned)
        result = RecordResult(
            model=params.model, factor=counter.factor, samples=counter.samples, error_band=wire_band(counter)
        )
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=call.method, result=result.wire()))
    return result


def recalibrate(call: Call, params: RecalibrateParams) -> RecalibrateResult:
    """Count all items that have content at the calibration in force now; figures that callers gave stay."""
    _, counter = session_counter(call, params.session_id)

    def body(unit: Unit) -> Callable[[], RecalibrateResult]:
        before, changed = unit.session.retained, 0
        for item in unit.items():
            new = _recounted(unit, item, counter, call.cancellation.check)
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

    return changing(call, params, body)


def _recounted(unit: Unit, item: Item, counter: Counter, check: Callable[[], None]) -> Item:
    if item.hash is None:
        return item
    text = undamaged(unit.reader, item)
    if text is None:
        return item
    if item.encoding == counter.family.encoding:
        figure = counter.figure_of_raw(text, item.raw_tokens, check)
    else:
        figure = counter.figure(text, check)
    return replace(
        item,
        tokens=figure.tokens,
        raw_tokens=figure.raw,
        encoding=figure.encoding,
        factor=figure.factor,
        provenance=figure.provenance,
    )
