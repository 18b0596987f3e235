"""Sessions: opened, configured, closed, listed, deleted, and never lost."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, expect, rule
from ctxbudget_protocol.conformance.session import Session
from ctxbudget_protocol.methods.session.open import Config

BUDGETS = (
    (25_000, 0.29, 7_250), (25_000, 0.3, 7_500), (1_000_000, 0.07, 70_000), (100, 0.57, 57), (100, 0.58, 58),
    (3, 0.7, 2), (200_000, 0.1234567, 24_691), (1_000_000_000, 1, 1_000_000_000), (1_000, 0.289, 289),
)  # fmt: skip
"""Window, share, floor(window x share) in decimal."""


@rule(
    "sessions.open",
    "session/open creates a session at revision 1, and finds it again without a new revision.",
    "sessions",
)
def opened(bench: Bench) -> None:
    session = bench.new_session(bench.server)
    first = session.call("session/open")
    equal((first["created"], first["state"], first["revision"]), (True, "open", 1), "created, state, revision")
    equal(first["sessionId"], session.id, "the id")
    again = session.call("session/open")
    equal((again["created"], again["state"], again["revision"]), (False, "open", 1), "created, state, revision again")
    equal(again["config"], first["config"], "the settings")


@rule("sessions.defaults", "A session has the contract's default settings, and a budget of 7,500.", "sessions")
def defaults(bench: Bench) -> None:
    first = bench.new_session(bench.server).call("session/open")
    equal(first["config"], Config().wire(), "the settings")
    equal(first["budget"], 7_500, "the budget")
    equal(first["windowSource"], "default", "where the window comes from")
    equal(first["effectivePolicy"], "aggressive", "the policy in force")


@rule(
    "sessions.settings",
    "Settings that are given change, others stay; null takes one back; each change is a revision.",
    "sessions",
)
def settings(bench: Bench) -> None:
    session = bench.session(contextWindow=100_000, keepFor=2)
    changed = session.open(targetShare=0.5)
    equal(changed["revision"], 2, "the revision after a change")
    equal((changed["config"]["contextWindow"], changed["config"]["keepFor"]), (100_000, 2), "what was not named")
    equal((changed["budget"], changed["windowSource"]), (50_000, "session"), "budget and source of the window")
    same = session.open(targetShare=0.5)
    equal(same["revision"], 2, "the revision when nothing changes")
    back = session.open(contextWindow=None)
    equal((back["config"]["contextWindow"], back["config"]["targetShare"]), (25_000, 0.5), "after null")
    equal(back["windowSource"], "default", "the source of the window after null")
    one = session.open(thresholds={"warn": 0.5})
    equal((one["config"]["thresholds"]["warn"], one["config"]["thresholds"]["critical"]), (0.5, 0.95), "one member")


@rule("sessions.budget", "The budget is floor(window x share), computed in decimal.", "arithmetic")
def budget(bench: Bench) -> None:
    session = bench.session()
    for window, share, expected in BUDGETS:
        found = session.open(contextWindow=window, targetShare=share)
        equal(found["budget"], expected, f"the budget of {window} x {share}")
        equal(session.status()["budget"], expected, f"the budget of {window} x {share} in budget/status")


@rule(
    "sessions.host", "What a host reports counts where the session sets nothing; null takes a report back.", "sessions"
)
def host(bench: Bench) -> None:
    session = bench.session()
    reported = session.call("session/open", host={"contextWindow": 200_000})
    equal((reported["budget"], reported["windowSource"]), (60_000, "host"), "budget and source of a reported window")
    equal(reported["host"], {"contextWindow": 200_000, "model": None}, "the report")
    own = session.open(contextWindow=50_000)
    equal((own["budget"], own["windowSource"]), (15_000, "session"), "budget and source of the session's own window")
    back = session.call("session/open", config={"contextWindow": None}, host={"contextWindow": None})
    equal((back["budget"], back["windowSource"]), (7_500, "default"), "budget and source after null")


@rule(
    "sessions.contradictions",
    "Settings that are valid one by one but not together are invalidParams, and change nothing.",
    "sessions",
)
def contradictions(bench: Bench) -> None:
    session = bench.session()
    wrong: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"contextWindow": 1}, ["config", "targetShare"]),
        ({"thresholds": {"warn": 0.9, "critical": 0.8}}, ["config", "thresholds", "warn"]),
        ({"reserveShares": {"core": 0.9}}, ["config", "reserveShares"]),
    )
    for config, place in wrong:
        data = session.refused("invalidParams", "session/open", config=config)
        equal([one["loc"] for one in data["errors"]], [place], f"the location of {config}")


@rule(
    "params.paths", "The path of a fault has the names of members and the positions in lists that lead to it.", "params"
)
def paths(bench: Bench) -> None:
    session = bench.session()
    one = {"phase": 1, "complexity": 1}
    wrong: tuple[tuple[str, dict[str, Any], list[str | int]], ...] = (
        ("session/open", {"config": {"unheardOf": 1}}, ["config", "unheardOf"]),
        ("session/open", {"config": {"thresholds": {"warn": "high"}}}, ["config", "thresholds", "warn"]),
        ("session/open", {"config": {"targetShare": 2}}, ["config", "targetShare"]),
        (
            "budget/allocate",
            {"strategy": "dynamic", "phases": [one, {**one, "unheardOf": 1}]},
            ["phases", 1, "unheardOf"],
        ),
        ("budget/allocate", {"strategy": "dynamic", "phases": [{"phase": 1, "number": 1}]}, ["phases", 0]),
        ("budget/allocate", {"strategy": "dynamic", "phases": [one, 5]}, ["phases", 1]),
        ("budget/reserve", {"tokens": 0, "holder": "a"}, ["tokens"]),
        ("budget/reserve", {"tokens": 1}, ["holder"]),
    )
    for method, params, place in wrong:
        data = session.refused("invalidParams", method, **params)
        equal([fault["loc"] for fault in data["errors"]], [place], f"the location of the fault of {params}")


@rule(
    "sessions.ids",
    "An id is 1 to 128 letters, digits and . _ : -; any other is invalidParams at sessionId.",
    "sessions",
)
def ids(bench: Bench) -> None:
    for session_id in ("a", "x" * 128, "A.b_c:d-9"):
        equal(Session(bench.server, session_id).call("session/open")["sessionId"], session_id, "the id")
    for session_id in ("", "x" * 129, "a b", "a/b", "\u00e9", "a\n"):
        error = bench.server.request_error("session/open", {"sessionId": session_id})
        equal(error["data"]["name"], "invalidParams", f"the error of the id {session_id!r}")
        equal([one["loc"] for one in error["data"]["errors"]], [["sessionId"]], "the location")


@rule("sessions.default", "Without sessionId, and with null, a request acts on the session named default.", "sessions")
def default(bench: Bench) -> None:
    for params in ({}, {"sessionId": None}):
        equal(bench.server.request("session/open", params)["sessionId"], "default", "the id")
        equal(bench.server.request("budget/status", params)["sessionId"], "default", "the id in budget/status")


@rule(
    "sessions.close",
    "A closed session refuses writes with sessionClosed, can still be read, and is resumed by session/open.",
    "sessions",
)
def closed(bench: Bench) -> None:
    session = bench.session()
    result = session.call("session/close")
    equal((result["state"], result["revision"]), ("closed", 2), "state and revision")
    equal(session.status()["state"], "closed", "the state in budget/status")
    for method, params in (("budget/reserve", {"tokens": 1, "holder": "a"}), ("session/close", {})):
        data = session.refused("sessionClosed", method, **params)
        equal(data["sessionId"], session.id, "the session in the error")
    again = session.call("session/open")
    equal((again["created"], again["state"], again["revision"]), (False, "open", 3), "after session/open")


@rule(
    "sessions.delete",
    "A deleted session is unknownSession, and begins at revision 1 when it is opened again.",
    "sessions",
)
def deleted(bench: Bench) -> None:
    session = bench.session(contextWindow=50_000)
    session.call("budget/reserve", tokens=10, holder="a")
    result = session.call("session/delete")
    equal((result["deleted"], result["revision"]), (True, 2), "deleted, and its last revision")
    for method, params in (
        ("budget/status", {}),
        ("session/delete", {}),
        ("budget/reserve", {"tokens": 1, "holder": "a"}),
    ):
        error = bench.server.request_error(method, {"sessionId": session.id, **params})
        equal(
            error["data"],
            {**error["data"], "name": "unknownSession", "sessionId": session.id},
            f"the error of {method}",
        )
    again = session.call("session/open")
    equal((again["created"], again["revision"], again["budget"]), (True, 1, 7_500), "after session/open")
    equal(session.status()["leased"], 0, "leased tokens after session/open")


@rule("sessions.list", "session/list has all sessions, oldest first, page by page, and filters by state.", "sessions")
def listed(bench: Bench) -> None:
    with bench.start() as client:
        sessions = [bench.new_session(client) for _ in range(5)]
        for session in sessions:
            session.call("session/open")
        sessions[1].call("session/close")
        everything = sessions[0].call("session/list")
        equal([row["sessionId"] for row in everything["sessions"]], [one.id for one in sessions], "the sessions")
        equal((everything["total"], everything["next"]), (5, None), "total and next")
        paged: list[str] = []
        after: Any = None
        for _ in range(4):
            page = sessions[0].call("session/list", limit=2, after=after)
            equal(page["total"], 5, "the total of a page")
            paged += [row["sessionId"] for row in page["sessions"]]
            after = page["next"]
            if after is None:
                break
        equal(paged, [one.id for one in sessions], "the sessions of all pages")
        shut = sessions[0].call("session/list", state="closed")
        equal(([row["sessionId"] for row in shut["sessions"]], shut["total"]), ([sessions[1].id], 1), "those closed")
        error = client.request_error("session/list", {"after": "nobody"})
        equal(error["data"]["name"], "unknownSession", "the error of an unknown session")
        rows = {row["sessionId"]: row for row in everything["sessions"]}
        for session in sessions:
            status = session.status()
            figures = {name: status[name] for name in rows[session.id]["status"]}
            equal(rows[session.id]["status"], figures, "the figures of a session in the list")
            equal(rows[session.id]["revision"], status["revision"], "its revision")


@rule(
    "sessions.shared",
    "Servers of one workspace share its sessions: what one has answered, the others see.",
    "durability",
)
def shared(bench: Bench) -> None:
    place = bench.place()
    with bench.start(place) as one, bench.start(place) as other:
        here = bench.new_session(one)
        there = Session(other, here.id)
        equal(here.open(contextWindow=10_000)["created"], True, "created")
        equal(there.open()["created"], False, "created, at the other server")
        lease = there.call("budget/reserve", tokens=100, holder="other")
        equal(here.status()["leased"], 100, "leased tokens, at the first server")
        here.call("budget/release", leaseId=lease["leaseId"])
        equal(there.status(), here.status(), "the account")


@rule("sessions.durable", "What has been answered is there after the server was killed.", "durability")
def durable(bench: Bench) -> None:
    place = bench.place()
    with bench.start(place, exit_code=None) as client:
        session = bench.new_session(client)
        session.open(contextWindow=80_000)
        leases = [session.call("budget/reserve", tokens=100, holder=f"h{n}")["leaseId"] for n in range(5)]
        before = session.status()
        client.kill()
    with bench.start(place) as client:
        again = Session(client, session.id)
        after = again.status()
        equal(after["revision"], before["revision"], "the revision")
        equal([lease["leaseId"] for lease in after["leases"]], leases, "the leases")
        equal(after["budget"], before["budget"], "the budget")
        fresh = again.call("budget/reserve", tokens=1, holder="new")
        expect(fresh["leaseId"] not in leases, "a lease's id is used again")


@rule("sessions.apart", "Workspaces are apart: a session of one is unknown in another.", "sessions")
def apart(bench: Bench) -> None:
    session = bench.session()
    with bench.start() as client:
        error = client.request_error("budget/status", {"sessionId": session.id})
        equal(error["data"]["name"], "unknownSession", "the error")
