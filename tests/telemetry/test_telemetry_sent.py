"""What becomes of a request: its span and its metrics in the SDK's memory, and the tables of the docs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("opentelemetry.sdk", reason="needs the extra otel")

from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancelled
from ctxbudget_server.telemetry import names
from ctxbudget_server.telemetry.pipeline import Outlets, Pipeline
from ctxbudget_server.telemetry.recorder import MAX_WAITING, Recorder
from ctxbudget_server.telemetry.wanted import wanted

DOCS = Path(__file__).parents[2] / "docs" / "telemetry.md"
ACCOUNT = {"retained": 5, "processed": 9, "saved": 4, "budget": 100, "level": "warn", "leases": [{}]}


class InMemory:
    """A recorder, and the SDK's memory behind it."""

    def __init__(self) -> None:
        self.recorder = Recorder()
        self.exporter, self.reader = InMemorySpanExporter(), InMemoryMetricReader()
        outlets = Outlets(SimpleSpanProcessor(self.exporter), self.reader)
        self.pipeline = Pipeline(outlets, "serve", lambda session: ACCOUNT if session == "s" else None)

    def asked(self, method: str, params: dict[str, Any], answer: Any) -> Any:
        def answering() -> Any:
            if isinstance(answer, BaseException):
                raise answer
            return answer

        return self.recorder.observed(method, params, answering)

    def spans(self) -> list[Any]:
        while self.recorder.waiting:
            self.pipeline.take(self.recorder.waiting.popleft())
        return list(self.exporter.get_finished_spans())

    def points(self) -> dict[str, list[Any]]:
        self.spans()
        data = self.reader.get_metrics_data()
        scopes = [scope for one in (data.resource_metrics if data else []) for scope in one.scope_metrics]
        return {metric.name: list(metric.data.data_points) for scope in scopes for metric in scope.metrics}


@pytest.fixture
def memory() -> InMemory:
    return InMemory()


@pytest.mark.parametrize(
    ("fault", "name", "code"),
    [
        (ProtocolError("unknownSession", "there is no /home/secret"), "unknownSession", "1002"),
        (Cancelled(), "requestCancelled", "-32800"),
        (RuntimeError("secret"), "internalError", "-32603"),
    ],
)
def test_an_error_is_told_by_name_and_code_and_not_by_its_message(
    memory: InMemory, fault: BaseException, name: str, code: str
) -> None:
    with pytest.raises(type(fault)):
        memory.asked("budget/status", {"sessionId": "s"}, fault)
    (span,) = memory.spans()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes["ctxbudget.error.name"], span.attributes["error.type"]) == (name, code)
    assert not span.events
    assert "secret" not in span.to_json()


@pytest.mark.parametrize(
    "params",
    [
        {"sessionId": "../\ud800secret"},
        {"sessionId": "secret " * 1000},
        {"sessionId": {"secret": 1}},
        {"_meta": "secret"},
        {"_meta": {"traceparent": 7, "tracestate": ["secret"]}},
        {"_meta": {"traceparent": "00-" + "secret" * 100}},
        {"_meta": {"traceparent": "00-00000000000000000000000000000000-0000000000000000-01"}},
        {"_meta": {"traceparent": "\ud800secret", "tracestate": "secret\r\n=1"}},
        {"tokens": {"input": "secret"}, "model": None},
    ],
)
def test_hostile_params_are_neither_sent_nor_in_the_way(memory: InMemory, params: dict[str, Any]) -> None:
    assert memory.asked("secret/secret", params, {"answer": 1}) == {"answer": 1}
    assert memory.asked("usage/bill", params, {"sessionId": "s", "revision": 1})
    spans = memory.spans()
    assert spans
    assert all(span.parent is None for span in spans)
    assert "secret" not in "".join(span.to_json() for span in spans)
    assert "secret" not in str(memory.points())


def test_a_parent_that_was_not_sampled_is_respected(memory: InMemory) -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    memory.asked("budget/status", {"_meta": {"traceparent": parent}}, {"sessionId": "s"})
    assert not memory.spans()
    assert memory.points()[names.DURATION][0].count == 1


def test_a_model_with_half_a_character_can_be_sent(memory: InMemory) -> None:
    memory.asked("usage/bill", {"model": "m\ud800", "tokens": {"output": 3}}, {"sessionId": "s", "revision": 1})
    (span,) = memory.spans()
    assert span.attributes["gen_ai.request.model"] == "m?"


