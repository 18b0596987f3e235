"""Phases and waves, news for those who watch, long work that is cancelled, and exports."""

from __future__ import annotations

import time
from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.client import call, frame
from ctxbudget_protocol.conformance.rule import NotJudgedError, equal, expect, rule
from ctxbudget_protocol.conformance.rules.accounts import add, agrees
from ctxbudget_protocol.conformance.rules.cancelling import cancelled
from ctxbudget_protocol.conformance.schema import check, definitions
from ctxbudget_protocol.conformance.session import Session, advertised

PHASES = ("workflow/startPhase", "workflow/completePhase", "workflow/startWave", "workflow/completeWave")
LONG_BYTES = 12 * 1024 * 1024
STOPS_WITHIN = 5.0
"""Seconds from a cancellation to its answer."""


@rule(
    "workflow.order",
    "A phase is completed after it was started, and with nothing open, unless forced: else phaseOrder {open}.",
    "what-full-adds",
    level="full",
    needs=PHASES,
)
def order(bench: Bench) -> None:
    session = bench.session()
    session.refused("unknownPhase", "workflow/completePhase", phase=1)
    session.call("workflow/startPhase", phase=1, name="research")
    equal(session.status()["phase"], 1, "the running phase")
    session.call("workflow/startWave", phase=1, wave=1)
    lease = session.call("budget/reserve", tokens=10, holder="a")
    data = session.refused("phaseOrder", "workflow/completePhase", phase=1)
    found = sorted(name for name, each in data["open"].items() if each)
    equal((data["phase"], found), (1, ["leases", "waves"]), "phase, and what is open")
    session.call("budget/settle", leaseId=lease["leaseId"], used=5)
    session.call("workflow/completeWave", phase=1, wave=1)
    session.call("workflow/completePhase", phase=1)
    session.refused("phaseOrder", "workflow/completePhase", phase=1)
    session.refused("phaseOrder", "workflow/startPhase", phase=1)
    session.call("workflow/startPhase", phase=1, reopen=True)
    session.call("workflow/startWave", phase=1, wave=2)
    session.call("workflow/completePhase", phase=1, force=True)
    equal([row["state"] for row in session.status()["phases"]], ["completed"], "the state of the phase")


@rule(
    "workflow.prunes",
    "With the policy aggressive, completing a phase reduces what only it needed; the account agrees with the plan.",
    "what-full-adds",
    level="full",
    needs=(*PHASES, "context/add", "context/list"),
)
def prunes(bench: Bench) -> None:
    session = bench.session(policy="aggressive", markers=False)
    session.call("workflow/startPhase", phase=1)
    add(session, "permanent", tokens=500)
    report = add(session, tokens=5_000, kind="report")
    add(session, "metadata", tokens=300, reduces=[report])
    add(session, "phase", tokens=700)
    result = session.call("workflow/completePhase", phase=1)
    status = agrees(session)
    equal(status["retained"], 800, "retained: what is permanent, and the metadata")
    equal(result["saved"], 700, "saved by the completion")
    equal((status["peak"], status["processed"]), (5_500, 6_200), "peak and processed")


@rule(
    "news.watched",
    "A connection that watches a session is told of changes and alerts, also of those by another server.",
    "what-full-adds",
    level="full",
    needs=("context/add", "budget/didChange", "budget/alert"),
)
def watched(bench: Bench) -> None:
    place = bench.place()
    news = ("budget/didChange", "budget/alert")
    with bench.start(place, ignore=news) as watcher, bench.start(place) as writer:
        here = bench.new_session(watcher)
        here.call("session/open", watch=True)
        there = Session(writer, here.id)
        revision = 0
        for tokens in (100, 6_000):
            revision = there.call("context/add", items=[{"layer": "transient", "tokens": tokens}])["revision"]
        change: dict[str, Any] = {"revision": 0}
        while change["revision"] < revision:
            change = watcher.notification("budget/didChange")
            check(definitions()["DidChange"], change, "the params of budget/didChange", additions=here.additions)
            equal(change["sessionId"], here.id, "the session")
        equal(change["status"]["retained"], 6_100, "retained")
        alert = watcher.notification("budget/alert")
        check(definitions()["AlertNote"], alert, "the params of budget/alert", additions=here.additions)
        equal((alert["sessionId"], alert["level"]), (here.id, "warn"), "session and level of the alert")


@rule(
    "cancelling.long",
    "Long work that is cancelled is answered with requestCancelled within five seconds.",
    "what-full-adds",
    level="full",
    needs=("tokens/count",),
)
def long(bench: Bench) -> None:
    size = min(LONG_BYTES, advertised(bench.server)["limits"]["maxDocumentBytes"])
    text = ("Some words, and 1234567 figures; then more. " * (size // 44))[:size]
    bench.server.request("tokens/count", {"texts": ["loaded"]})
    body = frame(call("long", "tokens/count", {"texts": [text]}))
    bench.server.expect_answer("long", "tokens/count")
    bench.server.send_untraced(body + cancelled("long"))
    began = time.monotonic()
    answer = bench.server.response("long")
    took = time.monotonic() - began
    if "result" in answer and took < 1:
        raise NotJudgedError(f"the server counts {size} bytes in {took:.1f} s")
    expect("error" in answer, "it was not cancelled")
    equal(answer["error"]["data"]["name"], "requestCancelled", "the error")
    expect(took < STOPS_WITHIN, f"the answer took {took:.1f} s")


@rule(
    "exports.round-trip",
    "What was exported can be imported with the same figures; a line that was changed is invalidExport {line}.",
    "what-full-adds",
    level="full",
    needs=("session/export", "session/import", "session/delete", "context/add", "context/list"),
)
def round_trip(bench: Bench) -> None:
    session = bench.session()
    add(session, content="Something to keep.\n")
    add(session, tokens=100)
    before = agrees(session)
    lines = session.call("session/export", content=True)["lines"]
    error = bench.server.request_error("session/import", {"lines": lines})
    equal(error["data"]["name"], "sessionExists", "the error of a session that is there")
    session.call("session/delete")
    for at, line in enumerate(lines):
        spoilt = [*lines[:at], line.replace("context/add", "context/odd", 1), *lines[at + 1 :]]
        if spoilt != lines:
            error = bench.server.request_error("session/import", {"lines": spoilt})
            equal(error["data"]["name"], "invalidExport", f"the error of line {at + 1}")
    bench.server.request("session/import", {"lines": lines})
    after = session.status()
    for name in ("retained", "processed", "saved", "peak", "revision"):
        equal(after[name], before[name], f"{name} after the import")
