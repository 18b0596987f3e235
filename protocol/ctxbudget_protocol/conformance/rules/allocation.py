"""Dividing the budget: exact parts, by the three strategies that need no past runs."""

from __future__ import annotations

from typing import Any

from ctxbudget_protocol.conformance.bench import Bench
from ctxbudget_protocol.conformance.rule import equal, rule
from ctxbudget_protocol.conformance.session import Session

DYNAMIC: tuple[tuple[int, tuple[float, ...], tuple[int, ...]], ...] = (
    (7_500, (3, 2), (4_500, 3_000)),
    (100, (1, 1, 1), (34, 33, 33)),
    (10, (1, 1, 1, 1, 1, 1, 1), (2, 2, 2, 1, 1, 1, 1)),
    (101, (0.1, 0.2, 0.7), (10, 20, 71)),
    (1_000, (0.1, 0.1, 0.1), (334, 333, 333)),
    (7, (5, 5, 5, 5), (2, 2, 2, 1)),
    (1, (1, 9), (0, 1)),
    (999_999_999, (1, 2, 3, 4), (100_000_000, 200_000_000, 300_000_000, 399_999_999)),
)
"""What is divided, complexities, parts by largest remainder: equal remainders favour the earlier phase."""

TEMPLATES: dict[str, tuple[dict[int, int], int]] = {
    "full-implementation": ({0: 500, 1: 900, 2: 800, 3: 2_000, 4: 400, 6: 300}, 2_600),
    "research-and-plan": ({0: 500, 1: 1_200, 2: 1_000}, 4_800),
    "research-only": ({0: 500, 1: 1_200}, 5_800),
    "debug-only": ({0: 500, 4: 400, 5: 1_500}, 5_100),
}
"""Parts and buffer by scope, at a budget of 7,500."""


def parts(result: dict[str, Any]) -> dict[int, int]:
    """Tokens by phase."""
    return {row["phase"]: row["tokens"] for row in result["allocations"]}


def adds_up(session: Session, result: dict[str, Any]) -> None:
    """The sums of an allocation, and that `budget/status` has the same."""
    equal(result["allocated"], sum(parts(result).values()), "allocated")
    equal(result["allocated"] + result["buffer"], result["total"], "allocated and buffer")
    equal([row["phase"] for row in result["allocations"]], sorted(parts(result)), "the order of the phases")
    status = session.status()
    for row in result["allocations"]:
        equal(row["ofBudget"], round(row["tokens"] / status["budget"], 6), "ofBudget")
    equal(status["buffer"], result["buffer"], "the buffer in budget/status")
    held = {row["phase"]: row["allocated"] for row in status["phases"]}
    equal({number: held.get(number) for number in parts(result)}, parts(result), "the phases in budget/status")


@rule(
    "allocation.dynamic",
    "dynamic divides by complexity with largest remainder: the parts sum to the total exactly.",
    "arithmetic",
)
def dynamic(bench: Bench) -> None:
    session = bench.session(contextWindow=1_000_000_000, targetShare=1)
    for total, weights, expected in DYNAMIC:
        phases = [
            {"phase": number, "name": f"p{number}", "complexity": weight} for number, weight in enumerate(weights)
        ]
        result = session.call("budget/allocate", strategy="dynamic", phases=phases, total=total)
        equal(
            tuple(parts(result)[number] for number in range(len(weights))),
            expected,
            f"the parts of {total} by {weights}",
        )
        equal(
            (result["buffer"], result["scope"], result["drawsOnBuffer"]), (0, None, []), "buffer, scope, drawsOnBuffer"
        )
        rows = [(row["name"], row["complexity"], row["complexityBasis"]) for row in result["allocations"]]
        equal(
            rows, [(f"p{number}", weight, "given") for number, weight in enumerate(weights)], "names and complexities"
        )
        adds_up(session, result)


