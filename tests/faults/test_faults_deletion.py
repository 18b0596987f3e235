"""A deleted session costs what it held, leaves the files, and takes nothing that others hold."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.account.content import make_blob
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.transaction import SqliteWriter

MARKER = "a title that nobody may read once its session is deleted"
LAST_PAGES = 8
"""Of a store that holds nothing: pages that may be left beside those of a new one."""


class Place:
    """A store in a folder, and requests to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "state" / "store.db"
        options = Options(workspace=str(folder), store=str(self.path), durability="fast")
        self.services = BudgetService(options, actor="test")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        return self.services.call(method, params, Cancellation())

    def add(self, session: str, *contents: str, title: str | None = None) -> list[str]:
        """New items of a session; their ids."""
        self.call("session/open", sessionId=session)
        items = [{"layer": "transient", "title": title, "content": content} for content in contents]
        return [item["id"] for item in self.call("context/add", sessionId=session, items=items)["items"]]

    def pages(self) -> int:
        """Pages of the file."""
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            return int(connection.execute("PRAGMA page_count").fetchone()[0])

    def bytes(self) -> int:
        """Of all files of the store, except for two of a fixed size: the reserve and the high-water marks."""
        files = (file for file in self.path.parent.glob("store.db*") if file.suffix not in (".reserve", ".seen"))
        return sum(file.stat().st_size for file in files if file.is_file())

    def files_with(self, needle: bytes) -> list[str]:
        """Names of the store's files that hold these bytes."""
        return [
            file.name for file in self.path.parent.glob("store.db*") if file.is_file() and needle in file.read_bytes()
        ]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    yield place
    place.services.close()


def noise(dice: random.Random, size: int) -> str:
    """Text that compresses badly."""
    return dice.randbytes(size // 2).hex()


def steps_of_deletion(place: Place, session: str) -> int:
    """SQLite's instructions for deleting a session."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    with contextlib.closing(sqlite3.connect(place.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.set_progress_handler(step, 1)
        SqliteWriter(connection).delete_session(session)
        connection.set_progress_handler(None, 1)
        connection.execute("COMMIT")
    return steps


def test_deleting_costs_what_is_deleted(place: Place, long_run: bool) -> None:
    costs = []
    others = 0
    for wanted in (0, 100, 473) if long_run else (0, 20, 60):
        for number in range(others, wanted):
            place.add(f"other-{number}", f"one thing {number}", f"another {number}")
        others = wanted
        place.add("mine", "mine alone", "one thing 1")
        costs.append(steps_of_deletion(place, "mine"))

    assert max(costs) <= 2 * costs[0], costs


def test_what_others_hold_stays(place: Place) -> None:
    place.add("mine", "shared", "mine alone")
    (shared,) = place.add("yours", "shared")
    place.call("session/delete", sessionId="mine")

    assert place.call("context/get", sessionId="yours", itemId=shared)["content"] == "shared"
    with contextlib.closing(sqlite3.connect(place.path)) as connection:
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (1,)
    place.call("session/delete", sessionId="yours")
    with contextlib.closing(sqlite3.connect(place.path)) as connection:
        assert connection.execute("SELECT count(*) FROM blobs").fetchone() == (0,)
        assert connection.execute("SELECT count(*) FROM blob_holders").fetchone() == (0,)


def test_space_goes_back_to_the_disk(place: Place) -> None:
    dice = random.Random(3)
    place.add("first", "small")
    empty = place.pages()
    for number in range(4):
        place.add(f"large-{number}", *(noise(dice, 40_000) for _ in range(10)))
    full = place.bytes()
    for number in range(4):
        place.call("session/delete", sessionId=f"large-{number}")

    assert place.pages() <= empty + LAST_PAGES
    assert place.bytes() < full / 4


@pytest.mark.parametrize("size", [60, 1_500, 4_000, 30_000])
def test_deleted_content_is_in_no_file(place: Place, size: int) -> None:
    dice = random.Random(size)
    secret = noise(dice, size)
    stored = make_blob(secret.encode(), lambda: None).compressed
    probes = [MARKER.encode(), secret[:40].encode(), stored[4:28], stored[-24:]]
    items = []
    for number in range(30):  # beside others, so that pages are shared and split
        place.add(f"other-{dice.random()}", noise(dice, dice.randint(50, 6_000)), title=f"an innocent title {number}")
        items += place.add("secret", f"{secret}{number}" if number else secret, title=f"{MARKER} {number}")
    place.call("context/append", sessionId="secret", itemId=items[3], content=secret)
    place.call("context/prune", sessionId="secret", target={"items": items[::2]})
    place.call("context/update", sessionId="secret", itemId=items[1], title=f"{MARKER}, changed")
    assert all(place.files_with(probe) for probe in probes[2:])

    place.call("session/delete", sessionId="secret")
    for probe in probes:
        assert place.files_with(probe) == []


def test_a_reader_in_between_only_delays_it(place: Place) -> None:
    place.add("secret", "something to read", title=MARKER)
    with contextlib.closing(sqlite3.connect(place.path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM items").fetchone()
        place.call("session/delete", sessionId="secret")
        assert place.files_with(MARKER.encode()) != []  # the reader's snapshot needs it
        reader.execute("ROLLBACK")
    place.add("another", "the next write clears up")

    assert place.files_with(MARKER.encode()) == []
