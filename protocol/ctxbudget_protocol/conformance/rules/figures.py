"""The figures of `budget/status`: how they hang together, whatever the account holds."""

from __future__ import annotations

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, rule
from ctxbudget_protocol.conformance.session import Session

THRESHOLDS: tuple[tuple[dict[str, float], int, int], ...] = (
    ({"warn": 0.75, "critical": 0.95}, 5_625, 7_125),
    ({"warn": 0.7501, "critical": 0.9999}, 5_626, 7_500),
    ({"warn": 0.07, "critical": 0.29}, 525, 2_175),
    ({"warn": 1_000, "critical": 1_000.5}, 1_000, 1_001),
    ({"warn": 1, "critical": 1}, 7_500, 7_500),
)
"""Settings of thresholds, and what they are in tokens at a budget of 7,500."""


def hang_together(session: Session) -> None:
    """What is true of every status."""
    status = session.status()
    equal(status["saved"], status["processed"] - status["retained"], "saved")
    equal(status["available"], status["budget"] - status["retained"] - status["leased"], "available")
    equal(status["leased"], sum(lease["tokens"] for lease in status["leases"]), "leased")
    equal(status["ofWindow"], round(status["retained"] / status["window"], 6), "ofWindow")
    share = round(status["retained"] / status["budget"], 6) if status["budget"] else 0
    equal(status["ofBudget"], share, "ofBudget")
    equal([row["layer"] for row in status["layers"]], ["permanent", "phase", "metadata", "transient"], "the layers")
    equal(status["retained"], sum(row["retained"] for row in status["layers"]), "retained, as the sum of the layers")
    equal([row["phase"] for row in status["phases"]], sorted(row["phase"] for row in status["phases"]), "the phases")


@rule(
    "figures.sums",
    "retained = processed - saved, available = budget - retained - leased, and shares have six decimals.",
    "status",
)
def sums(bench: Bench) -> None:
    session = bench.session(contextWindow=33_333, targetShare=0.31)
    hang_together(session)
    session.call("budget/allocate", strategy="fixed", scope="full-implementation")
    lease = session.call("budget/reserve", tokens=777, holder="a", phase=1)
    hang_together(session)
    session.call("budget/settle", leaseId=lease["leaseId"], used=1_000)
    hang_together(session)
    session.call("session/close")
    hang_together(session)


@rule(
    "figures.thresholds",
    "warnAt and criticalAt are ceil(budget x share), or ceil of the figure itself above 1.",
    "status",
)
def thresholds(bench: Bench) -> None:
    session = bench.session()
    for settings, warn_at, critical_at in THRESHOLDS:
        session.open(thresholds=settings)
        status = session.status()
        equal((status["warnAt"], status["criticalAt"]), (warn_at, critical_at), f"warnAt and criticalAt of {settings}")


@rule("figures.ceilings", "A layer's ceiling is floor(window x share); transient has none.", "status")
def ceilings(bench: Bench) -> None:
    session = bench.session()
    found = {row["layer"]: row["ceiling"] for row in session.status()["layers"]}
    equal(found, {"permanent": 1_000, "phase": 3_000, "metadata": 1_500, "transient": None}, "the ceilings")
    session.open(contextWindow=999, layerCeilings={"permanent": 0.29})
    found = {row["layer"]: row["ceiling"] for row in session.status()["layers"]}
    equal(found, {"permanent": 289, "phase": 119, "metadata": 59, "transient": None}, "the ceilings")


@rule(
    "figures.unopened",
    "The default session can be read before anyone has opened it: it is empty, at revision 0.",
    "status",
)
def unopened(bench: Bench) -> None:
    with bench.start() as client:
        status = client.request("budget/status")
        found = [status[name] for name in ("sessionId", "revision", "retained", "peak", "processed", "saved", "leased")]
        equal(found, ["default", 0, 0, 0, 0, 0, 0], "the account of nobody")
        equal(client.request("session/list")["sessions"], [], "the sessions: reading creates none")


@rule("figures.reads", "Reading changes nothing: the same status twice, and no revision.", "status")
def reads(bench: Bench) -> None:
    session = bench.session()
    session.call("budget/reserve", tokens=5, holder="a")
    before = session.status()
    session.call("session/list")
    equal(session.status(), before, "the status")
