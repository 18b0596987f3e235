"""`usage/record`: calibrates a model's counts by what the provider billed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctxbudget_protocol.methods.usage.record import RecordResult
from ctxbudget_server.account.counter import calibration_of, counter_of, wire_band
from ctxbudget_server.account.request import Request
from ctxbudget_server.account.transactions import AnsweredBefore, first_result, key_scope
from ctxbudget_server.rules.calibration import dump, observe, raw_count
from ctxbudget_server.store.records import KeyedResult

if TYPE_CHECKING:
    from ctxbudget_protocol.methods.usage.record import RecordParams


def record(request: Request, params: RecordParams) -> RecordResult:
    """Learn from the usage that the provider billed. Items added from now on are counted with the new factor."""
    scope = key_scope(request.method, None)
    with request.write() as writer:
        if known := first_result(writer, request.method, scope, params.request_key):
            raise AnsweredBefore(known)
        state = calibration_of(writer, params.model)
        raw = params.counted / params.factor if params.factor else raw_count(state, params.counted)
        learned = observe(state, raw, params.reported, params.counted)
        writer.put_calibration(params.model, dump(learned), request.now())
        counter = counter_of(params.model, learned)
        result = RecordResult(
            model=params.model, factor=counter.factor, samples=counter.samples, error_band=wire_band(counter)
        )
        if params.request_key is not None:
            writer.put_keyed(scope, params.request_key, KeyedResult(method=request.method, result=result.wire()))
    return result
