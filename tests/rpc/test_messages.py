"""Every message gets the answer that it deserves, and the next one is served all the same."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import ABSENT, Client, call, frame

from ctxbudget_protocol.conformance.rules.messages import (
    IDS,
    NO_JSON,
    NO_MESSAGES,
    NO_REQUESTS,
    NOTIFICATIONS,
    RESPONSES,
    UNKNOWN,
)
from ctxbudget_protocol.fault_messages import shown

PARSE, INVALID, METHOD, PARAMS, INTERNAL = -32700, -32600, -32601, -32602, -32603


def served(client: Client) -> bool:
    return bool(client.request("budget/status")["warm"])


@pytest.mark.parametrize("body", [*NO_JSON, b"\xff\xfe{}", b"\xef\xbb\xbf{}", b'{"x":' + b"9" * 5000 + b"}"])
def test_what_is_no_json(shared: Client, body: bytes) -> None:
    shared.send_raw(frame(body))
    error = shared.orphan_error()
    assert (error["code"], error["data"]["name"]) == (PARSE, "parseError")
    assert served(shared)


@pytest.mark.parametrize("depth", [2_000, 200_000])
@pytest.mark.parametrize("turned", [False, True])
def test_a_request_that_is_too_deep_is_answered(shared: Client, depth: int, turned: bool) -> None:
    """Its sender waits: the id is found without reading the rest."""
    members = [
        '"jsonrpc":"2.0"',
        f'"id":"deep-{depth}-{turned}"',
        '"method":"tokens/count"',
        f'"params":{"[" * depth}{"]" * depth}',
    ]
    message_id = f"deep-{depth}-{turned}"
    shared.expect_answer(message_id)
    shared.send_raw(frame(("{" + ",".join(members[::-1] if turned else members) + "}").encode()))
    error = shared.response(message_id)["error"]
    assert (error["code"], error["data"]["name"]) == (PARAMS, "invalidParams")
    assert served(shared)


@pytest.mark.parametrize("message", [*NO_MESSAGES, call(1.0, "budget/status"), {"jsonrpc": "2.0", "id": None}])
def test_what_is_no_message(shared: Client, message: object) -> None:
    shared.send(message)
    error = shared.orphan_error()
    assert (error["code"], error["data"]["name"]) == (INVALID, "invalidRequest")
    assert served(shared)


@pytest.mark.parametrize("message", [*NO_REQUESTS, {"jsonrpc": "2.0", "method": {"a": 1}}])
@pytest.mark.parametrize("message_id", [71, "seventy", -1, 0, "", 2**70, "\U0001f600 \ud800"])
def test_what_is_no_request_but_has_an_id(shared: Client, message: dict, message_id: int | str) -> None:
    shared.expect_answer(message_id)
    shared.send({**message, "id": message_id})
    assert shared.error(message_id)["code"] == INVALID


@pytest.mark.parametrize("message_id", [*IDS, 2**63, 10**400, "\ud800"])
def test_ids_come_back_as_they_went(shared: Client, message_id: int | str) -> None:
    shared.send_request("budget/status", message_id=message_id)
    assert shared.result(message_id)["warm"]


@pytest.mark.parametrize("params", [ABSENT, None, [], {}])
def test_no_params_however_said(shared: Client, params: object) -> None:
    assert shared.request("budget/status", params)["params"] == {}


@pytest.mark.parametrize("params", [[1], [{}], 5, 0, "", "x", True, False, 1.5])
@pytest.mark.parametrize("method", ["budget/status", "workspace/executeCommand"])
def test_params_that_are_no_object(shared: Client, method: str, params: object) -> None:
    error = shared.request_error(method, params)
    assert (error["code"], error["data"]["name"]) == (PARAMS, "invalidParams")
    assert error["data"]["errors"] == [
        {"loc": [], "msg": f"must be an object, not {shown(params)}", "type": "dict_type"}
    ]


def test_params_arrive_as_they_are(shared: Client) -> None:
    params = {
        "jsonrpc": "2.0", "id": 5, "method": "x", "result": None, "type_name": "no identifier!", "class": 1,
        "_x-y z": [], "count": {"jsonrpc": "1.0", "index": None}, "": 0, "big": 2**80,
        "text": "\u00e9\U0001f600\ud800\x00",
        "message": {"jsonrpc": "2.0", "error": {"code": 1}}, "deep": [[[[{"a": [1.5, -0.0, 1e300]}]]]],
    }  # fmt: skip
    assert shared.request("budget/status", params)["params"] == params


def test_extra_members_are_tolerated(shared: Client) -> None:
    shared.expect_answer("extra")
    shared.send({**call("extra", "budget/status"), "result": 1, "trace": {"a": []}, "error": None})
    assert shared.result("extra")


@pytest.mark.parametrize(
    "method",
    [
        *UNKNOWN, "context/forget", "window/showMessage", "workspace/configuration", "textDocument/definition",
        "textDocument/didOpen", "x" * 100_000, "\ud800", "$/setTrace", "$/progress",
    ],
)  # fmt: skip
@pytest.mark.parametrize("params", [ABSENT, {}, [1], "x"])
def test_methods_that_are_not_there(shared: Client, method: str, params: object) -> None:
    error = shared.request_error(method, params)
    assert (error["code"], error["data"]["name"]) == (METHOD, "methodNotFound")


@pytest.mark.parametrize(
    ("method", "params"),
    [
        *NOTIFICATIONS,
        ("update", [1, 2, 3, 4, 5]),
        ("budget/status", {}),
        ("context/add", {"n": "by notification"}),
        ("budget/alert", {}),
        ("textDocument/hover", {}),
        ("textDocument/didOpen", {"textDocument": 5}),
        ("textDocument/didOpen", "x"),
        ("textDocument/didChange", ABSENT),
        ("$/cancelRequest", [1]),
        ("workspace/didChangeConfiguration", {"settings": {"jsonrpc": 1}}),
        ("window/workDoneProgress/cancel", {"token": "none"}),
    ],
)
def test_notifications_get_no_answer(shared: Client, method: str, params: object) -> None:
    shared.notify(method, params)
    assert served(shared)
    if method == "workspace/didChangeConfiguration":  # a person is told of the setting that there is not
        assert "jsonrpc" in shared.notification("window/logMessage")["message"]
        assert "jsonrpc" in shared.notification("window/showMessage")["message"]
    assert "by notification" not in shared.request("context/list")["notes"]


@pytest.mark.parametrize(
    "message",
    [
        *RESPONSES,
        {"jsonrpc": "2.0", "id": [1], "result": {}},
        {"jsonrpc": "2.0", "id": 1, "result": 5, "error": {}},
        {"id": 1, "result": 5},
        {"result": 5},
    ],
)
def test_responses_to_nothing_get_no_answer(shared: Client, message: dict) -> None:
    shared.send(message)
    assert served(shared)


def test_a_response_with_the_id_of_a_request_in_flight(shared: Client) -> None:
    waiting = shared.send_request("metadata/extract", {"ms": 200})
    shared.send({"jsonrpc": "2.0", "id": waiting, "result": "forged"})
    shared.send({"jsonrpc": "2.0", "id": waiting, "error": {"code": 1, "message": "forged"}})
    assert shared.result(waiting) == {"slept": True}


def test_a_duplicate_id_in_flight(shared: Client) -> None:
    first = shared.send_request("metadata/extract", {"ms": 300}, message_id="twice")
    shared.send_request("budget/status", message_id="twice")
    error = shared.error(first)
    assert error["code"] == INVALID
    assert shared.result(first) == {"slept": True}
    shared.send_request("budget/status", message_id="twice")
    assert shared.result("twice")["warm"]


def test_an_id_is_not_its_text(shared: Client) -> None:
    slow = shared.send_request("metadata/extract", {"ms": 200}, message_id=55)
    shared.send_request("budget/status", message_id="55")
    assert shared.result("55")["warm"]
    assert shared.result(slow)["slept"]


@pytest.mark.parametrize("kind", ["nan", "set", "object", "bytes", "deep"])
def test_results_that_are_no_json(shared: Client, kind: str) -> None:
    error = shared.request_error("context/get", {"kind": kind})
    assert (error["code"], error["data"]["name"]) == (INTERNAL, "internalError")


def test_a_lone_surrogate_can_be_answered(shared: Client) -> None:
    assert shared.request("context/get", {"kind": "surrogate"}) == {"x": "\ud800"}


@pytest.mark.parametrize("kind", ["crash", "system-exit", "unknown"])
def test_a_backend_that_fails(shared: Client, kind: str) -> None:
    error = shared.request_error("context/prune", {"kind": kind})
    assert (error["code"], error["data"]["name"]) == (INTERNAL, "internalError")
    assert "secret" not in json.dumps(error)
    assert served(shared)


def test_a_lane_that_cannot_be_told(shared: Client) -> None:
    """The fake's `lane` raises on an id that is not a string; `call` is asked all the same."""
    assert shared.request_error("context/add", {"sessionId": 5})["code"] == PARAMS