def test_accounts_are_read_when_they_are_exported_and_those_that_are_gone_are_not(memory: InMemory) -> None:
    for session in ("s", "gone"):
        memory.asked("context/add", {}, {"sessionId": session})
    points = memory.points()
    for name, figure in ((names.RETAINED, 5), (names.PROCESSED, 9), (names.SAVED, 4), (names.BUDGET, 100)):
        assert [(point.value, dict(point.attributes)) for point in points[name]] == [(figure, {names.SESSION: "s"})]
    assert {point.attributes[names.LEVEL]: point.value for point in points[names.LEVEL_GAUGE]} == {
        "ok": 0,
        "warn": 1,
        "critical": 0,
    }
    assert points[names.LEASES][0].value == 1


def test_a_bill_that_is_repeated_counts_once_and_another_of_the_same_key_elsewhere_too(memory: InMemory) -> None:
    bill = {"model": "m", "requestKey": "k", "tokens": {"input": 2, "output": 1}}
    for session, revision in (("s", 3), ("s", 3), ("t", 3), ("s", 3)):
        memory.asked("usage/bill", bill, {"sessionId": session, "revision": revision})
    memory.asked("usage/bill", {"model": "m", "cost": {"amount": 1}}, {"sessionId": "s", "revision": 4})
    billed = memory.points()[names.BILLED_TOKENS]
    assert sum(point.value for point in billed) == 6


def test_more_than_can_wait_is_dropped_and_nothing_is_noted_when_nothing_takes_it(memory: InMemory) -> None:
    for _ in range(MAX_WAITING + 5):
        memory.asked("budget/status", {}, {})
    assert len(memory.recorder.waiting) == MAX_WAITING
    memory.recorder.waiting.clear()
    memory.recorder.is_off = True
    memory.asked("budget/status", {}, {})
    assert not memory.recorder.waiting


def test_what_waits_in_the_queue_of_the_sdk_is_sent_at_the_end(memory: InMemory) -> None:
    exporter = InMemorySpanExporter()
    pipeline = Pipeline(Outlets(BatchSpanProcessor(exporter, schedule_delay_millis=3_600_000), None), "serve", dict)
    memory.asked("budget/status", {}, {})
    pipeline.take(memory.recorder.waiting.popleft())
    assert not exporter.get_finished_spans()
    pipeline.close()
    assert [span.name for span in exporter.get_finished_spans()] == ["budget/status"]


def test_names_are_those_of_the_conventions() -> None:
    from opentelemetry.semconv._incubating.attributes import gen_ai_attributes, jsonrpc_attributes, rpc_attributes
    from opentelemetry.semconv.attributes import error_attributes

    known = {
        value
        for module in (gen_ai_attributes, jsonrpc_attributes, rpc_attributes, error_attributes)
        for value in vars(module).values()
        if isinstance(value, str)
    }
    assert {name for name in names.ATTRIBUTES if not name.startswith("ctxbudget.")} <= known


def test_the_page_has_every_metric_span_and_attribute() -> None:
    page = DOCS.read_text()
    tables = [
        *(f"| {name} | {what} | {_list(of)} |" for name, (what, of) in names.SPANS.items()),
        *(
            f"| `{name}` | {kind} | `{unit}` | {what} | {_list(of)} |"
            for name, (kind, unit, what, of) in names.METRICS.items()
        ),
        *(f"| `{name}` | {what} |" for name, what in names.ATTRIBUTES.items()),
    ]
    assert [row for row in tables if row not in page] == []
    sent = re.findall(r"^\| `([a-z][a-z_]+\.[\w.]+)` \|", page, re.MULTILINE)
    assert sorted(sent) == sorted([*names.METRICS, *names.ATTRIBUTES])


def test_all_that_is_sent_is_in_the_tables(memory: InMemory) -> None:
    bill = {"model": "m", "tokens": {"input": 2, "cacheRead": 4, "cacheWrite1h": 8, "output": 1}}
    memory.asked("usage/bill", bill, {"sessionId": "s", "revision": 1})
    with pytest.raises(Cancelled):
        memory.asked("budget/status", {}, Cancelled())
    sent = {name for span in memory.spans() for name in span.attributes}
    assert sent == {*names.REQUEST, *names.BILLED}
    for name, points in memory.points().items():
        assert {key for point in points for key in point.attributes} == set(names.METRICS[name][3])


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, (False, False)),
        ({"OTEL_SERVICE_NAME": "x", "OTEL_RESOURCE_ATTRIBUTES": "a=b"}, (False, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}, (True, True)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "  "}, (False, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_SDK_DISABLED": "True"}, (False, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_METRICS_EXPORTER": "none"}, (True, False)),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://x"}, (False, True)),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, (True, False)),
        ({"OTEL_TRACES_EXPORTER": "otlp,console"}, (True, False)),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf"}, (True, False)),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://x", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, (False, False)),
    ],
)
def test_what_the_variables_ask_for(variables: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert wanted(variables)[:2] == expected


def _list(attributes: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in attributes)
