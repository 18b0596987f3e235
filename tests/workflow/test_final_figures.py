"""A phase that is complete keeps its figures, whatever happens to its items and to the budget afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from support.session import Session

FINAL = ("allocated", "used", "peak", "overrun")


@pytest.fixture
def done(session: Session) -> dict[str, Any]:
    """The final figures of phase 1, which used 50 tokens more than its 1,200."""
    session.call("budget/allocate", strategy="fixed", scope="research-only", phases=[{"phase": 1, "agents": 4}])
    session.call("workflow/startPhase", phase=1)
    session.add(content="# Report\n\n" + "The gateway rotates tokens. " * 500)
    session.add("metadata", tokens=1_250)
    completed = session.call("workflow/completePhase", phase=1)
    return {"undo": completed["undo"], **final(session)}


def final(session: Session, number: int = 1) -> dict[str, Any]:
    """The figures of a phase that are final once it is complete; status and report agree on them."""
    phases = {phase["phase"]: phase for phase in session.status()["phases"]}
    (reported,) = [phase for phase in session.call("budget/report")["phases"] if phase["phase"] == number]
    figures = {name: phases[number][name] for name in FINAL}
    assert {name: reported[name] for name in FINAL} == figures
    return figures


def held(session: Session) -> int:
    """What phase 1 holds now."""
    retained: int = next(phase["retained"] for phase in session.status()["phases"] if phase["phase"] == 1)
    return retained


def test_they_are_those_of_the_completion(session: Session, done: dict[str, Any]) -> None:
    assert done["used"] == held(session)
    assert (done["allocated"], done["overrun"]) == (1_200, done["used"] - 1_200)
    assert done["peak"] > done["used"]


def test_allocating_what_remains_leaves_them(session: Session, done: dict[str, Any]) -> None:
    session.call("budget/allocate", strategy="dynamic", basis="remaining", phases=[{"phase": 2, "complexity": 1}])

    assert final(session) == {name: done[name] for name in FINAL}
    assert final(session, 2)["allocated"] == session.status()["available"]


def test_finished_phases_take_no_part_in_what_remains(session: Session, done: dict[str, Any]) -> None:
    phases = [{"phase": 1, "complexity": 1}, {"phase": 2, "complexity": 1}]
    given = session.call("budget/allocate", strategy="dynamic", basis="remaining", phases=phases)

    assert [row["phase"] for row in given["allocations"]] == [2]
    assert (given["finished"], given["total"]) == ([1], session.status()["available"])
    assert final(session)["allocated"] == done["allocated"]


def test_a_new_division_of_the_whole_says_what_it_does_not_change(session: Session, done: dict[str, Any]) -> None:
    given = session.call("budget/allocate", strategy="fixed", scope="full-implementation")

    assert given["finished"] == [1]
    assert final(session)["allocated"] == done["allocated"]
    assert final(session, 3)["allocated"] == 2_000


def test_what_is_pruned_restored_or_added_later_leaves_them(session: Session, done: dict[str, Any]) -> None:
    (reduced,) = session.items(state="reduced")
    session.call("context/restore", items=[reduced])
    session.add(tokens=6_000, phase=1)
    assert final(session) == {name: done[name] for name in FINAL}

    session.call("context/prune", target={"phase": 1})
    session.call("context/prune", target={"layer": "metadata"})
    assert held(session) < 100
    assert final(session) == {name: done[name] for name in FINAL}


def test_an_undo_of_the_completion_makes_them_current_again(session: Session, done: dict[str, Any]) -> None:
    session.call("context/undo", undo=done["undo"])
    assert final(session)["used"] == held(session) > done["used"]
    session.add(tokens=6_000, phase=1)
    assert final(session)["peak"] > done["peak"]


def test_an_undo_of_that_undo_makes_them_final_again(session: Session, done: dict[str, Any]) -> None:
    undone = session.call("context/undo", undo=done["undo"])
    session.call("context/undo", undo=undone["undo"])
    assert final(session) == {name: done[name] for name in FINAL}

    session.add("metadata", tokens=300, phase=1)
    assert final(session) == {name: done[name] for name in FINAL}


def test_a_phase_that_starts_again_has_current_figures(session: Session, done: dict[str, Any]) -> None:
    session.call("workflow/startPhase", phase=1, reopen=True)
    session.add("metadata", tokens=300)

    assert final(session)["used"] == held(session)
    assert final(session)["overrun"] > done["overrun"]