def test_refusals_of_the_backend_arrive_whole(shared: Client) -> None:
    assert shared.request_error("context/add", {}) == {
        "code": PARAMS,
        "message": "n: Field required",
        "data": {
            "name": "invalidParams",
            "retryable": False,
            "errors": [{"loc": ["n"], "msg": "Field required", "type": "missing"}],
        },
    }
    assert shared.request_error("context/prune", {"kind": "storeBusy"}) == {
        "code": 1020,
        "message": "the store is busy",
        "data": {"name": "storeBusy", "retryable": True, "waitedMs": 5000},
    }
    assert shared.request_error("context/prune", {"kind": "cancelled"})["data"]["name"] == "requestCancelled"


def test_an_error_that_is_no_json_keeps_its_name(shared: Client) -> None:
    error = shared.request_error("context/prune", {"kind": "bad-error"})
    assert (error["code"], error["data"]["name"]) == (1007, "conflict")


def test_a_thousand_pipelined(shared: Client) -> None:
    ids = [f"pipelined-{n}" for n in range(1000)]
    for message_id in ids:
        shared.expect_answer(message_id)
    shared.send_raw(b"".join(frame(call(i, "budget/status", {"n": i})) for i in ids))
    for message_id in ids:
        assert shared.result(message_id)["params"] == {"n": message_id}


