"""`context/render` over stdio: figures that agree with `tokens/count`, what stands, and how the rest is asked for."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support.documents import REPORT
from support.session import Session

RULES = "Never touch `migrations/`.\nAsk before you add a dependency."
RUN = "tests/test_gate.py .F\nFAILED tests/test_gate.py::test_closed - assert 3 == 4\n1 failed, 1 passed in 0.10s\n"


def rendered(session: Session, limit: int, **more: Any) -> dict[str, Any]:
    return session.call("context/render", maxTokens=limit, **more)


def shown(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Detail and reason by item."""
    return {item["id"]: (item["detail"], item["reason"]) for item in found["items"]}


@pytest.fixture
def workflow(session: Session) -> dict[str, str]:
    """Ids of a session in its second phase, by what they are."""
    ids = {"rules": session.add("permanent", kind="instructions", title="House rules", content=RULES)}
    session.call("workflow/startPhase", phase=1, name="research")
    ids["report"] = session.add(kind="report", content=REPORT)
    ids["old state"] = session.add("phase", title="Research state", content="Three topics are open.", pinned=True)
    session.call("workflow/completePhase", phase=1)
    session.call("workflow/startPhase", phase=2, name="build")
    ids["state"] = session.add("phase", title="State", content="Half of the gate is built.")
    ids["run"] = session.add(kind="test-output", title="Test run", content=RUN * 60)
    ids["call"] = session.add(kind="tool-output", title="grep gate", tokens=700)
    ids["metadata"] = session.items()[ids["report"]]["standIn"]
    return ids


@pytest.mark.parametrize("model", [None, "gpt-4", "claude-opus-4-8", "calibrated-model"])
def test_the_figures_are_those_of_tokens_count(session: Session, workflow: dict[str, str], model: str | None) -> None:
    session.open(model=model)
    if model == "calibrated-model":
        for _ in range(5):
            session.client.request("usage/record", {"model": model, "counted": 10_000, "reported": 12_345})
    for limit in (90, 150, 333, 700, 1_500, 100_000):
        found = rendered(session, limit, focus="which test fails")
        counts = session.client.request("tokens/count", {"texts": [found["text"]], "sessionId": session.id})

        assert found["tokens"] == counts["total"] <= limit
        assert found["provenance"] == counts["counts"][0]["provenance"]
        assert found["omitted"] == sum(1 for item in found["items"] if item["detail"] == "omitted")


def test_with_room_everything_is_whole_and_in_order(session: Session, workflow: dict[str, str]) -> None:
    found = rendered(session, 100_000)

    headings = re.findall(r"^# (.*)$", found["text"], re.MULTILINE)
    assert [one for one in headings if one != "Token rotation for the gateway"] == [
        "Permanent", "Phase 2: build", "Metadata", "Transient",
    ]  # fmt: skip
    assert "> context/get" not in found["text"]
    assert shown(found) == {
        workflow["rules"]: ("whole", "permanent"),
        workflow["metadata"]: ("whole", "fits"),
        workflow["old state"]: ("whole", "pinned"),
        workflow["state"]: ("whole", "fits"),
        workflow["run"]: ("whole", "fits"),
        workflow["call"]: ("line", "noContent"),
    }
    for name in ("rules", "old state", "state", "run", "metadata"):
        assert session.call("context/get", itemId=workflow[name])["content"] in found["text"]


def test_with_less_room_the_phase_comes_before_the_past_and_that_before_the_transient(
    session: Session, workflow: dict[str, str]
) -> None:
    details = {limit: shown(rendered(session, limit)) for limit in (170, 500, 900)}

    assert details[170][workflow["state"]] == ("whole", "fits")
    assert details[170][workflow["run"]][0] in ("line", "omitted")
    assert details[500][workflow["metadata"]] == ("whole", "fits")
    assert details[900][workflow["run"]] == ("metadata", "room")


def test_every_shortened_item_names_the_id_that_brings_it_back(session: Session, workflow: dict[str, str]) -> None:
    text = rendered(session, 900)["text"]

    assert f'context/get {{"sessionId": "{session.id}", "itemId": …}}' in text
    named = set(re.findall(r"\[item (\w+)", text))
    assert named == set(workflow.values()) - {workflow["report"]}
    assert session.call("context/get", itemId=workflow["run"])["content"] == RUN * 60


