"""The handshake: what it advertises, what it refuses, and what comes before and after it."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from support.client import ABSENT

from ctxbudget_protocol.limits import Limits
from ctxbudget_protocol.methods import METHODS
from rpc.conftest import Start

BARE = {"capabilities": {}}


def test_what_it_answers(start: Start, transport: dict[str, str]) -> None:
    with start(env=transport) as c:
        result = c.initialize_result
        assert result["serverInfo"] == {"name": "ctxbudget", "version": importlib.metadata.version("ctxbudget")}
        assert result["capabilities"]["experimental"] == {
            "ctxbudget": {"protocolVersion": "1.0", "methods": list(METHODS), "limits": Limits().wire()}
        }
        assert result["capabilities"]["positionEncoding"] == "utf-16"
        assert result["capabilities"]["textDocumentSync"]["openClose"] is True


def test_it_advertises_the_limits_that_it_has(start: Start) -> None:
    with start(env={"FAKE_LIMITS": '{"max_requests_in_flight": 7}'}) as c:
        limits = c.initialize_result["capabilities"]["experimental"]["ctxbudget"]["limits"]
        assert limits["maxRequestsInFlight"] == 7


def test_nothing_before_it(start: Start) -> None:
    with start(handshake=False) as c:
        for method in ("budget/status", "shutdown", "unknown", "$/unknown", "textDocument/hover"):
            error = c.request_error(method)
            assert (error["code"], error["data"]["name"]) == (-32002, "serverNotInitialized")
        for method in ("initialized", "budget/status", "textDocument/didOpen", "unknown"):
            c.notify(method, {})
        c.initialize()
        assert c.request("budget/status")["warm"]


def test_not_twice(start: Start) -> None:
    with start() as c:
        error = c.request_error("initialize", BARE)
        assert (error["code"], error["data"]["name"]) == (-32600, "invalidRequest")
        assert c.request("budget/status")["warm"]


MISFITS: list[tuple[object, list[object]]] = [
    ({"capabilities": 5}, ["capabilities"]),
    ({"capabilities": {}, "processId": "x"}, ["processId"]),
    (
        {"capabilities": {}, "workspaceFolders": [{"uri": "file:///a", "name": "a"}, {"uri": "file:///b"}]},
        ["workspaceFolders", 1, "name"],
    ),
    ({**BARE, "initializationOptions": {"protocolVersion": [1]}}, ["initializationOptions", "protocolVersion"]),
]


def test_what_is_refused_can_be_mended(start: Start) -> None:
    with start(handshake=False) as c:
        for params, loc in MISFITS:
            error = c.request_error("initialize", params)
            assert (error["code"], error["data"]["name"]) == (-32602, "invalidParams")
            assert error["data"]["errors"][0]["loc"] == loc
            assert {"msg", "type"} <= error["data"]["errors"][0].keys()
        for version in ("2.0", 2, {"major": 2}):
            error = c.request_error("initialize", {**BARE, "initializationOptions": {"protocolVersion": version}})
            assert (error["code"], error["data"]["name"]) == (1024, "unsupportedVersion")
            assert error["data"]["supported"] == ["1.0"]
            assert c.request_error("budget/status")["code"] == -32002
        refused = c.request_error("initialize", {**BARE, "rootUri": "file:///refused"})
        assert refused["data"] == {
            "name": "storeTooNew", "retryable": False, "path": "x", "found": 9, "supported": 1
        }  # fmt: skip
        crashed = c.request_error("initialize", {**BARE, "rootUri": "file:///crash"})
        assert crashed["data"]["name"] == "internalError"
        assert "secret" not in str(crashed)
        c.initialize(options={"protocolVersion": "1.9", "unknown": {"jsonrpc": "2.0"}})
        assert c.request("budget/status")["root"] is None


@pytest.mark.parametrize("params", [ABSENT, None, [], {}])
def test_a_harness_may_leave_the_editor_s_members_out(start: Start, params: object) -> None:
    with start(handshake=False) as c:
        assert c.request("initialize", params)["serverInfo"]["name"] == "ctxbudget"
        assert c.request("budget/status")["root"] is None
        c.shutdown()
        c.notify("exit")


def test_the_workspace_reaches_the_backend(start: Start, tmp_path: Path) -> None:
    with start(root=tmp_path) as c:
        assert c.request("budget/status")["root"] == tmp_path.as_uri()


def test_a_warm_up_that_fails_is_nobodys_business(start: Start) -> None:
    with start(env={"FAKE_WARM_UP_FAIL": "1"}) as c:
        assert c.request("budget/status")["warm"]


def test_documents_are_pygls_business(start: Start, tmp_path: Path) -> None:
    with start(root=tmp_path) as c:
        uri = (tmp_path / "a.md").as_uri()
        document = {"uri": uri, "languageId": "markdown", "version": 1, "text": "one\n"}
        c.notify("textDocument/didOpen", {"textDocument": document})
        change = {"range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 3}}, "text": "two"}
        c.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": 2}, "contentChanges": [change]})
        c.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        error = c.request_error("workspace/executeCommand", {"command": "unknown"})
        assert error["code"] == -32602
        error = c.request_error("workspace/executeCommand", {"arguments": []})
        assert error["data"]["errors"] == [{"loc": ["command"], "msg": "is required", "type": "missing"}]
        assert c.request("budget/status")["warm"]
        assert "Error" not in c.stderr and "Traceback" not in c.stderr
