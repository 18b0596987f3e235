"""What processes export, seen by a collector on loopback, and what a bad collector costs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from support.client import Client
from support.session import serve_command

pytest.importorskip("opentelemetry.sdk", reason="needs the extra otel")

from telemetry.collector import attributes, collector, eventually, silent_collector

PARENT = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "vendor=1"}
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "200"}
"""Exports while the process runs: at its end a busy machine may take longer than the process waits."""
SECRET = "the-content-that-must-not-leave"


def test_a_server_sends_spans_and_metrics_and_no_content(tmp_path: Path) -> None:
    (tmp_path / f"{SECRET}.md").write_text(f"# {SECRET}\n")
    with collector() as seen:
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": seen.address, "OTEL_RESOURCE_ATTRIBUTES": "team=blue", **SOON}
        with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path, env=env) as client:
            client.request("session/open", {"sessionId": "run-1"})
            item = {"layer": "transient", "phase": 1, "content": SECRET, "title": SECRET}
            client.request("context/add", {"sessionId": "run-1", "items": [item], "_meta": PARENT})
            client.request("tokens/count", {"texts": [SECRET]})
            bill = {"sessionId": "run-1", "model": "claude-sonnet-4-5", "requestKey": "answer-1"}
            bill["tokens"] = {"input": 12, "cacheRead": 2000, "cacheWrite5m": 90, "output": 35}
            for _ in range(2):
                client.request("usage/bill", bill)
            client.request_error("context/get", {"sessionId": "run-1", "itemId": SECRET})
            client.request_error("metadata/extract", {"path": f"../{SECRET}"})
            client.request_error("session/open", {"sessionId": f"/{SECRET}/"})
            status = client.request("budget/status", {"sessionId": "run-1"})
            assert eventually(lambda: len(seen.spans()) == 9)
            assert eventually(lambda: sum(point.count for _, point in seen.points("rpc.server.call.duration")) == 9)
        spans = {span.name: span for span in seen.spans()}
        asked = ["session/open", "context/add", "tokens/count", "usage/bill", "usage/bill", "context/get"]
        assert sorted(span.name for span in seen.spans()) == sorted(
            [*asked, "metadata/extract", "session/open", "budget/status"]
        )
        added = spans["context/add"]
        assert added.trace_id.hex() == PARENT["traceparent"].split("-")[1]
        assert added.parent_span_id.hex() == PARENT["traceparent"].split("-")[2]
        assert added.end_time_unix_nano > added.start_time_unix_nano
        assert attributes(added) == {
            "rpc.system.name": "jsonrpc",
            "rpc.method": "context/add",
            "jsonrpc.protocol.version": "2.0",
            "gen_ai.conversation.id": "run-1",
        }
        refused = attributes(spans["context/get"])
        assert (refused["error.type"], refused["ctxbudget.error.name"]) == ("1004", "unknownItem")
        assert attributes(spans["usage/bill"])["gen_ai.usage.input_tokens"] == 2102

        figures = {
            name: seen.points(f"ctxbudget.session.{name}")[0][1].as_int
            for name in ("retained", "processed", "saved", "budget", "leases")
        }
        assert figures == {
            **{name: status[name] for name in ("retained", "processed", "saved", "budget")},
            "leases": 0,
        }
        levels = {at["ctxbudget.level"]: point.as_int for at, point in seen.points("ctxbudget.session.level")}
        assert levels == {level: int(level == status["level"]) for level in ("ok", "warn", "critical")}
        billed = {at["ctxbudget.billed.kind"]: point.as_int for at, point in seen.points("ctxbudget.billed.tokens")}
        assert billed == bill["tokens"]  # once, though it was sent twice
        usage = {at["gen_ai.token.type"]: point.sum for at, point in seen.points("gen_ai.client.token.usage")}
        assert usage == {"input": 2102, "output": 35}
        assert sum(point.count for _, point in seen.points("rpc.server.call.duration")) == 9

        resource = attributes(seen.traces[0].resource)
        assert resource["service.name"] == "ctxbudget"
        assert (resource["team"], resource["ctxbudget.command"]) == ("blue", "serve")
        assert not [body for body in seen.bodies if SECRET.encode() in body or str(tmp_path).encode() in body]


def test_a_service_name_and_a_signal_are_chosen_by_the_standard_variables(tmp_path: Path) -> None:
    with collector() as seen:
        env = {
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{seen.address}/v1/traces",
            "OTEL_SERVICE_NAME": "budget-of-tests",
            **SOON,
        }
        with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path, env=env) as client:
            client.request("budget/status")
            assert eventually(seen.spans)  # sent while the server runs, not at its end alone
        assert attributes(seen.traces[0].resource)["service.name"] == "budget-of-tests"
        assert not seen.metrics


@pytest.mark.parametrize("collects", ["refuses", "never answers"])
def test_a_bad_collector_stops_neither_answers_nor_the_end(tmp_path: Path, collects: str) -> None:
    with silent_collector() as silent, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and does not listen
        address = silent if collects == "never answers" else f"http://127.0.0.1:{unused.getsockname()[1]}"
        env = {"OTEL_EXPORTER_OTLP_ENDPOINT": address, **SOON}
        with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path, env=env) as client:
            for n in range(20):
                client.request("session/open", {"sessionId": f"run-{n}"})
            ending = time.monotonic()
        assert time.monotonic() - ending < 10  # far below the exporter's own timeout and retries, even under load


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"OTEL_TRACES_EXPORTER": "console"}, "only otlp is offered"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "only http/protobuf is offered"),
        ({"OTEL_TRACES_EXPORTER": "otlp", "OTEL_BSP_SCHEDULE_DELAY": "-1"}, "nothing is exported"),
    ],
)
def test_what_is_not_offered_is_said_once(tmp_path: Path, env: dict[str, str], told: str) -> None:
    log = tmp_path / "log"
    command = [*serve_command(tmp_path), "--log-file", str(log)]
    with Client(command, cwd=tmp_path, root=tmp_path, env=env) as client:
        client.request("budget/status")
        assert eventually(lambda: log.read_text().count("\n"))
    assert log.read_text().count("\n") == 1
    assert told in log.read_text()


def test_without_the_extra_one_warning_says_so(tmp_path: Path) -> None:
    (tmp_path / "without").mkdir()
    (tmp_path / "without" / "sitecustomize.py").write_text(
        "import sys\nsys.modules['opentelemetry'] = None\nsys.modules['opentelemetry.sdk'] = None\n"
    )
    log = tmp_path / "log"
    env = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "PYTHONPATH": str(tmp_path / "without")}
    command = [sys.executable, "-m", "ctxbudget_server", "serve", "--workspace", str(tmp_path), "--log-file", str(log)]
    with Client(command, cwd=tmp_path, root=tmp_path, env=env) as client:
        client.request("budget/status")
        assert eventually(lambda: "pip install 'opentelemetry-sdk" in log.read_text())
        client.request("budget/status")
    assert log.read_text().count("\n") == 1


@pytest.mark.parametrize("disabled", [{}, {"OTEL_SDK_DISABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://x"}])
def test_without_being_asked_nothing_of_it_is_imported(tmp_path: Path, disabled: dict[str, str]) -> None:
    listed = tmp_path / "modules"
    program = (
        "import os, sys\n"
        "from ctxbudget_server.cli import main\n"
        "server, leave = os.getpid(), os._exit\n"
        "def end(code):\n"
        "    if os.getpid() == server:  # and not the watchdog that it forked\n"
        "        open(sys.argv[2], 'w').write('\\n'.join(sys.modules))\n"
        "    leave(code)\n"
        "os._exit = end\n"
        "main(['serve', '--workspace', sys.argv[1]])\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path), str(listed)]
    with Client(command, cwd=tmp_path, root=tmp_path, env=disabled) as client:
        client.request("budget/status")
    modules = listed.read_text().split()
    assert "ctxbudget_server.service.service" in modules
    assert not [name for name in modules if name.partition(".")[0] in ("opentelemetry", "requests")]
    assert ("ctxbudget_server.telemetry" in modules) == bool(disabled)


def test_a_sidecar_sends_what_it_answers_and_the_command_itself_does_not(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    at = ["--workspace", str(tmp_path / "w"), "--store", str(tmp_path / "state" / "store.db")]
    ctxbudget = [sys.executable, "-m", "ctxbudget_server"]
    call = [*ctxbudget, "call", *at, "session/open", json.dumps({"sessionId": "run-1", "_meta": PARENT})]
    with collector() as seen:
        env = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": seen.address, **SOON}
        subprocess.run(call, env=env, check=True, capture_output=True, timeout=60)
        with subprocess.Popen([*ctxbudget, "sidecar", *at], env=env) as sidecar:
            socket_at = tmp_path / "state" / "store.db.sidecar"
            assert eventually(lambda: socket_at.is_dir() and any(path.is_socket() for path in socket_at.iterdir()))
            subprocess.run(call, env=env, check=True, capture_output=True, timeout=60)
            assert eventually(seen.spans)
            sidecar.terminate()
        assert [span.name for span in seen.spans()] == ["session/open"]
        assert attributes(seen.traces[0].resource)["ctxbudget.command"] == "sidecar"
        assert seen.spans()[0].parent_span_id.hex() == PARENT["traceparent"].split("-")[2]


def test_tools_of_a_model_belong_to_the_trace_of_the_host(tmp_path: Path) -> None:
    pytest.importorskip("mcp", reason="needs the extra mcp")
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {
            "jsonrpc": "2.0",
            "id": 2,
            "method": "tools/call",
            "params": {"name": "context_budget_status", "_meta": PARENT},
        },
    ]
    command = [sys.executable, "-m", "ctxbudget_server", "mcp", "--workspace", str(tmp_path)]
    with collector() as seen:
        env = {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": seen.address, **SOON}
        with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path) as host:
            assert host.stdin is not None and host.stdout is not None
            for message in messages:
                host.stdin.write(json.dumps(message).encode() + b"\n")
            host.stdin.flush()
            answers = [json.loads(host.stdout.readline()) for _ in range(2)]
            assert answers[1]["id"] == 2
            assert eventually(seen.spans)
            host.stdin.close()
            assert host.stdout.read() == b""
        assert seen.spans()
        assert {span.parent_span_id.hex() for span in seen.spans()} == {PARENT["traceparent"].split("-")[2]}
        assert attributes(seen.traces[0].resource)["ctxbudget.command"] == "mcp"