@rule(
    "allocation.fixed",
    "fixed gives the figures of the scope's template, scaled to the total with largest remainder.",
    "allocation",
)
def fixed(bench: Bench) -> None:
    session = bench.session()
    for scope, (expected, buffer) in TEMPLATES.items():
        result = session.call("budget/allocate", strategy="fixed", scope=scope)
        equal((parts(result), result["buffer"], result["total"]), (expected, buffer, 7_500), f"the parts of {scope}")
        equal(result["scope"], scope, "the scope")
        adds_up(session, result)
    result = session.call("budget/allocate", strategy="fixed", scope="research-only", total=1_000)
    equal((parts(result), result["buffer"]), ({0: 67, 1: 160}, 773), "the parts of 1,000")
    agents = [{"phase": 1, "agents": 5}, {"phase": 9}]
    result = session.call("budget/allocate", strategy="fixed", scope="research-only", phases=agents)
    equal((parts(result), result["buffer"]), ({0: 500, 1: 1_500}, 5_500), "the parts with five agents")
    equal(result["drawsOnBuffer"], [9], "what draws on the buffer")
    too_many = [{"phase": 1, "agents": 50}]
    data = session.refused(
        "budgetExceeded", "budget/allocate", strategy="fixed", scope="research-only", phases=too_many
    )
    equal((data["requested"], data["available"]), (15_500, 7_500), "requested and available")


@rule(
    "allocation.reserve",
    "reserve divides into core phases, debugging (phase 5) and a buffer by the session's reserveShares.",
    "allocation",
)
def reserve(bench: Bench) -> None:
    session = bench.session()
    phases = [{"phase": 1, "complexity": 1}, {"phase": 2, "complexity": 2}]
    result = session.call("budget/allocate", strategy="reserve", phases=phases)
    equal((parts(result), result["buffer"]), ({1: 1_500, 2: 3_000, 5: 1_500}, 1_500), "the parts")
    adds_up(session, result)
    session.open(reserveShares={"core": 0.5, "debug": 0.25, "overflow": 0.25})
    result = session.call("budget/allocate", strategy="reserve", phases=[{"phase": 1}, {"phase": 3}], total=1_001)
    equal((parts(result), result["buffer"]), ({1: 155, 3: 346, 5: 250}, 250), "the parts without complexities")
    adds_up(session, result)


@rule(
    "allocation.remaining",
    "With basis remaining, what is divided is the total less retained and leased tokens.",
    "allocation",
)
def remaining(bench: Bench) -> None:
    session = bench.session()
    session.call("budget/reserve", tokens=2_500, holder="a")
    phases = [{"phase": 1, "complexity": 1}, {"phase": 2, "complexity": 1}]
    result = session.call("budget/allocate", strategy="dynamic", phases=phases, basis="remaining")
    equal((result["total"], parts(result)), (5_000, {1: 2_500, 2: 2_500}), "total and parts")
    session.call("budget/reserve", tokens=5_000, holder="b")
    data = session.refused("budgetExceeded", "budget/allocate", strategy="dynamic", phases=phases, basis="remaining")
    equal((data["available"], data["retryable"]), (0, True), "available and retryable")


@rule(
    "allocation.replaces",
    "An allocation replaces the one before; a phase that it leaves out keeps its name and draws on the buffer.",
    "allocation",
)
def replaces(bench: Bench) -> None:
    session = bench.session()
    session.call("budget/allocate", strategy="dynamic", phases=[{"phase": 1, "name": "one", "complexity": 1}])
    session.call("budget/allocate", strategy="dynamic", phases=[{"phase": 2, "name": "two", "complexity": 1}])
    rows = [(row["phase"], row["name"], row["allocated"], row["state"]) for row in session.status()["phases"]]
    equal(rows, [(1, "one", None, "planned"), (2, "two", 7_500, "planned")], "the phases")


@rule(
    "allocation.refuses",
    "A phase without the complexity that is needed, or listed twice, is invalidParams at its place; nothing changes.",
    "allocation",
)
def refuses(bench: Bench) -> None:
    session = bench.session()
    for wrong in ({"phase": 2}, {"phase": 2, "complexity": 0}, {"phase": 2, "complexity": -1}):
        phases = [{"phase": 1, "complexity": 1}, wrong]
        for strategy in ("dynamic", "reserve"):
            data = session.refused("invalidParams", "budget/allocate", strategy=strategy, phases=phases)
            equal(data["errors"][0]["loc"], ["phases", 1, "complexity"], f"the location of {wrong}")
            equal(data["phase"], 2, "the phase in the error")
    twice = [{"phase": 1, "complexity": 1}, {"number": 1, "complexity": 1}]
    data = session.refused("invalidParams", "budget/allocate", strategy="dynamic", phases=twice)
    equal(data["errors"][0]["loc"], ["phases", 1, "phase"], "the location of a phase that is listed twice")
    data = session.refused("invalidParams", "budget/allocate", strategy="dynamic")
    equal(data["errors"][0]["loc"], ["phases"], "the location of phases that are missing")
