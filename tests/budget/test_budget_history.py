"""Allocations learned from past runs, as sessions of a real server."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import Session, conforms, serve_command

KIT = Path(os.environ.get("CTXBUDGET_EVALUATION_KIT") or Path(__file__).parents[3] / "shared" / "eval")
PACK = KIT / "packs" / "f_workflows_dev.jsonl.gz"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    """A server whose workspace has no past runs yet."""
    with Client(serve_command(tmp_path), cwd=tmp_path, root=tmp_path) as client:
        yield client


def run(client: Client, name: str, used: Mapping[str, int], close: bool = True, **config: Any) -> Session:
    """A past run that used so many tokens in each of its phases."""
    session = Session(client, name)
    session.open(policy="minimal", **config)
    for number, (phase, tokens) in enumerate(used.items(), 1):
        session.call("workflow/startPhase", phase=number, name=phase)
        session.add(tokens=tokens)
        session.call("workflow/completePhase", phase=number)
    if close:
        session.call("session/close")
    return session


def allocate(session: Session, *names: str, **more: Any) -> dict[str, Any]:
    """An allocation by history among phases with these names."""
    phases = [{"phase": n, "name": name} for n, name in enumerate(names, 1)]
    return session.call("budget/allocate", strategy="history", phases=phases or None, **more)


def test_each_phase_gets_what_past_runs_used(client: Client) -> None:
    for n in range(4):
        run(client, f"past-{n}", {"research": 1_000 + n, "plan": 3_000 + n})
    session = Session(client, "now")
    session.open()
    given = allocate(session, "research", "plan", total=8_000)

    assert [row["past"] for row in given["allocations"]] == [
        {"runs": 4, "tokens": 1_003, "provenance": "reported", "basis": "history"},
        {"runs": 4, "tokens": 3_003, "provenance": "reported", "basis": "history"},
    ]
    assert [row["tokens"] for row in given["allocations"]] == [2_003, 5_997]
    assert given["history"] == {"quantile": 0.8, "measure": "used", "runs": 4}
    assert (given["buffer"], given["assumptions"]) == (0, [])
    assert [phase["allocated"] for phase in session.status()["phases"]] == [2_003, 5_997]


def test_a_lower_quantile_gives_lower_figures(client: Client) -> None:
    for n in range(9):
        run(client, f"past-{n}", {"research": 1_000 * (n + 1)})
    session = Session(client, "now")
    session.open()
    figures = [
        allocate(session, "research", quantile=quantile)["allocations"][0]["past"]["tokens"]
        for quantile in (0.1, 0.5, 1)
    ]

    assert figures == [1_000, 5_000, 9_000]


def test_with_few_runs_it_is_dynamic_and_says_so(client: Client) -> None:
    for n in range(2):
        run(client, f"past-{n}", {"research": 1_000, "plan": 9_000})
    session = Session(client, "now")
    session.open()
    phases = [{"phase": 1, "name": "research", "complexity": 3}, {"phase": 2, "name": "plan", "complexity": 2}]
    given = session.call("budget/allocate", strategy="history", phases=phases)
    dynamic = session.call("budget/allocate", strategy="dynamic", phases=phases)

    tokens = [[row["tokens"] for row in each["allocations"]] for each in (given, dynamic)]
    assert tokens[0] == tokens[1] == [4_500, 3_000]
    assert {row["past"]["basis"] for row in given["allocations"]} == {"complexity"}
    assert [row["past"]["runs"] for row in given["allocations"]] == [2, 2]
    (assumed,) = given["assumptions"]
    assert (assumed["code"], assumed["phases"]) == ("fewRuns", [1, 2])
    assert (dynamic["history"], dynamic["allocations"][0]["past"]) == (None, None)


def test_an_empty_workspace_divides_by_the_scope(client: Client) -> None:
    session = Session(client, "now")
    session.open(scope="research-only")
    given = allocate(session)

    assert {row["phase"]: row["tokens"] for row in given["allocations"]} == {0: 2_206, 1: 5_294}
    assert given["history"]["runs"] == 0


def test_only_finished_runs_of_the_scope_count(client: Client) -> None:
    for n in range(3):
        run(client, f"past-{n}", {"research": 1_000, "plan": 1_000}, close=n > 0, scope="research-and-plan")
        run(client, f"other-{n}", {"research": 9_000, "plan": 1_000}, scope="full-implementation")
    for n in range(3):
        begun = run(client, f"begun-{n}", {"research": 7_000}, close=False, scope="research-and-plan")
        begun.call("workflow/startPhase", phase=2, name="plan")
        given_up = run(client, f"given-up-{n}", {}, close=False, scope="research-and-plan")
        given_up.call("workflow/startPhase", phase=1, name="research")
        given_up.add(tokens=5_000)
        given_up.call("session/close")
    session = Session(client, "now")
    session.open(scope="research-and-plan")
    given = allocate(session, "research", "plan")

    assert given["history"]["runs"] == 3, "also one that was not closed, but whose phases are all complete"
    assert [row["tokens"] for row in given["allocations"]] == [3_750, 3_750]
    assert [
        row["past"]["tokens"]
        for row in allocate(session, "research", "plan", scope="full-implementation")["allocations"]
    ] == [9_000, 1_000]


def test_archived_runs_count_and_deleted_ones_do_not(client: Client) -> None:
    for n in range(3):
        run(client, f"past-{n}", {"research": 1_000}).call("session/archive")
    for n in range(3):
        run(client, f"gone-{n}", {"research": 9_000}).call("session/delete")
    session = Session(client, "now")
    session.open()

    assert allocate(session, "research")["allocations"][0]["past"] == {
        "runs": 3,
        "tokens": 1_000,
        "provenance": "reported",
        "basis": "history",
    }
    archived = client.request("session/history", {"state": "archived"})["runs"]
    assert [(one["sessionId"], one["finished"], one["used"]) for one in archived] == [
        (f"past-{n}", True, 1_000) for n in (2, 1, 0)
    ]


def test_the_peak_is_another_measure(client: Client) -> None:
    for n in range(3):
        session = Session(client, f"past-{n}")
        session.open(policy="aggressive")
        session.call("workflow/startPhase", phase=1, name="research")
        session.add("metadata", tokens=300)
        session.add(tokens=6_000)
        session.call("workflow/completePhase", phase=1)
        session.call("session/close")
    session = Session(client, "now")
    session.open()

    used, peak = (
        allocate(session, "research", measure=one)["allocations"][0]["past"]["tokens"] for one in ("used", "peak")
    )
    assert (used, peak) == (300, 6_300)


def test_runs_that_kept_nothing_are_judged_by_their_peaks(client: Client) -> None:
    for n in range(3):
        session = Session(client, f"past-{n}")
        session.open(policy="aggressive")
        for number, (name, tokens) in enumerate({"research": 3_000, "plan": 1_000}.items(), 1):
            session.call("workflow/startPhase", phase=number, name=name)
            session.add(tokens=tokens)
            session.call("workflow/completePhase", phase=number)
        session.call("session/close")
    session = Session(client, "now")
    session.open()
    given = allocate(session, "research", "plan", total=8_000)

    assert given["history"]["measure"] == "peak"
    assert [row["tokens"] for row in given["allocations"]] == [6_000, 2_000]
    kept = allocate(session, "research", "plan", total=8_000, measure="used")
    assert [row["tokens"] for row in kept["allocations"]] == [4_000, 4_000], "as was asked for: by their markers"


def test_scripts_that_only_name_phases_teach_once_their_session_is_over(client: Client) -> None:
    for n in range(4):
        session = Session(client, f"past-{n}")
        session.open()
        session.add("metadata", phase=1, tokens=3_000)
        session.add("metadata", phase=2, tokens=1_000)
        if n:
            session.call("session/close")
    session = Session(client, "now")
    session.open()
    given = session.call("budget/allocate", strategy="history", total=8_000)

    assert given["history"]["runs"] == 3
    assert {row["phase"]: row["tokens"] for row in given["allocations"]} == {1: 6_000, 2: 2_000}


def test_what_remains_is_divided_among_what_is_not_finished(client: Client) -> None:
    for n in range(3):
        run(client, f"past-{n}", {"research": 1_000, "plan": 1_000, "build": 3_000})
    session = run(client, "now", {"research": 500}, close=False)
    given = allocate(session, "research", "plan", "build", basis="remaining")

    assert given["finished"] == [1]
    assert {row["phase"]: row["tokens"] for row in given["allocations"]} == {2: 1_750, 3: 5_250}


def test_a_plan_can_be_divided_by_history(client: Client) -> None:
    for n in range(3):
        run(client, f"past-{n}", {"Research": 1_000, "Rollout": 3_000})
    session = Session(client, "now")
    session.open()
    plan = "# Plan\n\n## Phase 1: Research\n- [ ] a\n\n## Phase 2: Rollout\n- [ ] b\n\n## Phase 3: Cleanup\n- [ ] c\n"
    planned = session.call("workflow/plan", content=plan, strategy="history", total=12_000)

    assert [phase["allocated"] for phase in planned["phases"]] == [2_000, 6_000, 4_000]
    assert [phase["past"]["basis"] for phase in planned["phases"]] == ["history", "history", "complexity"]
    assert [one["code"] for one in planned["assumptions"] if one["phases"] == [3]] == ["fewRuns"]
    assert planned["history"]["runs"] == 3


@pytest.mark.parametrize(
    ("params", "loc"),
    [
        ({"strategy": "dynamic", "phases": [{"phase": 1, "complexity": 1}], "quantile": 0.5}, ["quantile"]),
        ({"strategy": "fixed", "measure": "peak"}, ["measure"]),
        ({"strategy": "history", "quantile": 0}, ["quantile"]),
        ({"strategy": "history", "quantile": 1.5}, ["quantile"]),
        ({"strategy": "history", "phases": [{"phase": 3, "complexity": -1}]}, ["phases", 0, "complexity"]),
    ],
)
def test_wrong_params_are_refused(client: Client, params: dict[str, Any], loc: list[Any]) -> None:
    session = Session(client, "now")
    session.open()
    error = session.error("budget/allocate", **params)

    assert (error["name"], error["errors"][0]["loc"]) == ("invalidParams", loc)


@pytest.mark.skipif(not PACK.exists(), reason="the evaluation kit is not here")
def test_recorded_workflows_overrun_less(client: Client) -> None:
    """The workflows of one repository as sessions; each phase of the last ones against what it came to."""
    repos: defaultdict[str, list[Counter[str]]] = defaultdict(list)
    with gzip.open(PACK, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            used: Counter[str] = Counter()
            for one in row["artifacts"]:
                used[one["phase"]] += one["tokens"]
            repos[row["repo"]].append(used)
    workflows = max((each for each in repos.values() if len(each) >= 10), key=len)
    learned, judged = workflows[:-6], workflows[-6:]
    for n, used in enumerate(learned):
        run(client, f"past-{n}", used)
    overruns: Counter[str] = Counter()
    for n, used in enumerate(judged):
        total, names = round(1.25 * sum(used.values())), list(used)
        session = Session(client, f"now-{n}")
        session.open()
        phases = [{"phase": i, "name": name, "complexity": 1} for i, name in enumerate(names, 1)]
        for strategy in ("fixed", "dynamic", "history"):
            given = client.request(
                "budget/allocate", {"sessionId": session.id, "strategy": strategy, "phases": phases, "total": total}
            )
            conforms("budget/allocate", given)
            parts = {row["phase"]: row["tokens"] for row in given["allocations"]}
            assert sum(parts.values()) + given["buffer"] == total
            overruns[strategy] += sum(used[name] > parts.get(i, 0) for i, name in enumerate(names, 1))

    assert overruns["history"] < overruns["dynamic"] < overruns["fixed"]
