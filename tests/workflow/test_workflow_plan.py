"""A plan in, a workflow with its budget out: over stdio, shown, applied and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.client import Client
from support.session import Session

PLAN = """\
# Plan: rate limits

## Phase 1: Store
- [x] table
- [ ] migration

## Phase 2: Limits
**Estimate**: 4 hours
**Depends on**: Phase 1
- [ ] bucket
- [ ] headers
- [ ] load test

## Phase 3: Docs
**Depends on**: Phase 1
- [ ] page
"""
HISTORY = ("revision", "peak", "notices")
"""What goes on although a change is undone."""


def account(session: Session) -> dict[str, Any]:
    """The account without what is history, and the settings."""
    status = session.status()
    opened = session.call("session/open")
    return {
        **{name: value for name, value in status.items() if name not in HISTORY},
        **{name: opened["config"][name] for name in ("scope", "policy")},
    }


def shares(answer: dict[str, Any]) -> list[int | None]:
    return [phase["allocated"] for phase in answer["phases"]]


def test_one_call_answers_the_list_before_starting(session: Session) -> None:
    answer = session.call("workflow/plan", content=PLAN)

    assert [(one["phase"], one["name"]) for one in answer["phases"]] == [(1, "Store"), (2, "Limits"), (3, "Docs")]
    assert [one["complexity"] for one in answer["phases"]] == [1.6, 2.3, 1.3]
    assert [one["complexityBasis"] for one in answer["phases"]] == ["computed"] * 3
    assert answer["phases"][1]["complexityFrom"] == "1 + 0.3 x 3 tasks + 0.1 x 4 hours"
    assert (answer["waves"], answer["wavesBasis"]) == ([[1], [2, 3]], "dependencies")
    assert [one["wave"] for one in answer["phases"]] == [1, 2, 2]
    assert (answer["scope"], answer["scopeBasis"]) == ("full-implementation", "read")
    assert (answer["strategy"], answer["strategyBasis"]) == ("dynamic", "default")
    assert (answer["policy"], answer["policyBasis"]) == ("moderate", "phases")
    assert shares(answer) == [2308, 3317, 1875]
    assert answer["buffer"] == 0
    assert answer["assumptions"] == []


def test_a_plan_is_not_called_table_of_contents(session: Session) -> None:
    content = "# Table of Contents\n\n- Phase 1\n\n# Limits for the gateway\n\n## Phase 1: Schema\n\n- [ ] write it\n"

    assert session.call("workflow/plan", content=content)["title"] == "Limits for the gateway"


def test_showing_a_plan_writes_nothing(session: Session) -> None:
    before = session.status()

    answer = session.call("workflow/plan", content=PLAN)

    assert (answer["applied"], answer["undo"], answer["revision"]) == (False, None, before["revision"])
    assert session.status() == before


def test_applying_a_plan_sets_up_its_phases(session: Session) -> None:
    before = session.status()["revision"]

    answer = session.call("workflow/plan", content=PLAN, apply=True)

    status = session.status()
    assert answer["revision"] == status["revision"] == before + 1
    assert [(one["phase"], one["name"], one["state"], one["allocated"]) for one in status["phases"]] == [
        (1, "Store", "planned", 2308), (2, "Limits", "planned", 3317), (3, "Docs", "planned", 1875),
    ]  # fmt: skip
    assert status["policy"] == "moderate"
    assert session.call("session/open")["config"]["scope"] == "full-implementation"


def test_the_undo_of_a_plan_leaves_nothing_of_it(session: Session) -> None:
    session.call("workflow/startPhase", phase=0, name="location")
    session.call("budget/allocate", strategy="fixed", scope="research-only")
    before = account(session)
    applied = session.call("workflow/plan", content=PLAN, apply=True, firstPhase=10)
    after = account(session)
    assert applied["assumptions"][0]["code"] == "replacesAllocation"

    undone = session.call("context/undo", undo=applied["undo"])

    assert undone["phases"] == [0, 1, 10, 11, 12]
    assert account(session) == before
    session.call("context/undo", undo=undone["undo"])
    assert account(session) == after


def test_a_phase_in_use_is_not_undone(session: Session) -> None:
    applied = session.call("workflow/plan", content=PLAN, apply=True)
    session.add(content="The store is a table.", phase=2)

    refused = session.error("context/undo", undo=applied["undo"])

    assert refused["name"] == "conflict"
    assert refused["phases"] == [{"phase": 2, "state": "planned"}]


def test_the_same_key_applies_once(session: Session) -> None:
    first = session.call("workflow/plan", content=PLAN, apply=True, requestKey="plan-1")
    again = session.call("workflow/plan", content=PLAN, apply=True, requestKey="plan-1")

    assert again == first
    assert session.status()["revision"] == first["revision"]


def test_the_same_plan_again_changes_nothing(session: Session) -> None:
    session.call("workflow/plan", content=PLAN, apply=True)
    before = account(session)

    again = session.call("workflow/plan", content=PLAN, apply=True)

    assert (again["applied"], again["undo"]) == (True, None)
    assert [one["state"] for one in again["phases"]] == ["planned"] * 3
    assert account(session) == before


def test_a_plan_that_grows_adds_what_is_new(session: Session) -> None:
    session.call("workflow/plan", content=PLAN, apply=True)

    grown = session.call("workflow/plan", content=PLAN + "\n## Phase 4: Release\n- [ ] tag\n", apply=True)

    assert [one["state"] for one in grown["phases"]] == ["planned", "planned", "planned", None]
    assert sum(shares(grown)) == 7500


@pytest.mark.parametrize("name", ["research", None])
def test_other_phases_of_the_session_are_not_overwritten(session: Session, name: str | None) -> None:
    session.call("workflow/startPhase", phase=1, name=name)

    refused = session.error("workflow/plan", content=PLAN, apply=True)

    assert refused["name"] == "conflict"
    assert refused["errors"][0]["loc"] == ["apply"]
    assert refused["phases"] == [{"phase": 1, "state": "running", "name": name, "planned": "Store"}]
    shown = session.call("workflow/plan", content=PLAN)
    assert [(one["code"], one["phases"]) for one in shown["assumptions"]] == [("phaseExists", [1])]
    renumbered = session.call("workflow/plan", content=PLAN, apply=True, firstPhase=10)
    assert [(one["phase"], one["number"], one["dependsOn"]) for one in renumbered["phases"]] == [
        (10, 1, []), (11, 2, [10]), (12, 3, [10]),
    ]  # fmt: skip


def test_a_description_has_the_phases_of_its_scope(session: Session) -> None:
    answer = session.call("workflow/plan", description="Implement JWT authentication for API endpoints")

    assert (answer["scope"], answer["strategy"]) == ("full-implementation", "fixed")
    assert [one["phase"] for one in answer["phases"]] == [0, 1, 2, 3, 4, 6]
    assert shares(answer) == [500, 900, 800, 2000, 400, 300]
    assert (answer["buffer"], answer["phases"][1]["agents"]) == (2600, 3)
    assert {one["complexityBasis"] for one in answer["phases"]} == {"template"}


def test_agents_of_a_description_count(session: Session) -> None:
    answer = session.call("workflow/plan", description="Research OAuth patterns with five agents")

    assert answer["scope"] == "research-only"
    assert [(one["phase"], one["agents"], one["allocated"]) for one in answer["phases"]] == [
        (0, None, 500),
        (1, 5, 1500),
    ]


def test_the_sessions_strategy_counts(session: Session) -> None:
    session.open(strategy="reserve")

    answer = session.call("workflow/plan", content=PLAN)

    assert (answer["strategy"], answer["strategyBasis"]) == ("reserve", "session")
    assert (sum(shares(answer)), answer["buffer"], answer["total"]) == (4500, 1500, 7500)
    assert answer["allocated"] == 6000


@pytest.mark.parametrize(
    ("plan", "code", "phases"),
    [
        ("# Plan\n\nWe grow beans.\n", "noPhases", []),
        ("## Phase 1: A\n- [ ] a\n## Phase 2: B\nProse.\n", "noEffort", [2]),
        ("## Phase 1: A\n- a\n## Phase 2: B\n- b\n- c\n", "entriesAsTasks", [1, 2]),
        ("## Phase 1: A\n- [ ] a\n## Phase 2: B\n- [ ] b\n", "noDependencies", []),
        ("## Phase A: A\n- [ ] a\n## Phase B: B\n- [ ] b\n", "numbers", [1, 2]),
        ("## Phase 1: A\nDepends on: Phase 2\n## Phase 2: B\nDepends on: Phase 1\n", "cycle", [1, 2]),
        ("## Phase 1: A\n**Complexity**: 3\n- [ ] a\n## Phase 2: B\n- [ ] b\n", "complexityIgnored", [1]),
        ("## Phase 1: A\n- [ ] a\n## Phase 2: B\n- [ ] b\n## Afterthoughts\n- [ ] c\n", "tasksOutside", []),
        ("## Phase 1: A\n## Phase 2: B\nDepends on: Phase 1\n## Phase 3: C\n", "dependenciesMissing", [3]),
    ],
)  # fmt: skip
def test_what_is_not_said_is_assumed_aloud(session: Session, plan: str, code: str, phases: list[int]) -> None:
    answer = session.call("workflow/plan", content=plan)

    assert (code, phases) in [(one["code"], one["phases"]) for one in answer["assumptions"]]


def test_a_plan_that_says_it_all_leaves_nothing_to_assume(session: Session) -> None:
    stated = "# Plan\n- **Scope**: research and plan\n\n" + "".join(
        f"## Phase {n}: P{n}\n**Complexity**: {n + 2}\n**Wave**: {n}\n**Agents**: {n}\n- [ ] a\n" for n in (1, 2)
    )

    answer = session.call("workflow/plan", content=stated)

    assert (answer["scope"], answer["scopeBasis"], answer["wavesBasis"]) == ("research-and-plan", "stated", "stated")
    assert [(one["complexity"], one["complexityBasis"], one["agents"]) for one in answer["phases"]] == [
        (3, "stated", 1), (4, "stated", 2),
    ]  # fmt: skip
    assert answer["assumptions"] == []


def test_a_file_is_read_inside_the_workspace_only(session: Session, workspace: Path, tmp_path: Path) -> None:
    (workspace / "plan.md").write_text(PLAN, "utf-8")
    (tmp_path / "plan.md").write_text(PLAN, "utf-8")
    (workspace / "link.md").symlink_to(tmp_path / "plan.md")

    assert session.call("workflow/plan", path="plan.md")["phaseCount"] == 3
    for outside in (str(tmp_path / "plan.md"), "link.md", "../plan.md"):
        refused = session.error("workflow/plan", path=outside, apply=True)
        assert (refused["name"], refused["errors"][0]["loc"]) == ("pathNotAllowed", ["path"])
        refused = session.error("budget/allocate", strategy="dynamic", plan={"path": outside})
        assert (refused["name"], refused["errors"][0]["loc"]) == ("pathNotAllowed", ["plan", "path"])


def test_an_allocation_takes_a_plan_in_place_of_complexities(session: Session) -> None:
    item = session.add("metadata", content=PLAN, kind="plan")
    shown = session.call("workflow/plan", itemId=item)

    answer = session.call("budget/allocate", strategy="dynamic", plan={"itemId": item})

    assert [one["tokens"] for one in answer["allocations"]] == shares(shown)
    assert [(one["complexity"], one["complexityBasis"]) for one in answer["allocations"]] == [
        (1.6, "computed"), (2.3, "computed"), (1.3, "computed"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("params", "loc"),
    [
        ({"plan": {"content": "no phases"}}, ["plan", "content"]),
        ({"plan": {"content": PLAN}, "phases": [{"phase": 1, "complexity": 2}]}, ["phases"]),
        ({"plan": {}}, ["plan"]),
        ({"plan": {"content": PLAN, "path": "plan.md"}}, ["plan"]),
    ],
)
def test_an_allocation_refuses_what_is_no_plan(session: Session, params: dict[str, Any], loc: list[str]) -> None:
    refused = session.error("budget/allocate", strategy="dynamic", **params)

    assert refused["name"] == "invalidParams"
    assert refused["errors"][0]["loc"][: len(loc)] == loc


def test_unknown_items_and_high_numbers_are_refused(session: Session) -> None:
    assert session.error("workflow/plan", itemId="i1")["name"] == "unknownItem"
    assert session.error("budget/allocate", strategy="dynamic", plan={"itemId": "i1"})["errors"][0]["loc"] == [
        "plan", "itemId",
    ]  # fmt: skip
    assert session.error("workflow/plan", content=PLAN, firstPhase=9999)["errors"][0]["loc"] == ["firstPhase"]
    assert session.error("workflow/plan")["name"] == "invalidParams"


PHASES = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 80), st.lists(st.integers(1, 8), max_size=2)), max_size=9)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    phases=PHASES,
    strategy=st.sampled_from([None, "fixed", "dynamic", "reserve"]),
    total=st.none() | st.integers(1, 100_000),
    first=st.none() | st.integers(0, 50),
)
def test_shares_sum_to_the_total_and_an_undo_restores_everything(
    client: Client, phases: list[Any], strategy: str | None, total: int | None, first: int | None
) -> None:
    text = "# Plan\n\n" + "".join(
        f"## Phase {n}: Part {n}\n**Estimate**: {hours} hours\n**Depends on**: {', '.join(map(str, needs)) or 'none'}\n"
        + "- [ ] task\n" * tasks
        for n, (tasks, hours, needs) in enumerate(phases, 1)
    )
    session = Session(client, "planned")
    session.open()
    client.request("session/delete", {"sessionId": session.id})
    session.open()
    before = account(session)
    chosen = {"strategy": strategy, "total": total, "firstPhase": first}

    answer = session.call(
        "workflow/plan", content=text, apply=True, **{k: v for k, v in chosen.items() if v is not None}
    )

    given_out = sum(one["allocated"] or 0 for one in session.status()["phases"])
    assert given_out == answer["allocated"]
    assert answer["allocated"] + answer["buffer"] == answer["total"] == (total or answer["budget"])
    assert sorted(phase for wave in answer["waves"] for phase in wave) == [one["phase"] for one in answer["phases"]]
    session.call("context/undo", undo=answer["undo"])
    assert account(session) == before
