"""What each policy does with real content, and what it never touches."""

from __future__ import annotations

import pytest
from support.documents import REPORT
from support.session import Session


def run_phase(session: Session, number: int, **item: object) -> str:
    """Start a phase, let one item in, complete the phase; the item's id."""
    session.call("workflow/startPhase", phase=number)
    added = session.add(**({"content": REPORT, "kind": "report"} | item))
    session.call("workflow/completePhase", phase=number)
    return added


def test_aggressive_reduces_content_to_metadata_when_the_phase_completes(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=1)
    report = session.add(content=REPORT, kind="report")
    before = session.retained()

    result = session.call("workflow/completePhase", phase=1)

    row = next(row for row in result["plan"] if row["id"] == report)
    assert (row["action"], row["reason"], row["tokensBefore"]) == ("reduced", "policy", before)
    assert 0 < row["tokensAfter"] <= 300
    assert result["saved"] == before - row["tokensAfter"]
    metadata = session.items()[row["standIn"]]
    assert (metadata["layer"], metadata["reduces"], metadata["provenance"]) == ("metadata", [report], "exact")
    assert session.call("context/get", itemId=report)["content"] == REPORT


def test_a_token_figure_alone_is_pruned_and_says_so(session: Session) -> None:
    session.open(policy="aggressive", markers=False)
    session.call("workflow/startPhase", phase=1)
    item = session.add(tokens=1_000)

    plan = session.call("workflow/completePhase", phase=1)["plan"]

    assert [(row["id"], row["action"], row["reason"]) for row in plan] == [(item, "pruned", "noMetadata")]
    assert session.call("budget/report")["artifacts"] == [], "there was no text that metadata could be made of"


def test_reports_name_artifacts_without_metadata_and_no_markers(session: Session) -> None:
    session.open(policy="aggressive", markers=False)
    session.call("workflow/startPhase", phase=1)
    blank = session.add(content="")
    session.call("workflow/completePhase", phase=1)
    small = session.add(tokens=1)
    text = "Phase 2: complete ✓"
    marker = {"reduces": [small], "phase": 2, "kind": "other", "title": text, "content": text}
    session.call("context/add", items=[marker])

    issues = session.call("budget/report")["artifacts"]

    assert [(issue["itemId"], issue["issue"]) for issue in issues] == [(blank, "missing")]


def test_a_phase_of_which_nothing_remains_leaves_its_marker(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=1)
    session.add(tokens=1_000)

    session.call("workflow/completePhase", phase=1)

    assert [item["title"] for item in session.items(state="retained").values()] == ["Phase 1: complete ✓"]
    assert session.retained() == 6


def test_instructions_of_a_finished_phase_go_without_metadata(session: Session) -> None:
    session.open(policy="aggressive", markers=False)
    session.call("workflow/startPhase", phase=1)
    item = session.add("phase", kind="instructions", content=REPORT)

    plan = session.call("workflow/completePhase", phase=1)["plan"]

    assert [(row["id"], row["action"]) for row in plan] == [(item, "pruned")]


def test_moderate_keeps_content_until_the_next_phase_starts(session: Session) -> None:
    session.open(policy="moderate")
    report = run_phase(session, 1)
    assert session.items()[report]["state"] == "retained"

    session.call("workflow/startPhase", phase=2)

    assert session.items()[report]["state"] == "reduced"


def test_moderate_keeps_for_as_many_phases_as_it_is_told(session: Session) -> None:
    session.open(policy="moderate", keepFor=1)
    report = run_phase(session, 1)
    run_phase(session, 2, tokens=1, content=None, kind="other")
    assert session.items()[report]["state"] == "retained"

    session.call("workflow/startPhase", phase=3)

    assert session.items()[report]["state"] == "reduced"


def test_moderate_takes_the_last_phase_at_close(session: Session) -> None:
    session.open(policy="moderate")
    report = run_phase(session, 1)

    session.call("session/close")

    assert session.items()[report]["state"] == "reduced"


