"""What was exported is taken in elsewhere as it was, or not at all."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from archives.random_sessions import RandomSession

from ctxbudget_protocol.errors import ProtocolError


def place(folder: Path) -> RandomSession:
    """An empty workspace."""
    folder.mkdir()
    return RandomSession(folder, 0)


def state(session: RandomSession) -> tuple[Any, ...]:
    """Everything that can be asked of a session's account."""
    asked = ("budget/report", "budget/timeline", "context/list", "session/receipt", "session/history")
    answers = [session.call(method) if method != "session/history" else None for method in asked]
    for answer in answers:
        if answer:
            answer.pop("status", None)
    contents = []
    for item in session.call("context/list")["items"]:
        try:
            contents.append(session.call("context/get", itemId=item["id"])["content"])
        except ProtocolError as error:
            contents.append(error.name)
    return (*answers, contents)


@pytest.mark.parametrize("seed", range(30))
def test_the_account_is_the_same_elsewhere(tmp_path: Path, seed: int) -> None:
    here = RandomSession(tmp_path, seed).make(30)
    there = place(tmp_path / "there")
    there.call_import(here.lines())
    assert there.lines() == here.lines()
    assert state(there) == state(here)
    for session in (here, there):  # and it goes on in the same way
        session.call("session/open")
    for undo in here.undos[-2:]:
        assert outcome(here, undo) == outcome(there, undo)
    assert here.call("session/receipt")["revision"] == there.call("session/receipt")["revision"]


def outcome(session: RandomSession, undo: str) -> Any:
    """What undoing gives, or the error's name."""
    try:
        return session.call("context/undo", undo=undo)["restored"]
    except ProtocolError as error:
        return error.name


@pytest.mark.parametrize("seed", range(20))
def test_a_wrong_line_is_refused_with_its_number_and_nothing_is_kept(tmp_path: Path, seed: int) -> None:
    here, random = RandomSession(tmp_path, seed).make(15), Random(seed)
    lines, there = here.lines(), place(tmp_path / "there")
    for _ in range(25):
        at = random.randrange(len(lines))
        line = lines[at]
        place_in_line = random.randrange(len(line))
        letter = random.choice('0123456789abcdef"{}[]:, \\')
        if line[place_in_line] == letter:
            continue
        wrong = [*lines[:at], line[:place_in_line] + letter + line[place_in_line + 1 :], *lines[at + 1 :]]
        with pytest.raises(ProtocolError) as refused:
            there.call_import(wrong)
        assert refused.value.name == "invalidExport"
        assert refused.value.data()["line"] >= at + 1
        assert there.service_sessions() == []
    there.call_import(lines)


def test_lines_that_are_missing_twice_or_elsewhere_are_refused(tmp_path: Path) -> None:
    lines, there = RandomSession(tmp_path, 1).make(12).lines(), place(tmp_path / "there")
    for at in range(len(lines)):
        for wrong in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at], *lines[at:]],
            [*lines[: max(0, at - 1)], lines[at], lines[at - 1], *lines[at + 1 :]] if at else lines[::-1],
        ):
            with pytest.raises(ProtocolError) as refused:
                there.call_import(wrong)
            assert refused.value.name == "invalidExport"
    assert there.service_sessions() == []


def test_a_session_that_is_there_is_not_touched(tmp_path: Path) -> None:
    here = RandomSession(tmp_path, 2).make(5)
    before = here.lines()
    with pytest.raises(ProtocolError) as refused:
        here.call_import(before)
    assert (refused.value.name, refused.value.data()["sessionId"]) == ("sessionExists", "run")
    assert here.lines() == before


def test_items_without_their_content_say_so(tmp_path: Path) -> None:
    here, there = RandomSession(tmp_path, 4), place(tmp_path / "there")
    here.call("session/open")
    (item,) = here.call("context/add", items=[{"layer": "transient", "content": "An original."}])["items"]
    taken = there.call_import(here.lines(content=False))
    assert (taken["withoutContent"], taken["contents"], taken["revision"]) == (1, 0, 3)
    assert taken["head"] == here.call("session/receipt")["hash"]
    with pytest.raises(ProtocolError) as refused:
        there.call("context/get", itemId=item["id"])
    assert refused.value.name == "contentDropped"
    assert there.call("budget/status")["retained"] == here.call("budget/status")["retained"]
