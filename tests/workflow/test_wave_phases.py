"""A wave that is named without its phase is one of the running phase; with no running phase, `phase` is asked for."""

from __future__ import annotations

import pytest
from support.session import Session

STEPS = ("workflow/startWave", "workflow/completeWave")


def test_a_wave_starts_takes_items_is_listed_pruned_and_completed_in_the_running_phase(session: Session) -> None:
    session.open(policy="minimal")
    elsewhere = session.add("phase", tokens=5, phase=1, wave=1)
    session.call("workflow/startPhase", phase=2)

    started = session.call("workflow/startWave", wave=1)
    item = session.add("phase", tokens=7, wave=1)
    kept = session.add("permanent", tokens=3, wave=1)
    listed = session.call("context/list", wave=1)
    shown = session.call("context/prune", target={"wave": 1}, policy="aggressive", dryRun=True)
    session.call("context/prune", target={"wave": 1}, policy="aggressive")
    completed = session.call("workflow/completeWave", wave=1)

    assert [(step["phase"], step["wave"], step["state"]) for step in (started, completed)] == [
        (2, 1, "running"),
        (2, 1, "completed"),
    ]
    assert [(one["id"], one["phase"]) for one in listed["items"]] == [(item, 2), (kept, 2)]
    assert {row["id"] for row in shown["plan"]} == {item, kept}
    assert session.items()[elsewhere]["state"] == "retained"
    assert session.items()[item]["state"] != "retained"


def test_an_item_moves_to_a_wave_of_its_own_phase_or_of_the_running_one(session: Session) -> None:
    of_one, of_none = session.add(tokens=1, phase=1), session.add("permanent", tokens=1)
    session.call("workflow/startPhase", phase=2)

    moved = [session.call("context/update", itemId=item, wave=4)["item"] for item in (of_one, of_none)]

    assert [(item["phase"], item["wave"]) for item in moved] == [(1, 4), (2, 4)]


@pytest.mark.parametrize(
    ("method", "params", "loc"),
    [
        *((step, {"wave": 1}, ["phase"]) for step in STEPS),
        ("context/add", {"items": [{"layer": "phase", "tokens": 1, "wave": 1}]}, ["items", 0, "phase"]),
        ("context/list", {"wave": 1}, ["phase"]),
        ("context/prune", {"target": {"wave": 1}}, ["target", "phase"]),
        ("context/prune", {"target": {"wave": 1}, "dryRun": True}, ["target", "phase"]),
    ],
)
def test_without_a_running_phase_the_phase_is_asked_for(
    session: Session, method: str, params: dict[str, object], loc: list[object]
) -> None:
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/startWave", phase=1, wave=1)
    session.call("workflow/completePhase", phase=1, force=True)
    before = session.status()["revision"]

    data = session.error(method, **params)

    assert (data["name"], data["errors"][0]["loc"]) == ("invalidParams", loc)
    assert "while no phase is running" in data["errors"][0]["msg"]
    assert session.status()["revision"] == before


def test_nor_does_an_item_of_no_phase_move_to_a_wave_then(session: Session) -> None:
    item = session.add("permanent", tokens=1)

    for params in ({"wave": 1}, {"wave": 1, "phase": None}):
        assert session.error("context/update", itemId=item, **params)["errors"][0]["loc"] == ["phase"]
    assert session.items()[item]["wave"] is None
