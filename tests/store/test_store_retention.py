"""Retention takes the content of sessions that nobody works on, and nothing else; it is off unless it is set."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.retention import METHOD, Dropped, Retention, configured, parsed, retain
from ctxbudget_server.service.service import BudgetService, Options

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = 86_400


class Place:
    """Services whose clock the test sets."""

    def __init__(self, folder: Path, retain: str | None = None) -> None:
        self.now = NOW
        self.path = folder / "s.db"
        options = Options(workspace=str(folder), store=str(self.path), durability="fast", retain=retain)
        self.services = BudgetService(options, actor="test", clock=lambda: self.now)

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.services.call(method, params, Cancellation())

    def error(self, method: str, **params: Any) -> dict[str, Any]:
        with pytest.raises(ProtocolError) as refused:
            self.call(method, **params)
        return refused.value.data()

    def session(self, name: str, days_ago: float, *contents: str, closed: bool = True) -> list[str]:
        """A session with items that changed last so long ago; the items' ids."""
        self.now = NOW - timedelta(days=days_ago)
        self.call("session/open", sessionId=name)
        items = [{"layer": "transient", "phase": 1, "content": text} for text in contents or (f"text of {name}",)]
        ids = [item["id"] for item in self.call("context/add", sessionId=name, items=items)["items"]]
        if closed:
            self.call("session/close", sessionId=name)
        self.now = NOW
        return ids

    def retain(self, setting: str) -> Dropped:
        return retain(self.services.store, parsed(setting), NOW, "test")

    def dropped(self) -> set[str]:
        """Sessions with items whose content was dropped."""
        sessions = [one["sessionId"] for one in self.call("session/list")["sessions"]]
        return {
            name for name in sessions
            if any(item["droppedAt"] for item in self.call("context/list", sessionId=name)["items"])
        }  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.services.close()


def test_what_is_older_than_the_age_goes(place: Place) -> None:
    for days in (1, 89, 91, 200):
        place.session(f"d{days}", days)

    assert place.retain("age=90d").sessions == 2
    assert place.dropped() == {"d91", "d200"}
    assert place.retain("age=90d") == Dropped()


def test_what_fits_decided_goes_with_the_content_that_it_quotes(place: Place) -> None:
    place.now = NOW - timedelta(days=91)
    place.call("session/open", sessionId="old")
    said = [
        {"role": "user", "content": "Remember the heron, and all of these words. " * 60 * (n == 0) + "Go on."}
        for n in range(4)
    ]
    place.call("context/fit", sessionId="old", messages=said, format="openai-chat", maxTokens=200)
    place.now = NOW
    decisions = "SELECT count(*) FROM fits"
    with contextlib.closing(sqlite3.connect(place.path)) as connection:
        assert connection.execute(decisions).fetchone() == (1,)
        assert place.retain("age=90d").sessions == 1
        assert connection.execute(decisions).fetchone() == (0,)


def test_only_so_many_sessions_keep_content(place: Place) -> None:
    for days in (5, 1, 3, 2, 4):
        place.session(f"d{days}", days)

    place.retain("sessions=2")
    assert place.dropped() == {"d3", "d4", "d5"}


def test_the_oldest_go_until_the_size_fits(place: Place) -> None:
    dice = random.Random(5)
    for days in (4, 3, 2, 1):
        place.session(f"d{days}", days, *(dice.randbytes(20_000).hex() for _ in range(5)))
    full = place.path.stat().st_size
    with place.services.store.read() as reader:
        used = reader.used_bytes()

    place.retain(f"size={used * 5 // 8}B")
    assert place.dropped() == {"d4", "d3"}
    assert place.path.stat().st_size < max(full, used) * 3 / 4


def test_an_open_session_that_changed_lately_keeps_its_content(place: Place) -> None:
    place.session("worked-on", 0.5, closed=False)
    place.session("left", 2, closed=False)
    place.session("closed", 0.5)

    place.retain("age=1h,sessions=0,size=0B")
    assert place.dropped() == {"left", "closed"}