def test_focus_chooses_items_and_passages(session: Session) -> None:
    topics = ("rotation of tokens", "colour of the harbour", "latency of the queue")
    ids = [
        session.add(
            kind="report", title=f"Report {n}", content=f"# About the {topic}\n\n" + f"The {topic} is {n}. " * 90
        )
        for n, topic in enumerate(topics)
    ]
    for n, topic in enumerate(topics):
        found = rendered(session, 480, focus=topic)
        assert max(found["items"], key=lambda item: item["tokens"])["id"] == ids[n]
        assert shown(found)[ids[n]] == ("metadata", "room")
        assert f"The {topic} is {n}." in found["text"]


def test_the_permanent_beginning_stays_the_same_bytes(session: Session, workflow: dict[str, str]) -> None:
    first = rendered(session, 1_000)
    stable = first["text"][: first["text"].index("# Phase 2")]
    session.add("phase", content="More state.")
    session.call("context/update", itemId=workflow["old state"], pinned=False)
    session.call("workflow/completePhase", phase=2)

    for asked in ({}, {"focus": "gate"}, {"phase": 1}, {"maxTokens": 200}):
        found = session.call("context/render", **{"maxTokens": 2_000, **asked})
        assert found["text"].startswith(stable)
        assert found["stablePrefixTokens"] == first["stablePrefixTokens"]

    session.call("context/update", itemId=workflow["rules"], title="Rules")
    assert not rendered(session, 1_000)["text"].startswith(stable)


def test_pins_that_do_not_fit_are_an_error_with_the_figures(session: Session, workflow: dict[str, str]) -> None:
    session.call("context/update", itemId=workflow["run"], pinned=True)

    error = session.error("context/render", maxTokens=1_000)

    assert (error["name"], error["available"], error["retryable"]) == ("budgetExceeded", 1_000, False)
    assert error["errors"][0]["loc"] == ["maxTokens"]
    fitted = rendered(session, error["requested"])
    assert fitted["tokens"] <= error["requested"]
    assert RUN * 60 in fitted["text"]
    session.error("context/render", maxTokens=error["requested"] - 1)


def test_a_phase_that_nobody_knows(session: Session, workflow: dict[str, str]) -> None:
    error = session.error("context/render", maxTokens=1_000, phase=7)
    assert (error["name"], error["phase"]) == ("unknownPhase", 7)
    assert error["errors"][0]["loc"] == ["phase"]


def test_another_phase_may_be_asked_for_before_it_starts(session: Session, workflow: dict[str, str]) -> None:
    ahead = session.add("phase", phase=3, title="Next", content="Write the release notes.")

    assert rendered(session, 5_000)["phase"] == 2
    assert shown(rendered(session, 5_000))[ahead] == ("line", "otherPhase")
    found = rendered(session, 5_000, phase=3)
    assert found["phase"] == 3
    assert shown(found)[ahead] == ("whole", "fits")
    assert shown(found)[workflow["state"]] == ("line", "otherPhase")
    assert "# Phase 3\n" in found["text"]


def test_metadata_of_what_was_brought_back_does_not_stand_twice(session: Session, workflow: dict[str, str]) -> None:
    session.call("context/restore", items=[workflow["report"]])
    found = rendered(session, 100_000)

    assert shown(found)[workflow["report"]] == ("whole", "fits")
    assert shown(found)[workflow["metadata"]] == ("omitted", "sourceRetained")
    assert found["omitted"] == 1


def test_a_phase_of_which_nothing_fits_is_stood_for_by_its_marker(session: Session) -> None:
    session.call("workflow/startPhase", phase=1)
    ids = [session.add(kind="report", title="word " * 16, content=REPORT + str(n)) for n in range(3)]
    session.call("workflow/completePhase", phase=1)
    session.call("workflow/startPhase", phase=2)

    found = rendered(session, 30)
    assert "- Phase 1: complete ✓\n" in found["text"]
    assert set(shown(found).values()) == {("marker", "phaseMarker")}
    assert len(found["items"]) == len(ids)
    assert found["omitted"] == 0

    session.open(markers=False)
    assert "Phase 1" not in rendered(session, 30)["text"]
    assert rendered(session, 30)["omitted"] == len(ids)


