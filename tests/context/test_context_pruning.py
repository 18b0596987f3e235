"""A prune is a plan: shown first, carried out as shown, and taken back exactly."""

from __future__ import annotations

import pytest
from support.documents import REPORT
from support.session import Session


def stable(items: dict[str, dict]) -> dict[str, dict]:
    """Items without the revision of their last change, which is history."""
    return {key: {name: value for name, value in item.items() if name != "revision"} for key, item in items.items()}


def filled(session: Session) -> dict[str, str]:
    """A session with something of everything; ids by name."""
    return {
        "rules": session.add("permanent", content="Never push to main."),
        "pinned": session.add(content="The user said: keep this.", pinned=True),
        "report": session.add(content=REPORT, kind="report", phase=1),
        "figure": session.add(tokens=700, phase=1),
        "log": session.add(content="error: one\n" * 200, kind="log", phase=10),
        "metadata": session.add("metadata", content="Findings of phase 10.", phase=10),
    }


@pytest.mark.parametrize(
    "target", [{"phase": 1}, {"layer": "transient"}, {"workflow": True}, {"layer": "metadata"}, {"phase": 10}]
)
@pytest.mark.parametrize("policy", ["aggressive", "moderate", "minimal", None])
def test_the_dry_run_is_what_happens_and_undo_takes_it_back(session: Session, target: dict, policy: str | None) -> None:
    filled(session)
    before, status = session.items(), session.status()

    dry = session.call("context/prune", target=target, policy=policy, dryRun=True)
    assert (session.items(), session.status()) == (before, status)
    real = session.call("context/prune", target=target, policy=policy)

    assert real["plan"] == dry["plan"]
    assert real["saved"] == dry["saved"] == status["retained"] - real["status"]["retained"]
    assert dry["undo"] is None
    if real["undo"]:
        session.call("context/undo", undo=real["undo"])
    assert stable(session.items()) == stable(before)
    after = session.status()
    assert [after[name] for name in ("retained", "processed", "saved", "peak")] == [
        status[name] for name in ("retained", "processed", "saved", "peak")
    ]


def test_phase_1_never_matches_phase_10(session: Session) -> None:
    ids = filled(session)

    plan = session.call("context/prune", target={"phase": 1})["plan"]

    assert {row["id"] for row in plan} == {ids["report"], ids["figure"]}
    assert session.items()[ids["log"]]["state"] == "retained"


def test_pinned_and_permanent_items_are_kept_even_when_named(session: Session) -> None:
    ids = filled(session)

    plan = session.call("context/prune", target={"items": [ids["rules"], ids["pinned"]]}, policy="aggressive")["plan"]

    assert [(row["action"], row["reason"]) for row in plan] == [("kept", "permanent"), ("kept", "pinned")]
    assert session.items()[ids["pinned"]]["state"] == "retained"


def test_an_undo_can_be_undone_and_conflicts_name_their_items(session: Session) -> None:
    ids = filled(session)
    pruned = session.call("context/prune", target={"phase": 1})
    undone = session.call("context/undo", undo=pruned["undo"])
    assert set(undone["restored"]) == {ids["report"], ids["figure"]}

    session.call("context/undo", undo=undone["undo"])
    assert session.status()["retained"] == pruned["status"]["retained"]
    assert session.items()[ids["report"]]["state"] == "reduced"

    data = session.error("context/undo", undo=pruned["undo"])
    assert data["name"] == "conflict"
    assert {item["id"] for item in data["items"]} >= {ids["report"], ids["figure"]}


def test_undo_is_refused_whole_if_one_item_changed(session: Session) -> None:
    ids = filled(session)
    pruned = session.call("context/prune", target={"phase": 1})
    session.call("context/restore", items=[ids["figure"]])

    data = session.error("context/undo", undo=pruned["undo"])

    assert (data["name"], [item["id"] for item in data["items"]]) == ("conflict", [ids["figure"]])


def test_the_peak_is_history_that_an_undo_leaves_alone(session: Session) -> None:
    filled(session)
    peak = session.status()["peak"]
    pruned = session.call("context/prune", target={"workflow": True})
    session.call("context/undo", undo=pruned["undo"])

    assert session.status()["peak"] == peak


def test_restored_items_count_again_and_reuse_their_metadata(session: Session) -> None:
    ids = filled(session)
    first = session.call("context/prune", target={"items": [ids["report"]]})
    stand_in = first["plan"][0]["standIn"]
    restored = session.call("context/restore", items=[ids["report"]])
    assert restored["restored"] == first["plan"][0]["tokensBefore"]

    again = session.call("context/prune", target={"items": [ids["report"]]})

    assert (again["plan"][0]["standIn"], again["plan"][0]["tokensAfter"]) == (stand_in, 0)


def test_metadata_of_a_completed_phase_turns_into_its_marker_when_its_layer_is_pruned(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=2)
    item = session.add("metadata", tokens=300)
    session.call("workflow/completePhase", phase=2)

    plan = session.call("context/prune", target={"layer": "metadata"})["plan"]

    assert [(row["action"], row["reason"], row["tokensAfter"]) for row in plan] == [
        ("reduced", "superseded", 0),
        ("added", "marker", 6),
    ]
    assert plan[0]["id"] == item


@pytest.mark.parametrize(
    ("target", "name", "loc"),
    [
        ({"items": ["nothing"]}, "unknownItem", ["target", "items", 0]),
        ({"phase": 42}, "unknownPhase", ["target", "phase"]),
        ({"phase": 1, "wave": 7}, "unknownPhase", ["target", "wave"]),
        ({}, "invalidParams", ["target"]),
        ({"phase": 1, "workflow": True}, "invalidParams", ["target"]),
        ({"wave": 1}, "invalidParams", ["target", "phase"]),
        ({"wave": 1, "layer": "phase"}, "invalidParams", ["target"]),
        ({"phase": 1, "wave": 1, "layer": "phase"}, "invalidParams", ["target"]),
        ({"workflow": False}, "invalidParams", ["target", "workflow"]),
        ({"layer": "lower"}, "invalidParams", ["target", "layer"]),
    ],
)
def test_bad_targets_are_named(session: Session, target: dict, name: str, loc: list) -> None:
    filled(session)

    data = session.error("context/prune", target=target)

    assert (data["name"], data["errors"][0]["loc"]) == (name, loc)


def test_an_unknown_undo_is_named(session: Session) -> None:
    assert session.error("context/undo", undo="u-never")["name"] == "unknownUndo"