def test_figures_and_log_stay_and_content_is_refused_by_name(place: Place) -> None:
    kept, gone, pinned = place.session("s", 10, "kept text", "pruned text", "pinned text", closed=False)
    place.call("context/update", sessionId="s", itemId=pinned, pinned=True)
    undo = place.call("context/prune", sessionId="s", target={"items": [gone]})["undo"]
    before = place.call("budget/status", sessionId="s")
    place.now = NOW + timedelta(days=2)

    done = retain(place.services.store, Retention(age_seconds=DAY), place.now, "test")
    assert (done.sessions, done.items) == (1, 4)  # with the metadata of what was pruned
    after = place.call("budget/status", sessionId="s")
    figures = ("retained", "peak", "processed", "saved", "layers", "phases", "level")
    assert [after[name] for name in figures] == [before[name] for name in figures]
    assert after["revision"] == before["revision"] + 1
    for method in ("context/get", "metadata/extract"):
        refused = place.error(method, sessionId="s", itemId=kept)
        assert (refused["name"], refused["itemId"]) == ("contentDropped", kept)
        assert refused["at"] == "2026-06-03T12:00:00.000Z"
    assert place.error("context/append", sessionId="s", itemId=kept, content="more")["name"] == "contentDropped"
    assert place.error("context/restore", sessionId="s", items=[gone])["name"] == "contentDropped"
    assert place.error("context/undo", sessionId="s", undo=undo)["name"] == "conflict"
    assert place.call("context/restore", sessionId="s", items=[kept])["restored"] == 0

    with place.services.store.read() as reader:
        (last,) = [event for event in reader.events("s") if event.method == METHOD]
    assert (last.method, len(last.changes), last.detail["items"]) == (METHOD, 4, 4)
    assert all(change["before"]["hash"] and change["after"]["hash"] is None for change in last.changes)


def test_a_session_without_content_works_on(place: Place) -> None:
    place.session("s", 10, "# Notes\n\nThe first text.", "# More\n\nThe second text.")
    place.retain("age=1d")

    place.call("session/open", sessionId="s")
    place.call("workflow/startPhase", sessionId="s", phase=1, reopen=True)
    (new,) = place.call(
        "context/add", sessionId="s", items=[{"layer": "transient", "phase": 1, "content": "a new text"}]
    )["items"]
    assert "a new text" in place.call("context/render", sessionId="s", maxTokens=500)["text"]
    assert place.call("context/search", sessionId="s", query="new text")["searched"] == 1
    place.call("session/recalibrate", sessionId="s")
    place.call("context/prune", sessionId="s", target={"workflow": True})
    place.call("budget/report", sessionId="s")
    place.call("workflow/completePhase", sessionId="s", phase=1)
    assert place.call("context/get", sessionId="s", itemId=new["id"])["content"] == "a new text"


def test_new_content_of_a_session_goes_in_its_turn(place: Place) -> None:
    (first,) = place.session("s", 10)
    place.retain("age=1d")
    place.now = NOW - timedelta(days=5)
    place.call("session/open", sessionId="s")
    (second,) = place.call("context/add", sessionId="s", items=[{"layer": "phase", "content": "later"}])["items"]
    place.now = NOW

    assert place.retain("age=6d") == Dropped()
    assert place.retain("age=1d").items == 1
    items = {item["id"]: item["droppedAt"] for item in place.call("context/list", sessionId="s")["items"]}
    assert items[first] is not None
    assert items[second["id"]] is not None


def test_shared_content_stays_for_the_session_that_keeps_it(place: Place) -> None:
    place.session("old", 10, "shared")
    (kept,) = place.session("new", 0, "shared")
    place.retain("age=1d")

    assert place.call("context/get", sessionId="new", itemId=kept)["content"] == "shared"


def test_closing_a_session_applies_what_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, (option, variable) in enumerate([("age=1d", None), (None, "age=1d"), ("age=90d", "age=1d")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        if variable:
            monkeypatch.setenv("CTXBUDGET_RETAIN", variable)
        place = Place(folder, option)
        place.session("old", 10, closed=False)
        place.session("done", 0)
        assert place.dropped() == (set() if option == "age=90d" else {"old"})
        place.services.close()


def test_everything_stays_where_nothing_is_set(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CTXBUDGET_RETAIN", raising=False)
    place.session("old", 1_000)
    place.services.warm_up()
    assert place.dropped() == set()
    assert configured(None) is None


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("age=90d", Retention(age_seconds=90 * DAY)),
        (" age = 2w , sessions = 500 ", Retention(age_seconds=14 * DAY, sessions=500)),
        ("size=2GiB", Retention(size_bytes=2 << 30)),
        ("size=100MB,age=12h", Retention(age_seconds=DAY // 2, size_bytes=10**8)),
    ],
)
def test_settings_are_read(setting: str, expected: Retention) -> None:
    assert parsed(setting) == expected


@pytest.mark.parametrize(
    "setting", ["90d", "age=90", "age=-1d", "sessions=1k", "size=2", "age=1d,age=2d", "colour=red", ","]
)
def test_faulty_settings_say_what_was_expected(setting: str) -> None:
    with pytest.raises(ValueError, match="expected age=90d, sessions=500, size=2GiB"):
        parsed(setting)
