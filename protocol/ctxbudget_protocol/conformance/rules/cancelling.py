"""Cancellation: a request ends once, and what was cancelled leaves nothing behind."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import call, frame
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.schema import check_error

CANCEL = "$/cancelRequest"


def cancelled(message_id: object) -> bytes:
    """The message that cancels a request."""
    return frame({"jsonrpc": "2.0", "method": CANCEL, "params": {"id": message_id}})


@rule(
    "cancelling.once",
    "A cancelled request is answered once: with requestCancelled, having changed nothing, or with its result.",
    "cancellation",
)
def once(bench: Bench) -> None:
    session = bench.session()
    before = session.status()
    done: list[dict[str, Any]] = []
    for number in range(40):
        message_id = f"cancelled-{number}"
        params = {"sessionId": session.id, "tokens": 10, "holder": f"h{number}"}
        bench.server.expect_answer(message_id, "budget/reserve")
        bench.server.send_raw(frame(call(message_id, "budget/reserve", params)) + cancelled(message_id))
    for number in range(40):
        answer = bench.server.response(f"cancelled-{number}")
        if "result" in answer:
            done.append(answer["result"])
            continue
        check_error(answer["error"], additions=True)
        equal(answer["error"]["data"]["name"], "requestCancelled", "the error of what was cancelled")
    after = session.status()
    equal(after["leased"], 10 * len(done), "leased tokens: those of the requests that were answered with a result")
    equal(after["revision"], before["revision"] + len(done), "the revision")


@rule("cancelling.unknown", "Cancelling what is not there, or has been answered, does nothing.", "cancellation")
def unknown(bench: Bench) -> None:
    session = bench.session()
    message_id = bench.server.send_request("budget/status", {"sessionId": session.id})
    bench.server.result(message_id)
    bench.server.cancel(message_id)
    bench.server.cancel("nobody")
    session.status()


@rule("cancelling.key", "A request that was cancelled uses no request key up.", "cancellation")
def key(bench: Bench) -> None:
    session = bench.session()
    params = {"sessionId": session.id, "tokens": 10, "holder": "a", "requestKey": "k"}
    bench.server.expect_answer("keyed", "budget/reserve")
    bench.server.send_raw(frame(call("keyed", "budget/reserve", params)) + cancelled("keyed"))
    first = bench.server.response("keyed")
    second = bench.server.request("budget/reserve", params)
    if "result" in first:
        equal(second, first["result"], "the result of the same key")
    equal(session.status()["leased"], 10, "leased tokens")


@rule("cancelling.id-again", "The id of a request that was cancelled can be used again.", "cancellation")
def id_again(bench: Bench) -> None:
    for _ in range(10):
        bench.server.expect_answer("again", "session/list")
        bench.server.send_raw(frame(call("again", "session/list")) + cancelled("again"))
        answer = bench.server.response("again")
        expect("result" in answer or answer["error"]["data"]["name"] == "requestCancelled", f"answered {answer}")
