"""Writes: revisions, `ifRevision`, request keys, order, and that what is refused changes nothing."""

from __future__ import annotations

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import call, frame
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.session import Session

ENDLESS = 1_800_000


@rule("revisions.rise", "The revision rises by one with each write, and with nothing else.", "revisions")
def rise(bench: Bench) -> None:
    session = bench.session()
    revision = session.status()["revision"]
    for number in range(5):
        lease = session.call("budget/reserve", tokens=10, holder=f"h{number}")
        equal(lease["revision"], revision + 1, "the revision after budget/reserve")
        equal(session.status()["revision"], revision + 1, "the revision after reading")
        ended = session.call("budget/release", leaseId=lease["leaseId"])
        equal(ended["revision"], revision + 2, "the revision after budget/release")
        session.refused("leaseClosed", "budget/release", leaseId=lease["leaseId"])
        revision += 2


@rule(
    "revisions.condition",
    "ifRevision lets a write through at that revision alone; else conflict {revision}, changing nothing.",
    "revisions",
)
def condition(bench: Bench) -> None:
    session = bench.session()
    now = session.status()["revision"]
    for wrong in (0, now - 1, now + 1, 1_000_000):
        data = session.refused("conflict", "budget/reserve", tokens=1, holder="a", ifRevision=wrong)
        equal(data["revision"], now, "the revision in the error")
    session.call("budget/reserve", tokens=1, holder="a", ifRevision=now)
    session.refused("conflict", "budget/reserve", tokens=1, holder="a", ifRevision=now)


@rule("revisions.race", "Of many writes with the same ifRevision exactly one succeeds.", "revisions")
def race(bench: Bench) -> None:
    session = bench.session()
    now = session.status()["revision"]
    params = {"sessionId": session.id, "tokens": 1, "holder": "a", "ifRevision": now}
    asked = [bench.server.send_request("budget/reserve", params) for _ in range(20)]
    answers = [bench.server.response(message_id) for message_id in asked]
    equal(sum("result" in answer for answer in answers), 1, "the writes that succeeded")
    equal(session.status()["revision"], now + 1, "the revision")


@rule("keys.first-result", "The same request key returns the first result, and the write is done once.", "request-keys")
def first_result(bench: Bench) -> None:
    session = bench.session()
    first = session.call("budget/reserve", tokens=10, holder="a", requestKey="k")
    session.call("budget/reserve", tokens=20, holder="b")
    for params in ({"tokens": 10, "holder": "a"}, {"tokens": 99, "holder": "other"}):
        equal(session.call("budget/reserve", **params, requestKey="k"), first, "the result of the same key")
    equal(session.status()["leased"], 30, "leased tokens")


@rule("keys.restart", "A request key is known after a restart, and to all servers of the workspace.", "request-keys")
def restart(bench: Bench) -> None:
    place = bench.place()
    with bench.start(place, exit_code=None) as client:
        session = bench.new_session(client)
        session.open()
        first = session.call("budget/reserve", tokens=10, holder="a", requestKey="k")
        client.kill()
    with bench.start(place) as client:
        again = Session(client, session.id)
        equal(again.call("budget/reserve", tokens=10, holder="a", requestKey="k"), first, "the result of the same key")
        equal(again.status()["leased"], 10, "leased tokens")


@rule(
    "keys.other-method",
    "A request key of another method's call is requestKeyReused {requestKey, method}.",
    "request-keys",
)
def other_method(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=10, holder="a", requestKey="k")
    data = session.refused("requestKeyReused", "budget/release", leaseId=lease["leaseId"], requestKey="k")
    equal((data["requestKey"], data["method"]), ("k", "budget/reserve"), "key and method in the error")


@rule("keys.of-a-session", "Each session has request keys of its own.", "request-keys")
def of_a_session(bench: Bench) -> None:
    one, other = bench.session(), bench.session()
    first = one.call("budget/reserve", tokens=10, holder="a", requestKey="k")
    second = other.call("budget/reserve", tokens=10, holder="a", requestKey="k")
    equal(second["sessionId"], other.id, "the session of the result")
    expect(first["leaseId"] != second["leaseId"], "two sessions have one lease")


@rule("keys.refused", "A refusal uses no request key up: the same request may succeed later.", "request-keys")
def refused(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=7_500, holder="a")
    session.refused("budgetExceeded", "budget/reserve", tokens=10, holder="b", requestKey="k")
    session.call("budget/release", leaseId=lease["leaseId"])
    session.call("budget/reserve", tokens=10, holder="b", requestKey="k")
    equal(session.status()["leased"], 10, "leased tokens")


@rule(
    "keys.before-revision",
    "A known request key is answered before ifRevision is looked at, so that a retry may carry both.",
    "request-keys",
)
def before_revision(bench: Bench) -> None:
    session = bench.session()
    params = {"tokens": 10, "holder": "a", "requestKey": "k", "ifRevision": session.status()["revision"]}
    first = session.call("budget/reserve", **params)
    equal(session.call("budget/reserve", **params), first, "the result of a retry")


@rule("keys.together", "A request that is sent twice at once with one key is done once.", "request-keys")
def together(bench: Bench) -> None:
    session = bench.session()
    params = {"sessionId": session.id, "tokens": 10, "holder": "a", "requestKey": "k"}
    asked = [f"twice-{number}" for number in range(10)]
    for message_id in asked:
        bench.server.expect_answer(message_id, "budget/reserve")
    bench.server.send_raw(b"".join(frame(call(message_id, "budget/reserve", params)) for message_id in asked))
    results = [bench.server.result(message_id) for message_id in asked]
    expect(all(result == results[0] for result in results), "the results of one key differ")
    equal(session.status()["leased"], 10, "leased tokens")


@rule("keys.deleted", "The request key of a deletion is known although its session is not.", "request-keys")
def of_a_deletion(bench: Bench) -> None:
    session = bench.session()
    first = session.call("session/delete", requestKey="k")
    equal(session.call("session/delete", requestKey="k"), first, "the result of the same key")


@rule("order.writes", "Writes to one session are done in the order in which they arrive.", "order")
def in_order(bench: Bench) -> None:
    session = bench.session()
    revision = session.status()["revision"]
    asked = [f"ordered-{number}" for number in range(60)]
    messages = []
    for number, message_id in enumerate(asked):
        bench.server.expect_answer(message_id, "budget/reserve")
        params = {"sessionId": session.id, "tokens": 1, "holder": f"h{number}", "ttlMs": ENDLESS}
        messages.append(frame(call(message_id, "budget/reserve", params)))
    bench.server.send_raw(b"".join(messages))
    revisions = [bench.server.result(message_id)["revision"] for message_id in asked]
    equal(revisions, list(range(revision + 1, revision + 61)), "the revisions")
    equal(
        [lease["holder"] for lease in session.status()["leases"]],
        [f"h{n}" for n in range(60)],
        "the leases, oldest first",
    )


@rule("order.sessions", "A session's refused writes hold up nobody: those behind them are answered.", "order")
def behind_a_refusal(bench: Bench) -> None:
    session = bench.session()
    asked = [
        bench.server.send_request("budget/reserve", {"sessionId": session.id, "tokens": tokens, "holder": "a"})
        for tokens in (0, 8_000, 1)
    ]
    answers = [bench.server.response(message_id) for message_id in asked]
    names = [answer["error"]["data"]["name"] if "error" in answer else "result" for answer in answers]
    equal(names, ["invalidParams", "budgetExceeded", "result"], "the answers")
