"""A marker is all that remains of its phase or wave; it is removed when that is no longer true."""

from __future__ import annotations

import pytest
from support.documents import REPORT
from support.session import Session

from ctxbudget_protocol.fields import MAX_PHASE
from ctxbudget_server.account.counter import Counter
from ctxbudget_server.rules.markers import MAX_TOKENS, marker_text


def markers(session: Session) -> list[str]:
    """The titles of the retained markers."""
    return [item["title"] for item in session.items(state="retained").values() if item["marker"]]


def emptied_phase(session: Session, number: int = 1) -> str:
    """A phase whose only item, a token figure, was pruned when it completed; the item's id."""
    session.call("workflow/startPhase", phase=number)
    item = session.add(tokens=100)
    session.call("workflow/completePhase", phase=number)
    assert markers(session) == [f"Phase {number}: complete ✓"]
    return item


@pytest.mark.parametrize("model", [None, "gpt-4", "claude-opus-4-8", "claude-3-opus", "gemini-3-pro"])
def test_no_marker_is_larger_than_its_bound(model: str | None) -> None:
    counter = Counter(model)
    for number in (0, 7, MAX_PHASE):
        for text in (marker_text(number, None), marker_text(number, number)):
            assert counter.figure(text, lambda: None).tokens <= MAX_TOKENS


def test_metadata_that_comes_late_takes_the_marker_s_place(session: Session) -> None:
    item = emptied_phase(session)

    result = session.call("context/add", items=[{"tokens": 20, "reduces": [item]}])

    assert markers(session) == []
    assert result["status"]["retained"] == 20


def test_a_restored_item_takes_the_marker_s_place(session: Session) -> None:
    item = emptied_phase(session)

    session.call("context/restore", items=[item])

    assert (markers(session), session.retained()) == ([], 100)


def test_a_phase_that_runs_again_is_not_complete(session: Session) -> None:
    emptied_phase(session, 4)

    session.call("workflow/startPhase", phase=4, reopen=True)

    assert (markers(session), session.retained()) == ([], 0)
    session.call("workflow/completePhase", phase=4)


def test_no_marker_beside_what_is_pinned(session: Session) -> None:
    session.open(policy="aggressive", metadataHorizon=1)
    session.call("workflow/startPhase", phase=1)
    pinned = session.add("metadata", tokens=50, pinned=True)
    session.add("metadata", tokens=30)
    session.call("workflow/completePhase", phase=1)
    session.call("workflow/startPhase", phase=2)
    session.call("workflow/completePhase", phase=2)

    assert list(session.items(state="retained")) == [pinned]


def test_a_phase_s_marker_replaces_those_of_its_waves(session: Session) -> None:
    session.call("workflow/startPhase", phase=2)
    for wave in (1, 2):
        session.call("workflow/startWave", phase=2, wave=wave)
        session.add(tokens=100, phase=2, wave=wave)
        session.call("workflow/completeWave", phase=2, wave=wave)
    assert markers(session) == ["Wave 1: complete ✓", "Wave 2: complete ✓"]

    session.call("workflow/completePhase", phase=2)

    assert (markers(session), session.retained()) == (["Phase 2: complete ✓"], 6)


def test_a_wave_that_runs_again_is_not_complete(session: Session) -> None:
    session.call("workflow/startPhase", phase=2)
    session.call("workflow/startWave", phase=2, wave=1)
    session.add(tokens=100, phase=2, wave=1)
    session.call("workflow/completeWave", phase=2, wave=1)

    session.call("workflow/startWave", phase=2, wave=1, reopen=True)

    assert markers(session) == []


def test_undoing_a_prune_that_left_a_marker_takes_the_marker_along(session: Session) -> None:
    session.open(policy="aggressive", metadataHorizon=1)
    for number in (1, 2):
        session.call("workflow/startPhase", phase=number)
        session.add(content=REPORT, kind="report")
        done = session.call("workflow/completePhase", phase=number)
    assert markers(session) == ["Phase 1: complete ✓"]

    session.call("context/undo", undo=done["undo"])

    assert markers(session) == []
    assert not session.error("context/undo", undo=done["undo"])["retryable"]


def test_an_undo_brings_no_marker_back_beside_what_was_added_since(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.add(tokens=100)
    completed = session.call("workflow/completePhase", phase=1)
    undone = session.call("context/undo", undo=completed["undo"])
    session.add(tokens=70, phase=1)

    session.call("context/undo", undo=undone["undo"])

    assert (markers(session), session.retained()) == ([], 70)
