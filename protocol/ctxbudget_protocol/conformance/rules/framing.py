"""Frames: how messages are found in a stream of bytes, and what happens if they cannot be."""

from __future__ import annotations

import contextlib

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import Client, call, frame
from ctxbudget_protocol.conformance.rule import NotJudgedError, equal, expect, rule
from ctxbudget_protocol.conformance.schema import check_error
from ctxbudget_protocol.conformance.session import advertised

MAX_SENT = 256 * 1024 * 1024
"""Larger messages are not sent, whatever a server advertises."""
CHUNK = 1024 * 1024
METHOD = "session/list"
"""A method that every server has, and that changes nothing."""

HEADERS = (
    b"Content-Length: %d\r\n\r\n",
    b"content-length: %d\r\n\r\n",
    b"CONTENT-LENGTH:%d\r\n\r\n",
    b"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\nContent-Length: %d\r\n\r\n",
    b"Content-Length: %d\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n",
    b"X-Unknown: 1\r\nContent-Length: %d\r\n\r\n",
)
LOST = (
    b"Content-Length: -5\r\n\r\n",
    b"Content-Length: abc\r\n\r\n",
    b"Content-Type: text/plain\r\n\r\n",
    b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n",
)
"""Headers after which nobody knows where the next message begins."""


def answered(client: Client, data: bytes, message_id: str) -> None:
    """Send a request as raw bytes, in one piece, and take its result."""
    client.expect_answer(message_id, METHOD)
    client.send_raw(data)
    client.result(message_id)


@rule("framing.headers", "Header names are read in any case; fields other than Content-Length are ignored.", "framing")
def headers(bench: Bench) -> None:
    for number, header in enumerate(HEADERS):
        message_id = f"header-{number}"
        body = frame(call(message_id, METHOD)).partition(b"\r\n\r\n")[2]
        answered(bench.server, header % len(body) + body, message_id)


@rule("framing.cuts", "A message is read however its bytes are cut, also one byte at a time.", "framing")
def cuts(bench: Bench) -> None:
    client = bench.server
    data = frame(call("cut", METHOD))
    for cut in range(1, len(data), 7):
        client.expect_answer("cut", METHOD)
        client.send_chunks([data[:cut], data[cut:]])
        client.result("cut")
    client.expect_answer("cut", METHOD)
    client.send_chunks(data[at : at + 1] for at in range(len(data)))
    client.result("cut")


@rule("framing.many", "Messages that arrive in one piece are all read; each is answered once.", "framing")
def many(bench: Bench) -> None:
    client = bench.server
    ids = [f"many-{number}" for number in range(200)]
    for message_id in ids:
        client.expect_answer(message_id, METHOD)
    client.send_raw(b"".join(frame(call(message_id, METHOD, {"limit": 1})) for message_id in ids))
    for message_id in ids:
        client.result(message_id)


@rule("framing.bytes", "Content-Length counts bytes of UTF-8, in both directions.", "framing")
def lengths_in_bytes(bench: Bench) -> None:
    client = bench.server
    message_id = "\u00e9\u65e5\U0001f600"
    body = (f'{{"jsonrpc":"2.0","id":"{message_id}","method":"{METHOD}"}}').encode()
    answered(client, frame(body), message_id)
    answered(client, frame(call("after", METHOD)), "after")


@rule(
    "framing.lost",
    "If the length of a message is unusable or missing, the server answers parseError with a null id and ends with 1.",
    "framing",
)
def lost(bench: Bench) -> None:
    for header in LOST:
        with bench.start(exit_code=1) as client:
            with contextlib.suppress(BrokenPipeError):
                client.send_raw(header)
            error = client.orphan_error()
            check_error(error, additions=True)
            equal(error["data"]["name"], "parseError", f"the error after {header!r}")
            equal(client.wait(), 1, f"the exit code after {header!r}")


@rule(
    "framing.endless-header",
    "A header that does not end is given up within 64 KiB, as one without a length.",
    "framing",
)
def endless_header(bench: Bench) -> None:
    with bench.start(exit_code=1) as client:
        with contextlib.suppress(BrokenPipeError):
            client.send_raw(b"X" * 64 * 1024)
        equal(client.orphan_error()["data"]["name"], "parseError", "the error")
        equal(client.wait(), 1, "the exit code")


@rule("framing.cut-off", "If the input ends within a message, the server ends with 1.", "framing")
def cut_off(bench: Bench) -> None:
    with bench.start(exit_code=1) as client:
        client.send_raw(frame(call("cut-off", METHOD))[:-1])
        client.close_stdin()
        equal(client.wait(), 1, "the exit code")
        for message in client.drop_unread():
            expect(message.get("id") is None, "a request that never arrived in full was answered")


@rule(
    "framing.too-large",
    "A message over maxMessageBytes is payloadTooLarge {limit, size}, with its id if that comes first.",
    "limits",
)
def too_large(bench: Bench) -> None:
    client = bench.server
    limit = advertised(client)["limits"]["maxMessageBytes"]
    if limit > MAX_SENT:
        raise NotJudgedError(f"the limit of {limit} bytes is too high to be tried")
    start = b'{"jsonrpc":"2.0","id":"large","method":"%b","params":{"x":"' % METHOD.encode()
    size = limit + 1
    client.expect_answer("large", METHOD)
    client.send_untraced(b"Content-Length: %d\r\n\r\n" % size + start)
    left = size - len(start) - 3
    while left:
        piece = b"x" * min(left, CHUNK)
        client.send_untraced(piece)
        left -= len(piece)
    client.send_untraced(b'"}}')
    error = client.error("large")
    check_error(error, additions=True)
    equal(error["data"]["name"], "payloadTooLarge", "the error")
    equal((error["data"]["limit"], error["data"]["size"]), (limit, size), "limit and size")
