"""Leases: tokens that are never handed out twice, and come back by themselves."""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import Client, MessageId
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.schema import check_error, check_result
from ctxbudget_protocol.conformance.session import Session

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
SHORT_MS = 300
SERVERS, EACH, TOKENS = 3, 40, 100
MINUTE = 60_000


def moment(text: str) -> datetime:
    """A time of the wire; raises `MisbehaviourError` if it is none."""
    expect(TIME.fullmatch(text) is not None, f"not a time of RFC 3339 in UTC: {text!r}")
    return datetime.fromisoformat(text)


def expired(session: Session, timeout: float) -> None:
    """Wait until no lease is in flight."""
    end = time.monotonic() + timeout
    while session.status()["leased"]:
        expect(time.monotonic() < end, f"a lease of {SHORT_MS} ms still holds its tokens")
        time.sleep(0.02)


@rule("leases.fit", "budget/reserve succeeds if and only if retained + leased + tokens <= budget.", "leases")
def fit(bench: Bench) -> None:
    session = bench.session()
    first = session.call("budget/reserve", tokens=7_000, holder="a")
    equal(first["available"], 500, "available")
    data = session.refused("budgetExceeded", "budget/reserve", tokens=501, holder="b")
    expected = {"requested": 501, "available": 500, "leased": 7_000, "budget": 7_500, "retryable": True}
    equal({name: data.get(name) for name in expected}, expected, "the error")
    equal(session.call("budget/reserve", tokens=500, holder="b")["available"], 0, "available, to the last token")
    session.refused("budgetExceeded", "budget/reserve", tokens=1, holder="c")


@rule(
    "leases.hopeless",
    "budgetExceeded is not retryable if the tokens would not fit without the leases in flight.",
    "leases",
)
def hopeless(bench: Bench) -> None:
    session = bench.session()
    session.call("budget/reserve", tokens=10, holder="a")
    data = session.refused("budgetExceeded", "budget/reserve", tokens=7_501, holder="b")
    equal(data["retryable"], False, "retryable")


@rule("leases.force", "With force a lease is taken although it does not fit; available is negative then.", "leases")
def forced(bench: Bench) -> None:
    session = bench.session()
    taken = session.call("budget/reserve", tokens=8_000, holder="a", force=True)
    equal(taken["available"], -500, "available")
    status = session.status()
    equal((status["leased"], status["available"]), (8_000, -500), "leased and available in budget/status")


@rule("leases.status", "budget/status lists the leases in flight, oldest first, and leased is their sum.", "leases")
def in_status(bench: Bench) -> None:
    session = bench.session()
    taken = [session.call("budget/reserve", tokens=10 * n, holder=f"h{n}", ttlMs=n * MINUTE) for n in (1, 2, 3)]
    status = session.status()
    found = [(lease["leaseId"], lease["holder"], lease["tokens"], lease["expiresAt"]) for lease in status["leases"]]
    expected = [(one["leaseId"], f"h{n}", 10 * n, one["expiresAt"]) for n, one in enumerate(taken, 1)]
    equal(found, expected, "the leases")
    equal((status["leased"], status["available"]), (60, 7_440), "leased and available")
    for lease in status["leases"]:
        expect(moment(lease["reservedAt"]) < moment(lease["expiresAt"]), "a lease expires before it is taken")
    equal(len({one["leaseId"] for one in taken}), 3, "the number of ids")


@rule(
    "leases.settle",
    "budget/settle refunds what was not used and records what exceeds the lease; the account does not change.",
    "leases",
)
def settled(bench: Bench) -> None:
    session = bench.session()
    for used, refunded, overrun in ((250, 650, 0), (900, 0, 0), (1_000, 0, 100), (0, 900, 0)):
        lease = session.call("budget/reserve", tokens=900, holder="a")
        result = session.call("budget/settle", leaseId=lease["leaseId"], used=used)
        found = [result[name] for name in ("reserved", "used", "refunded", "overrun", "expired", "available")]
        equal(found, [900, used, refunded, overrun, False, 7_500], "the result")
    equal((session.status()["retained"], session.status()["leased"]), (0, 0), "retained and leased")


@rule("leases.release", "budget/release gives all tokens back.", "leases")
def released(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=900, holder="a")
    result = session.call("budget/release", leaseId=lease["leaseId"])
    equal((result["refunded"], result["available"]), (900, 7_500), "refunded and available")
    equal(session.status()["leases"], [], "the leases")


@rule(
    "leases.once",
    "A lease ends once: then it is leaseClosed {leaseId, state}. One that never was is unknownLease {leaseId}.",
    "leases",
)
def once(bench: Bench) -> None:
    session = bench.session()
    endings: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("budget/settle", {"used": 1}, "settled"),
        ("budget/release", {}, "released"),
    )
    for method, params, state in endings:
        lease = session.call("budget/reserve", tokens=10, holder="a")["leaseId"]
        session.call(method, leaseId=lease, **params)
        for again, more in (("budget/settle", {"used": 1}), ("budget/release", {}), ("budget/renew", {})):
            data = session.refused("leaseClosed", again, leaseId=lease, **more)
            equal((data["leaseId"], data.get("state")), (lease, state), "lease and state in the error")
            data = session.refused("unknownLease", again, leaseId="no-such-lease", **more)
            equal(data["leaseId"], "no-such-lease", "the lease in the error")


