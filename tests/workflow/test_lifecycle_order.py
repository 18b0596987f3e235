"""Phases and waves begin and end in order, or the answer says what stands in the way."""

from __future__ import annotations

import pytest
from support.session import Session


def test_the_debug_loop_goes_back_with_reopen(session: Session) -> None:
    for phase in (4, 5):
        session.call("workflow/startPhase", phase=phase)
        session.call("workflow/completePhase", phase=phase)

    assert session.error("workflow/startPhase", phase=4)["name"] == "phaseOrder"
    assert session.call("workflow/startPhase", phase=4, reopen=True)["state"] == "running"
    assert session.call("workflow/completePhase", phase=4)["state"] == "completed"


def test_a_lower_number_than_was_completed_needs_reopen(session: Session) -> None:
    session.call("workflow/startPhase", phase=3)
    session.call("workflow/completePhase", phase=3)

    assert session.error("workflow/startPhase", phase=1)["name"] == "phaseOrder"
    session.call("workflow/startPhase", phase=1, reopen=True)


def test_one_phase_runs_at_a_time(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)

    data = session.error("workflow/startPhase", phase=2)

    assert (data["name"], data["open"]) == ("phaseOrder", {"phases": [1], "waves": [], "leases": []})
    assert session.error("workflow/startPhase", phase=1)["name"] == "phaseOrder"


def test_completing_needs_a_running_phase(session: Session) -> None:
    assert session.error("workflow/completePhase", phase=9)["name"] == "unknownPhase"
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/completePhase", phase=1)

    data = session.error("workflow/completePhase", phase=1)

    assert (data["name"], data["state"]) == ("phaseOrder", "completed")


def test_open_waves_and_leases_stand_in_the_way_unless_forced(session: Session) -> None:
    session.call("workflow/startPhase", phase=3)
    session.call("workflow/startWave", phase=3, wave=1)
    lease = session.call("budget/reserve", tokens=100, holder="agent")["leaseId"]

    data = session.error("workflow/completePhase", phase=3)

    assert (data["name"], data["open"]) == ("phaseOrder", {"phases": [], "waves": [1], "leases": [lease]})
    assert session.call("workflow/completePhase", phase=3, force=True)["state"] == "completed"
    assert session.status()["phases"][0]["waves"][0]["state"] == "completed"


def test_a_phase_that_never_started_completes_if_forced(session: Session) -> None:
    session.add(tokens=5, phase=2)

    assert session.error("workflow/completePhase", phase=2)["state"] == "planned"
    assert session.call("workflow/completePhase", phase=2, force=True)["state"] == "completed"
    assert session.error("workflow/completePhase", phase=2, force=True)["name"] == "phaseOrder"
    assert session.error("workflow/completePhase", phase=3, force=True)["name"] == "unknownPhase"


def test_waves_belong_to_a_running_phase(session: Session) -> None:
    assert session.error("workflow/startWave", phase=3, wave=1)["name"] == "unknownPhase"
    session.call("workflow/startPhase", phase=3)
    assert session.error("workflow/completeWave", phase=3, wave=1)["name"] == "unknownPhase"
    session.call("workflow/startWave", phase=3, wave=1)
    assert session.error("workflow/startWave", phase=3, wave=1)["name"] == "phaseOrder"
    session.call("workflow/completeWave", phase=3, wave=1)
    assert session.error("workflow/startWave", phase=3, wave=1)["name"] == "phaseOrder"
    session.call("workflow/startWave", phase=3, wave=1, reopen=True)


def test_a_closed_session_refuses_writes_until_it_is_resumed(session: Session) -> None:
    item = session.add(content="kept for reading")
    session.call("session/close")

    assert session.error("context/add", items=[{"layer": "transient", "tokens": 1}])["name"] == "sessionClosed"
    assert session.call("context/get", itemId=item)["content"] == "kept for reading"
    assert session.call("session/open")["created"] is False
    session.add(tokens=1)


@pytest.mark.parametrize("phase", [-1, 1.5, "1", None, True])
def test_a_phase_is_a_whole_number(session: Session, phase: object) -> None:
    data = session.error("workflow/startPhase", phase=phase)

    assert data["name"] == "invalidParams"
    assert data["errors"][0]["loc"] == ["phase"]
