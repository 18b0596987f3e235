"""An item without a title has the same name wherever it is shown."""

from __future__ import annotations

from pathlib import Path

from support.session import Session

TEXT = "# The cache\n\n" + "It never evicts, see cache.py, so it grows without bound in every run.\n\n" * 60


def test_lists_prunes_stand_ins_searches_and_reports_name_it_alike(session: Session, workspace: Path) -> None:
    session.open(policy="aggressive")
    (workspace / "docs").mkdir()
    (workspace / "docs" / "notes.md").write_text(TEXT.replace("evicts", "expires"))
    session.call("workflow/startPhase", phase=1)
    by_heading = session.add(content=TEXT, kind="report")
    by_path = session.add(path="docs/notes.md", kind="report")
    figure = session.add(tokens=900, kind="report")
    names = {by_heading: "The cache", by_path: "docs/notes.md", figure: None}

    listed = {item: session.items()[item]["title"] for item in names}
    found = [session.call("context/search", query=word)["matches"][0] for word in ("evicts", "expires")]
    plan = session.call("workflow/completePhase", phase=1)["plan"]
    stand_ins = session.items(state="retained", layer="metadata")

    assert listed == names
    assert [(line["itemId"], line["title"]) for line in found] == [
        (item, names[item]) for item in (by_heading, by_path)
    ]
    assert {row["id"]: row["title"] for row in plan if row["id"] in names} == names
    assert sorted(item["title"] for item in stand_ins.values()) == ["The cache", "docs/notes.md"]


def test_a_title_goes_before_and_one_that_is_cleared_is_the_name_again(session: Session) -> None:
    item = session.add(content=TEXT, title="For the review")
    assert session.items()[item]["title"] == "For the review"

    cleared = session.call("context/update", itemId=item, title=None)["item"]

    assert cleared["title"] == "The cache"


def test_a_replacement_of_several_is_named_by_its_own_content(session: Session) -> None:
    sources = [session.add(content="# One\n"), session.add(content="# Two\n")]
    item = session.call("context/add", items=[{"reduces": sources, "content": "# Both\n"}])["items"][0]["id"]

    assert session.items()[item]["title"] == "Both"


def test_a_text_for_the_next_agent_does_not_say_a_heading_twice(session: Session) -> None:
    session.add("permanent", content="# House rules\n\nNo network.\n")

    text = session.call("context/render", maxTokens=500)["text"]

    assert text.count("House rules") == 1