@rule("leases.of-a-session", "A lease belongs to its session; in another it is unknownLease.", "leases")
def of_a_session(bench: Bench) -> None:
    one, other = bench.session(), bench.session()
    lease = one.call("budget/reserve", tokens=10, holder="a")["leaseId"]
    other.refused("unknownLease", "budget/release", leaseId=lease)
    equal(one.status()["leased"], 10, "leased tokens")


@rule("leases.renew", "budget/renew lets a lease expire ttlMs from now; its tokens stay reserved.", "leases")
def renewed(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=10, holder="a", ttlMs=MINUTE)
    later = session.call("budget/renew", leaseId=lease["leaseId"], ttlMs=10 * MINUTE)
    moved = (moment(later["expiresAt"]) - moment(lease["expiresAt"])).total_seconds()
    expect(
        540 <= moved <= 540 + session.client.timeout,
        f"the time of expiry moved by {moved} s, not by 540 s or little more",
    )
    equal(later["available"], 7_490, "available")
    equal(session.status()["leases"][0]["expiresAt"], later["expiresAt"], "the time of expiry in budget/status")


@rule(
    "leases.expire",
    "A lease holds its tokens until expiresAt and not longer; settling it later says so, and is not refused.",
    "leases",
)
def expire(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=7_500, holder="a", ttlMs=SHORT_MS)
    revision = lease["revision"]
    expired(session, bench.timeout)
    status = session.status()
    equal(
        (status["leases"], status["available"], status["revision"]),
        ([], 7_500, revision),
        "leases, available, revision",
    )
    session.call("budget/reserve", tokens=7_500, holder="b")
    result = session.call("budget/settle", leaseId=lease["leaseId"], used=100)
    equal(
        (result["expired"], result["refunded"], result["available"]), (True, 7_400, 0), "expired, refunded, available"
    )


@rule(
    "leases.renew-expired", "A lease that has expired can be renewed if its tokens fit, else budgetExceeded.", "leases"
)
def renew_expired(bench: Bench) -> None:
    session = bench.session()
    lease = session.call("budget/reserve", tokens=5_000, holder="a", ttlMs=SHORT_MS)
    expired(session, bench.timeout)
    other = session.call("budget/reserve", tokens=5_000, holder="b")
    session.refused("budgetExceeded", "budget/renew", leaseId=lease["leaseId"])
    session.call("budget/release", leaseId=other["leaseId"])
    session.call("budget/renew", leaseId=lease["leaseId"])
    equal(session.status()["leased"], 5_000, "leased tokens")


@rule(
    "leases.phase",
    "A lease may name a phase that the session has, which then shows it; any other is unknownPhase {phase}.",
    "leases",
)
def of_a_phase(bench: Bench) -> None:
    session = bench.session()
    data = session.refused("unknownPhase", "budget/reserve", tokens=1, holder="a", phase=3)
    equal(data["phase"], 3, "the phase in the error")
    session.call(
        "budget/allocate", strategy="dynamic", phases=[{"phase": 3, "complexity": 1}, {"phase": 4, "complexity": 1}]
    )
    session.call("budget/reserve", tokens=70, holder="a", phase=3)
    session.call("budget/reserve", tokens=5, holder="b")
    status = session.status()
    equal({phase["phase"]: phase["leased"] for phase in status["phases"]}, {3: 70, 4: 0}, "leased tokens by phase")
    equal([lease["phase"] for lease in status["leases"]], [3, None], "the phases of the leases")


@rule("leases.closed", "Closing a session ends no lease: it is there when the session is resumed.", "leases")
def over_a_close(bench: Bench) -> None:
    session = bench.session()
    session.call("budget/reserve", tokens=70, holder="a")
    session.call("session/close")
    session.call("session/open")
    equal(session.status()["leased"], 70, "leased tokens")


@rule(
    "leases.concurrent",
    "Several servers that reserve at once on one session never exceed its budget, and fill it.",
    "leases",
)
def concurrent(bench: Bench) -> None:
    place = bench.place()
    first = bench.start(place)
    servers = [first]
    try:
        session = bench.new_session(first)
        session.open()
        servers += [bench.start(place) for _ in range(SERVERS - 1)]
        granted, refused = reserve_at_once(servers, session.id)
        status = session.status()
        equal(len(granted), status["budget"] // TOKENS, "the leases that were granted")
        equal(refused, SERVERS * EACH - len(granted), "the leases that were refused")
        equal(status["leased"], len(granted) * TOKENS, "leased tokens")
        equal(sorted(one["revision"] for one in granted), list(range(2, 2 + len(granted))), "the revisions, each once")
        equal({lease["leaseId"] for lease in status["leases"]}, {one["leaseId"] for one in granted}, "the leases")
        for one in servers:
            one.close()
    finally:
        for one in servers:
            one.kill()


def reserve_at_once(servers: list[Client], session_id: str) -> tuple[list[dict[str, Any]], int]:
    """Send all requests before any answer is taken: the results, and how many were refused."""
    params = {"sessionId": session_id, "tokens": TOKENS, "holder": "racer"}
    asked: list[tuple[Client, MessageId]] = [
        (server, server.send_request("budget/reserve", params)) for _ in range(EACH) for server in servers
    ]
    granted: list[dict[str, Any]] = []
    refused = 0
    for server, message_id in asked:
        answer = server.response(message_id)
        if "result" in answer:
            check_result("budget/reserve", answer["result"], additions=True)
            granted.append(answer["result"])
        else:
            check_error(answer["error"], "budget/reserve", additions=True)
            equal(answer["error"]["data"]["name"], "budgetExceeded", "the error of what does not fit")
            refused += 1
    return granted, refused
