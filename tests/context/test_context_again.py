"""What left the context and is brought in again says so."""

from __future__ import annotations

import pytest
from support.session import Session


def again_of(session: Session, item_id: str) -> str | None:
    """What an item brought back."""
    found: str | None = session.items()[item_id]["againOf"]
    return found


def test_the_same_content_is_recognised_once_it_had_left(session: Session) -> None:
    session.open()
    first = session.add(content="All of it, word for word.")
    beside = session.add(content="All of it, word for word.")
    assert again_of(session, beside) is None, "nothing had left"
    session.call("context/prune", target={"items": [first]})
    back = session.add(content="All of it, word for word.")
    assert again_of(session, back) == first


def test_the_same_file_and_tool_are_recognised(session: Session) -> None:
    session.open()
    first = session.add(content="def a(): ...", tool="Read", file="src/a.py")
    assert session.items()[first]["path"].endswith("/src/a.py")
    assert session.items()[first]["tool"] == "Read"
    session.call("context/prune", target={"items": [first]})
    assert again_of(session, session.add(content="Edited.", tool="Edit", file="src/a.py")) is None
    assert again_of(session, session.add(content="def b(): ...", tool="Read", file="src/b.py")) is None
    assert again_of(session, session.add(content="def a(): pass", tool="Read", file="./src/a.py")) == first


def test_the_caller_may_say_so(session: Session) -> None:
    session.open()
    first = session.add(content="A long report.")
    session.call("context/prune", target={"items": [first]})
    assert again_of(session, session.add(content="long", againOf=first)) == first
    refused = session.error("context/add", items=[{"layer": "transient", "content": "x", "againOf": "i1"}])
    assert refused["name"] == "unknownItem"
    assert [error["loc"] for error in refused["errors"]] == [["items", 0, "againOf"]]


def test_an_undone_prune_leaves_nothing_to_bring_back(session: Session) -> None:
    session.open()
    first = session.add(content="A report.")
    session.call("context/undo", undo=session.call("context/prune", target={"items": [first]})["undo"])
    assert again_of(session, session.add(content="A report.")) is None


@pytest.mark.parametrize("fields", [{"content": "x", "file": "a\0b"}, {"path": "a.md", "file": "a.md"}])
def test_a_file_that_cannot_be_meant_is_refused(session: Session, fields: dict[str, str]) -> None:
    session.open()
    refused = session.error("context/add", items=[{"layer": "transient", **fields}])
    assert [error["loc"] for error in refused["errors"]] == [["items", 0, "file"]]