def test_a_close_without_its_prune_leaves_every_item(session: Session) -> None:
    session.open(policy="aggressive")
    session.add(kind="report", tokens=3000)

    closed = session.call("session/close", prune=False)

    assert (closed["state"], closed["plan"], closed["saved"], closed["undo"]) == ("closed", [], 0, None)
    assert closed["status"]["retained"] == 3000


def test_minimal_prunes_at_close_and_keeps_diagnostics(session: Session) -> None:
    session.open(policy="minimal")
    report = run_phase(session, 1)
    log = run_phase(session, 2, kind="log")
    assert {item["state"] for item in session.items().values()} == {"retained"}

    plan = session.call("session/close")["plan"]

    items = session.items()
    assert (items[report]["state"], items[log]["state"]) == ("reduced", "retained")
    assert next(row["reason"] for row in plan if row["id"] == log) == "diagnostic"


@pytest.mark.parametrize(
    ("scope", "policy"),
    [
        (None, "aggressive"),
        ("full-implementation", "aggressive"),
        ("research-and-plan", "moderate"),
        ("research-only", "moderate"),
        ("debug-only", "minimal"),
    ],
)
def test_auto_follows_the_scope(session: Session, scope: str | None, policy: str) -> None:
    assert session.open(scope=scope)["effectivePolicy"] == policy


def test_waves_become_markers_when_the_next_one_completes(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=3)
    for wave in (1, 2):
        session.call("workflow/startWave", phase=3, wave=wave)
        session.add(content=REPORT, phase=3, wave=wave)
        session.call("workflow/completeWave", phase=3, wave=wave)

    retained = [(item["wave"], item["marker"]) for item in session.items(state="retained").values()]

    assert sorted(retained) == [(1, True), (2, False)]


def test_a_summary_brought_at_completion_stays_as_metadata(session: Session) -> None:
    session.open(policy="moderate")
    session.call("workflow/startPhase", phase=1)

    result = session.call("workflow/completePhase", phase=1, summary="OAuth with PKCE was chosen.")

    item = session.items()[result["summary"]]
    assert (item["layer"], item["kind"], item["phase"]) == ("metadata", "summary", 1)
    assert session.call("context/get", itemId=item["id"])["content"] == "OAuth with PKCE was chosen."


def test_the_emergency_prune_takes_unpinned_transient_items_only(session: Session) -> None:
    session.open(autoPrune=True)
    pinned = session.add(tokens=100, pinned=True)
    working = session.add("phase", tokens=100)
    document = session.add(content=REPORT, kind="report")
    figure = session.add(tokens=4_000)

    result = session.call("context/add", items=[{"layer": "transient", "tokens": 3_000}])

    assert [alert["level"] for alert in result["alerts"]] == ["critical"]
    reasons = {row["id"]: (row["action"], row["reason"]) for row in result["emergency"]["plan"]}
    assert reasons[document] == ("reduced", "emergency")
    assert reasons[figure] == ("pruned", "noMetadata")
    assert not {pinned, working} & reasons.keys()
    assert result["status"]["retained"] < 7_125 <= result["status"]["peak"]
    session.call("context/undo", undo=result["emergency"]["undo"])
    assert session.items()[figure]["state"] == "retained"


def test_no_emergency_prune_unless_asked_for(session: Session) -> None:
    result = session.call("context/add", items=[{"layer": "transient", "tokens": 9_000}])

    assert (result["emergency"], result["status"]["retained"]) == (None, 9_000)


def test_a_wrong_policy_is_answered_with_every_policy(session: Session) -> None:
    error = session.client.request_error("session/open", {"config": {"policy": "agressive", "scop": "x"}})

    assert error["message"] == (
        "config.policy: must be 'aggressive', 'moderate', 'minimal' or 'auto', not 'agressive' (and 1 more)"
    )
    assert [fault["loc"] for fault in error["data"]["errors"]] == [["config", "policy"], ["config", "scop"]]
