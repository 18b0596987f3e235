"""What `budget/status` says to do: possible, counted once, and nothing only if no limit is breached."""

from __future__ import annotations

from typing import Any

import pytest
from support.session import Session


@pytest.fixture(autouse=True)
def known_window(session: Session) -> None:
    session.open(contextWindow=25_000)


def text(session: Session) -> str:
    """The advice."""
    return session.status()["advice"]["text"]


def actions(session: Session) -> list[dict[str, Any]]:
    """The requests that it proposes."""
    return session.status()["advice"]["actions"]


def codes(session: Session) -> list[str]:
    """What is wrong."""
    return [diagnosis["code"] for diagnosis in session.status()["diagnoses"]]


def send(session: Session, action: dict[str, Any]) -> int:
    """Send what is proposed; the tokens that it freed."""
    before = session.retained()
    session.client.request(action["method"], action["params"])
    return before - session.retained()


def test_a_prune_of_pinned_items_is_not_advised(session: Session) -> None:
    session.add(tokens=7_300, pinned=True)

    assert text(session) == (
        "Critical: 7,300 of 7,500 budget tokens are in use, 200 left. Nothing more that is finished can be pruned: "
        "7,300 tokens are pinned. Unpin what is no longer needed (context/update)."
    )
    assert actions(session) == []
    assert (session.status()["pinned"], session.status()["protected"]) == (7_300, 7_300)


def test_only_what_is_not_pinned_counts_as_freed(session: Session) -> None:
    session.add(tokens=4_000, pinned=True)
    session.add(tokens=2_600)
    session.add("permanent", tokens=500)

    (action,) = actions(session)

    assert "Prune the transient items: frees 2,600 tokens." in text(session)
    assert (action["saves"], action["exact"]) == (2_600, True)
    assert session.status()["protected"] == 4_500
    assert send(session, action) == 2_600


def test_content_is_replaced_so_that_a_prune_frees_at_least_what_is_said(session: Session) -> None:
    report = "# Report\n\n" + "The gateway keeps the family of each token in `auth/families.py`. " * 500
    session.add(content=report)

    (action,) = actions(session)

    assert f"frees at least {action['saves']:,} tokens" in text(session)
    assert not action["exact"]
    assert send(session, action) >= action["saves"] == session.status()["processed"] - 300


def test_a_budget_that_is_all_reserved_has_nothing_left(session: Session) -> None:
    session.call("budget/reserve", tokens=7_500, holder="research-1")

    assert text(session) == (
        "0 of 7,500 budget tokens are in use and 7,500 more are reserved, 0 left. "
        "1 lease holds 7,500 tokens (research-1): settle or release what is done."
    )


def test_what_is_reserved_beyond_the_budget_is_said(session: Session) -> None:
    session.add(tokens=5_000)
    for i in range(7):
        session.call("budget/reserve", tokens=1_000, holder=f"research-{i}", force=True)
    status = session.status()

    assert (status["available"], status["level"]) == (-4_500, "ok")
    assert codes(session) == ["overCommitted"]
    assert status["advice"]["text"] == (
        "Reserved beyond the budget by 4,500: 5,000 of 7,500 budget tokens are in use and 7,000 more are reserved. "
        "Prune the transient items: frees 5,000 tokens. "
        "7 leases hold 7,000 tokens (research-0, research-1, research-2 and 4 more): settle or release what is done."
    )


def test_a_phase_over_its_allocation_is_said(session: Session) -> None:
    session.call("budget/allocate", strategy="fixed", scope="research-only", phases=[{"phase": 1, "agents": 4}])
    session.call("workflow/startPhase", phase=1)
    session.add("metadata", tokens=1_250)

    assert codes(session) == ["overAllocation"]
    assert "Phase 1 holds 50 tokens more than its 1,200 allocated. The buffer of 5,800 covers it." in text(session)


def test_a_buffer_that_is_overdrawn_is_said(session: Session) -> None:
    session.call("budget/allocate", strategy="dynamic", phases=[{"phase": 1, "complexity": 1}])
    session.add("metadata", tokens=400, phase=2)

    assert codes(session) == ["overBuffer", "drawsOnBuffer"]
    overdrawn = "The buffer of 0 does not cover the 400 tokens that phases draw on it: keep less in them"
    assert f"{overdrawn}, or allocate them more (budget/allocate)." in text(session)


def test_more_is_not_allocated_to_a_finished_phase(session: Session) -> None:
    """Its allocation is final, so only what it holds can change."""
    session.call("budget/allocate", strategy="dynamic", phases=[{"phase": 1, "complexity": 1}], total=1_000)
    session.call("workflow/startPhase", phase=1)
    session.add("metadata", tokens=1_400)
    session.call("workflow/completePhase", phase=1)

    assert "tokens that phases draw on it: keep less in them." in text(session)


def test_layers_over_their_ceilings_are_said_with_what_helps(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.add("permanent", tokens=1_100)
    session.add("phase", tokens=3_050)

    assert codes(session) == ["layerCeiling"] * 2
    assert text(session).endswith(
        "Layer permanent is 100 over its ceiling of 1,000: no prune touches it, so move items to another layer "
        "(context/update). Layer phase is 50 over its ceiling of 3,000: complete phase 1 when its work is done."
    )


def test_metadata_of_complete_phases_becomes_one_line_each(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.add("metadata", tokens=1_600)
    session.call("workflow/completePhase", phase=1)

    (action,) = actions(session)

    assert action["params"]["target"] == {"layer": "metadata"}
    assert send(session, action) == 1_594 >= action["saves"] == 1_550
    assert text(session).endswith("Nothing needs to be done.")


def test_no_phase_is_to_be_completed_when_none_runs(session: Session) -> None:
    session.add("phase", tokens=5_000, phase=1)
    session.add("metadata", tokens=2_000, phase=1)

    assert "omplete phase" not in text(session)
    session.call("workflow/startPhase", phase=1)
    assert "Complete phase 1 when its work is done" in text(session)


def test_two_actions_do_not_count_the_same_tokens(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    session.call("workflow/completePhase", phase=1)
    session.add(tokens=2_600, phase=1)
    session.add(tokens=7_000)

    first, second = actions(session)

    assert "Prune phase 1, which is complete: frees 2,600 tokens." in text(session)
    assert "Prune the other transient items: frees 7,000 tokens." in text(session)
    assert (send(session, first), send(session, second)) == (first["saves"], second["saves"]) == (2_600, 7_000)
    assert text(session).endswith("Nothing needs to be done.")


def test_a_closed_session_is_opened_before_it_is_pruned(session: Session) -> None:
    session.add("transient", tokens=7_200, pinned=True)
    session.call("session/close")

    assert text(session).endswith("The session is closed: open it again (session/open) before anything is pruned.")
    assert actions(session) == []


def test_the_window_of_a_coding_agent_is_made_smaller_by_the_agent(session: Session) -> None:
    session.call("session/open", host={"contextWindow": 25_000})
    session.add(tokens=7_000)

    assert "Run /compact" in text(session)
    assert actions(session) == []


def test_alerts_say_what_to_do_next(session: Session) -> None:
    session.add(tokens=1_000, pinned=True)
    added = session.call("context/add", items=[{"layer": "transient", "tokens": 5_000}])

    (alert,) = added["alerts"]

    assert alert["next"] == session.status()["advice"]["next"] == "Prune the transient items: frees 5,000 tokens."
    assert session.call("budget/report")["alerts"] == [alert]
