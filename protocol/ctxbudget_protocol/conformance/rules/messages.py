"""Messages: which of them are requests, what is answered to what is none, and what is not answered at all."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import ABSENT, Client, Message, call, frame
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.schema import check_error, shown

METHOD = "session/list"

NO_JSON = (
    b"",
    b"{",
    b'{"jsonrpc": "2.0", "method": "foobar, "params": "bar", "baz]',
    b'[{"jsonrpc": "2.0", "method": "sum", "params": [1,2,4], "id": "1"},{"jsonrpc": "2.0", "method"',
    b"{'id': 1}",
    b'{"id": 01}',
    b'{"id": 1} x',
    b'{"a": "\xff"}',
    b'{"a": "\xed\xa0\x80"}',
    '{"jsonrpc":"2.0","id":1,"method":"session/list"}'.encode("utf-16"),
    b'{"jsonrpc":"2.0","id":1,"method":"session/list","params":{"x":NaN}}',
    b'{"x":-Infinity}',
    b'{"x": "\x00"}',
    b"[" * 100_000,
    b'{"a":' * 100_000,
)
"""Bodies that are not JSON in UTF-8."""

NO_MESSAGES: tuple[Any, ...] = (
    [],
    [1, 2, 3],
    [call(1, METHOD), call(2, METHOD)],
    1,
    METHOD,
    None,
    True,
    {},
    {"foo": "boo"},
    {"jsonrpc": "2.0", "method": 1, "params": "bar"},
    {"jsonrpc": "2.0", "method": None},
    {"jsonrpc": "1.0", "method": METHOD},
    {"method": METHOD},
    call(None, METHOD),
    call(1.5, METHOD),
    call(True, METHOD),
    call([1], METHOD),
    call({"a": 1}, METHOD),
)
"""JSON that is not a message, and has no id with which it could be answered."""

NO_REQUESTS: tuple[Message, ...] = (
    {"jsonrpc": "2.0"},
    {"jsonrpc": "2.0", "method": 1},
    {"jsonrpc": "2.0", "method": [METHOD]},
    {"jsonrpc": "1.0", "method": METHOD},
    {"jsonrpc": 2.0, "method": METHOD},
    {"jsonrpc": None, "method": METHOD},
    {"method": METHOD},
)

IDS: tuple[int | str, ...] = (1, "1", 0, -7, "", "a b", 2**53 - 1, "\u00e9\U0001f600", "x" * 1_000)
NO_PARAMS: tuple[Any, ...] = ([1], [{}], 5, 0, "", "x", True, False, 1.5)
"""Params that are not an object, nor any of what means that there are none."""
ANY_PARAMS: tuple[Any, ...] = (ABSENT, {}, [1], "x")
UNKNOWN = (
    "foobar", "", "budget/unknown", "budget/Status", "constructor", "__proto__", "__class__", "toString",
    "rpc.discover", "budget/didChange", "budget/alert", "initialized", "exit", "$/unknown", "$/cancelRequest",
    "x" * 10_000,
)  # fmt: skip
NOTIFICATIONS: tuple[tuple[str, Any], ...] = (
    ("foobar", {}),
    ("", ABSENT),
    (METHOD, {"unheardOf": 1}),
    ("initialize", {"capabilities": {}}),
    ("shutdown", ABSENT),
    ("$/cancelRequest", ABSENT),
    ("$/cancelRequest", {"id": "nobody"}),
    ("$/cancelRequest", {"id": [1]}),
    ("$/unknown", {}),
)
RESPONSES: tuple[Message, ...] = (
    {"jsonrpc": "2.0", "id": 1, "result": 5},
    {"jsonrpc": "2.0", "id": "x", "result": None},
    {"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "you are wrong"}},
    {"jsonrpc": "2.0", "id": 1, "error": "no object"},
)


def named(error: Message, name: str, what: str) -> None:
    """Hold an error against the contract and the name that it must have; members may have been added to its data."""
    check_error(error, additions=True)
    equal(error["data"]["name"], name, what)


def alive(client: Client) -> None:
    """The next request is served."""
    client.request(METHOD)


@rule(
    "messages.parse-error",
    "A body that is not JSON in UTF-8 is parseError with a null id; the next is served.",
    "messages",
)
def parse_error(bench: Bench) -> None:
    for body in NO_JSON:
        bench.server.send_raw(frame(body))
        named(bench.server.orphan_error(), "parseError", f"the error of {body[:80]!r}")
        alive(bench.server)


@rule("messages.invalid", "JSON that is not a message, batches among it, is invalidRequest with a null id.", "messages")
def invalid(bench: Bench) -> None:
    for message in NO_MESSAGES:
        bench.server.send(message)
        named(bench.server.orphan_error(), "invalidRequest", f"the error of {shown(message)}")
        alive(bench.server)


@rule("messages.invalid-with-id", "What is not a request but has an id is invalidRequest with that id.", "messages")
def invalid_with_id(bench: Bench) -> None:
    for number, message in enumerate(NO_REQUESTS):
        for message_id in (f"no-request-{number}", 1_000 + number):
            bench.server.expect_answer(message_id)
            bench.server.send({**message, "id": message_id})
            named(bench.server.error(message_id), "invalidRequest", f"the error of {shown(message)}")


@rule("messages.ids", "An id comes back as it went: a string or an integer, never one as the other.", "messages")
def ids(bench: Bench) -> None:
    for message_id in IDS:
        bench.server.send_request(METHOD, message_id=message_id)
        bench.server.result(message_id)


@rule("messages.extra-members", "Members of a message that JSON-RPC does not know are ignored.", "messages")
def extra_members(bench: Bench) -> None:
    bench.server.expect_answer("extra", METHOD)
    bench.server.send({**call("extra", METHOD), "result": 1, "trace": {"a": []}, "error": None})
    bench.server.result("extra")


@rule(
    "messages.unknown-method",
    "A method that the server does not have is methodNotFound, whatever its name and params.",
    "messages",
)
def unknown_method(bench: Bench) -> None:
    for method in UNKNOWN:
        for params in ANY_PARAMS:
            error = bench.server.request_error(method, params)
            named(error, "methodNotFound", f"the error of {method[:80]!r}")


@rule(
    "messages.params-shape", "Params other than an object, null and [] are invalidParams at the location [].", "params"
)
def params_shape(bench: Bench) -> None:
    for params in NO_PARAMS:
        error = bench.server.request_error(METHOD, params)
        named(error, "invalidParams", f"the error of params {shown(params)}")
        places = [fault["loc"] for fault in error["data"].get("errors", [])]
        equal(places, [[]], f"the location of params {shown(params)}")


@rule("messages.notifications", "A notification is never answered, whatever is wrong with it.", "messages")
def notifications(bench: Bench) -> None:
    for method, params in NOTIFICATIONS:
        bench.server.notify(method, params)
        alive(bench.server)


@rule(
    "messages.no-work-by-notification", "A method of the table that is sent as a notification does nothing.", "messages"
)
def no_work_by_notification(bench: Bench) -> None:
    session = bench.session()
    before = session.status()
    bench.server.notify("budget/reserve", {"sessionId": session.id, "tokens": 1, "holder": "nobody"})
    equal(session.status(), before, "the account after a notification")


@rule("messages.responses", "Responses to nothing are ignored.", "messages")
def responses(bench: Bench) -> None:
    for message in RESPONSES:
        bench.server.send(message)
        alive(bench.server)


@rule(
    "messages.depth",
    "A request that nests 200,000 deep is answered with an error, and the next one is served.",
    "messages",
)
def depth(bench: Bench) -> None:
    client = bench.server
    levels = 200_000
    body = f'{{"jsonrpc":"2.0","id":"deep","method":"{METHOD}","params":{{"x":{"[" * levels}{"]" * levels}}}}}'
    client.expect_answer("deep", METHOD)
    client.send_raw(frame(body.encode()))
    message = client.any_error("deep")
    check_error(message, additions=True)
    expect(
        message["data"]["name"] in ("invalidParams", "invalidRequest", "parseError"),
        f"the error of what nests too deeply: {shown(message)}",
    )
    alive(client)


@rule(
    "messages.surrogates",
    "A lone surrogate in a text must not silence the server: the request is answered, as is the next.",
    "messages",
)
def surrogates(bench: Bench) -> None:
    session = bench.session()
    response = bench.server.response(
        bench.server.send_request("budget/reserve", {"sessionId": session.id, "tokens": 1, "holder": "\ud800"})
    )
    if "error" in response:
        named(response["error"], "invalidParams", "the error of a lone surrogate")
    alive(bench.server)
