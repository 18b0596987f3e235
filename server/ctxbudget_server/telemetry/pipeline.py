"""The SDK, set up by its own variables. Nothing here is global: what other libraries trace is not sent."""

from __future__ import annotations

from typing import NamedTuple
from uuid import uuid4

from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from ctxbudget_server import __version__
from ctxbudget_server.telemetry import names
from ctxbudget_server.telemetry.metrics import Metrics, ReadAccount
from ctxbudget_server.telemetry.recorder import Seen
from ctxbudget_server.telemetry.spans import end_span
from ctxbudget_server.telemetry.wanted import Wanted

SCOPE = "ctxbudget"


class Outlets(NamedTuple):
    """Where spans and metrics go; None: not exported."""

    spans: SpanProcessor | None
    metrics: MetricReader | None


def outlets(wanted: Wanted) -> Outlets:
    """The exporters that are wanted. Raises ValueError for a variable that the SDK cannot read."""
    return Outlets(
        BatchSpanProcessor(OTLPSpanExporter()) if wanted.traces else None,
        PeriodicExportingMetricReader(OTLPMetricExporter()) if wanted.metrics else None,
    )


class Pipeline:
    """Takes requests that have been answered. Used by one thread."""

    def __init__(self, to: Outlets, command: str, read: ReadAccount) -> None:
        resource = _resource(command)
        self._tracing = TracerProvider(resource=resource, shutdown_on_exit=False)
        if to.spans is not None:
            self._tracing.add_span_processor(to.spans)
        self._tracer = self._tracing.get_tracer(SCOPE, __version__) if to.spans is not None else None
        readers = [] if to.metrics is None else [to.metrics]
        self._metering = MeterProvider(readers, resource=resource, shutdown_on_exit=False)
        self._metrics = Metrics(self._metering.get_meter(SCOPE, __version__), read) if readers else None

    def take(self, seen: Seen) -> None:
        """Make the span of a request, and count it."""
        if self._tracer is not None:
            end_span(self._tracer, seen)
        if self._metrics is not None:
            self._metrics.take(seen)

    def close(self) -> None:
        """Send what is left. May take as long as the exporters' own limits."""
        self._tracing.shutdown()
        self._metering.shutdown()


def _resource(command: str) -> Resource:
    """As the SDK reads it from the variables, with what they leave open."""
    told = Resource.create()
    own = {"service.version": __version__, "service.instance.id": str(uuid4()), names.COMMAND: command}
    if str(told.attributes.get("service.name", "")).startswith("unknown_service"):
        return Resource(own).merge(told).merge(Resource({"service.name": "ctxbudget"}))
    return Resource(own).merge(told)
