"""Spans of requests that have been answered."""

from __future__ import annotations

from collections.abc import Mapping

from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from ctxbudget_protocol.errors import ERRORS
from ctxbudget_server.telemetry import names
from ctxbudget_server.telemetry.recorder import Bill, Seen

_propagator = TraceContextTextMapPropagator()


def end_span(tracer: Tracer, seen: Seen) -> None:
    """Make the span of a request that has ended. Messages of errors are not sent: they may quote what was given."""
    parent = _propagator.extract(seen.parent) if seen.parent else None
    span = tracer.start_span(
        seen.method, context=parent, kind=SpanKind.SERVER, attributes=request_attributes(seen), start_time=seen.began
    )
    if seen.session is not None:
        span.set_attribute(names.SESSION, seen.session)
    if seen.error is not None:
        span.set_attribute(names.ERROR_NAME, seen.error)
        span.set_status(Status(StatusCode.ERROR))
    if seen.bill is not None:
        span.set_attributes(_billed(seen.bill))
    span.set_attribute(names.VERSION, "2.0")
    span.end(end_time=seen.ended)


def request_attributes(seen: Seen) -> dict[str, str]:
    """What span and duration have in common."""
    attributes = {names.SYSTEM: "jsonrpc", names.METHOD: seen.method}
    if seen.error is not None:
        code = str(ERRORS[seen.error].code)
        attributes |= {names.ERROR_TYPE: code, names.STATUS_CODE: code}
    return attributes


def input_of(tokens: Mapping[str, int]) -> int:
    """The input by the conventions, which count what the cache was used for; our kinds do not overlap."""
    return sum(count for kind, count in tokens.items() if kind != "output")


def _billed(bill: Bill) -> dict[str, str | int]:
    tokens = bill.tokens
    return {
        names.MODEL: bill.model,
        names.INPUT_TOKENS: input_of(tokens),
        names.OUTPUT_TOKENS: tokens.get("output", 0),
        names.CACHE_READ: tokens.get("cacheRead", 0),
        names.CACHE_CREATION: sum(count for kind, count in tokens.items() if kind.startswith("cacheWrite")),
    }