def test_split_at_every_offset(shared: Client) -> None:
    data = frame(call("split", "budget/status", {"text": "\U0001f600"}))
    for cut in range(1, len(data)):
        shared.expect_answer("split")
        shared.send_chunks([data[:cut], data[cut:]])
        assert shared.result("split")["params"] == {"text": "\U0001f600"}


def test_one_byte_at_a_time(shared: Client) -> None:
    data = frame(call("bytes", "budget/status"))
    shared.expect_answer("bytes")
    shared.send_chunks(data[i : i + 1] for i in range(len(data)))
    assert shared.result("bytes")["warm"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
message_like = st.fixed_dictionaries(
    {},
    optional={
        "jsonrpc": st.sampled_from(["2.0", "1.0", 2]) | json_values,
        "id": json_values,
        "method": st.sampled_from(["budget/status", "tokens/count", "textDocument/didOpen", "$/cancelRequest", "x"])
        | json_values,
        "params": json_values,
        "result": json_values,
    },
)
bodies = st.binary(max_size=40) | (json_values | message_like).map(lambda value: json.dumps(value).encode())


@given(st.lists(bodies, min_size=1, max_size=20))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bodies_are_survived(shared: Client, messages: list[bytes]) -> None:
    for body in messages:
        try:
            message = json.loads(body.decode())
            is_response = "method" not in message and "result" in message
            if isinstance(message["id"], int | str) and not isinstance(message["id"], bool) and not is_response:
                shared.expect_answer(message["id"])
        except (ValueError, RecursionError, KeyError, TypeError):
            pass
        shared.send_raw(frame(body))
    # Last in, and slower than all of them: when it is answered, so are they.
    shared.send_request("metadata/extract", {"ms": 20}, message_id="the last")
    assert shared.result("the last") == {"slept": True}
    shared.drop_unread()