def test_a_marker_on_the_account_stands_as_one(session: Session) -> None:
    session.open(metadataHorizon=2)
    for phase in (1, 2, 3):
        session.call("workflow/startPhase", phase=phase)
        session.add(kind="report", content=REPORT + str(phase))
        session.call("workflow/completePhase", phase=phase)
    marker = next(item["id"] for item in session.items(state="retained").values() if item["marker"])

    found = rendered(session, 5_000)
    assert f"- Phase 1: complete ✓ [item {marker}]\n" in found["text"]
    assert shown(found)[marker] == ("marker", "marker")


def test_the_marker_of_a_wave_says_of_which_phase_it_is(session: Session) -> None:
    session.open(policy="aggressive")
    session.call("workflow/startPhase", phase=3)
    for wave in (1, 2):
        session.call("workflow/startWave", phase=3, wave=wave)
        session.add(kind="report", content=REPORT + str(wave), phase=3, wave=wave)
        session.call("workflow/completeWave", phase=3, wave=wave)

    assert re.search(r"^- Wave 1: complete ✓ \[item \w+, phase 3\]$", rendered(session, 5_000)["text"], re.MULTILINE)


def test_it_is_a_pure_read(session: Session, workflow: dict[str, str]) -> None:
    before = session.status(), session.items()
    first = rendered(session, 700, focus="gate")
    assert rendered(session, 700, focus="gate") == first
    assert (session.status(), session.items()) == before
    assert first["revision"] == before[0]["revision"]


def test_nothing_on_the_account_is_an_empty_text(session: Session) -> None:
    found = rendered(session, 1)
    assert (found["text"], found["tokens"], found["items"], found["phase"]) == ("", 0, [], None)


FINDING = "The scheduler of the night shift starts the compaction at 03:15 UTC and holds the ledger lock for 40 s."
TOPICS = [
    f"## Topic {n}\n\nThe gate of shard {n} is closed while tokens rotate. It is kept in `src/gate_{n}.py`."
    for n in range(60)
]
LONG_REPORT = "\n\n".join([*TOPICS[:33], FINDING, *TOPICS[33:]])


@pytest.fixture
def reduced(session: Session) -> dict[str, str]:
    """A report with one remark on something else, and one without; both reduced to metadata."""
    session.call("workflow/startPhase", phase=1, name="research")
    texts = {"Night": LONG_REPORT, "Day": LONG_REPORT.replace(FINDING, "")}
    sources = [session.add(kind="report", title=name, content=content) for name, content in texts.items()]
    session.call("workflow/completePhase", phase=1)
    items = session.items()
    return {name: items[source]["standIn"] for name, source in zip(("Night", "Day"), sources, strict=True)}


def test_what_is_asked_for_comes_from_the_source_of_what_stands_in(session: Session, reduced: dict[str, str]) -> None:
    stand_in = session.call("context/get", itemId=reduced["Night"])["content"]
    assert "compaction" not in stand_in

    found = rendered(session, 450, focus="when does the compaction hold the ledger lock?")

    assert "holds the ledger lock for 40 s" in found["text"]
    assert shown(found)[reduced["Night"]] == ("metadata", "focus")
    assert f"of item {session.items()[reduced['Night']]['reduces'][0]}" in found["text"]
    assert "compaction" not in rendered(session, 450)["text"]


def test_two_shorter_extracts_are_worth_more_than_one(session: Session, reduced: dict[str, str]) -> None:
    whole = rendered(session, 100_000)
    assert {shown(whole)[own][0] for own in reduced.values()} == {"whole"}

    found = rendered(session, whole["tokens"] * 3 // 4)

    details = sorted(shown(found)[own][0] for own in reduced.values())
    assert details in (["brief", "brief"], ["brief", "metadata"]), "not one whole and one line"


def test_metadata_that_somebody_wrote_is_not_made_anew(session: Session) -> None:
    source = session.add(kind="report", content=LONG_REPORT)
    own = session.add("metadata", content="All gates are closed. " * 30, reduces=[source])

    found = rendered(session, 2_000, focus="when does the compaction hold the ledger lock?")

    assert shown(found)[own] == ("whole", "fits")
