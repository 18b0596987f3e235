"""A collector on loopback that parses OTLP over HTTP, and one that takes connections and never answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector(ThreadingHTTPServer):
    """Keeps what it was sent. `address` is for OTEL_EXPORTER_OTLP_ENDPOINT."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.traces: list[Any] = []
        self.metrics: list[Any] = []
        self.bodies: list[bytes] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"

    def spans(self) -> list[Any]:
        """All spans."""
        return [span for sent in list(self.traces) for one in sent.scope_spans for span in one.spans]

    def points(self, name: str) -> list[tuple[dict[str, Any], Any]]:
        """(attributes, point) of a metric in the last export that has it."""
        for sent in reversed(list(self.metrics)):
            for metric in (metric for scope in sent.scope_metrics for metric in scope.metrics):
                if metric.name == name:
                    points = getattr(metric, metric.WhichOneof("data")).data_points
                    return [(attributes(point), point) for point in points]
        return []


def attributes(of: Any) -> dict[str, Any]:
    """The attributes of a span, a point or a resource."""
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in of.attributes}


class _Handler(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.bodies.append(body)
        if self.path == "/v1/traces":
            self.server.traces += ExportTraceServiceRequest.FromString(body).resource_spans
        elif self.path == "/v1/metrics":
            self.server.metrics += ExportMetricsServiceRequest.FromString(body).resource_metrics
        self.send_response(200 if self.path in ("/v1/traces", "/v1/metrics") else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector while the block runs."""
    server = Collector()
    thread = threading.Thread(target=lambda: server.serve_forever(0.02))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def silent_collector() -> Iterator[str]:
    """The address of one that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def eventually(true: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until something is true; returns it."""
    until = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < until:
        time.sleep(0.05)
    return found
