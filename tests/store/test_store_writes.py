"""Writes touch what they change, and cost the same in a session of any size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.rules.items import Item
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.sqlite import SqliteStore

ITEM = Item(
    id="i1", seq=1, layer="transient", kind="log", phase=None, wave=None, agent=None, title=None, path=None,
    pinned=False, marker=False, brought_in=True, tokens=5, raw_tokens=5, encoding=None, factor=1.0,
    provenance="reported", bytes=None, hash=None, segments=(), complete=None, state="retained", withdrawn=False,
    stand_in=None, reduces=(), reason=None, added_at="2030-01-01T00:00:00.000Z", revision=1,
)  # fmt: skip
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "phase": st.none() | st.integers(0, 9),
        "pinned": st.booleans(),
        "complete": st.none() | st.booleans(),
        "tokens": st.integers(0, 99),
        "state": st.sampled_from(["retained", "reduced", "pruned"]),
        "hash": st.none() | st.sampled_from(["a", "b"]),
        "segments": st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
        "reduces": st.sampled_from([(), ("i2",), ("i2", "i3")]),
        "reason": st.none() | st.just("requested"),
        "revision": st.integers(1, 9),
    },
)


class NotKept(Exception):  # noqa: N818 (no fault: it only ends a transaction)
    """Ends a transaction that is not to be kept."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    """An empty store."""
    store = SqliteStore(tmp_path_factory.mktemp("writes") / "store.db")
    yield store
    store.close()


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(CHANGES, min_size=1, max_size=4))
def test_a_changed_item_is_stored_as_it_is(store: SqliteStore, steps: list[dict[str, Any]]) -> None:
    with pytest.raises(NotKept), store.write(lambda: None) as writer:
        before = ITEM
        writer.put_items("s", [(None, before)])
        for step in steps:
            after = before._replace(**step)
            writer.put_items("s", [(before, after)])
            assert writer.item("s", "i1") == after
            before = after
        raise NotKept


def steps_of_asking(service: BudgetService) -> int:
    """How many hundreds of SQLite's instructions it takes to find that nothing has left the context."""
    seen: list[None] = []
    with service.store.read() as reader:
        connection = reader._sql  # type: ignore[attr-defined]
        connection.set_progress_handler(lambda: seen.append(None), 100)
        assert not reader.has_departed("s")
        assert reader.departed("s", "a", "/b", "Read") is None
        connection.set_progress_handler(None, 100)
    return len(seen)


def test_what_has_left_is_found_without_going_through_what_has_not(tmp_path: Path) -> None:
    service = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "store.db")), actor="test")
    service.call("session/open", {"sessionId": "s"}, Cancellation())
    for _ in range(4):
        items = [{"layer": "transient", "tokens": 1}] * 500
        service.call("context/add", {"sessionId": "s", "items": items}, Cancellation())
    assert steps_of_asking(service) < 5
    service.close()


def test_whether_items_are_there_is_found_without_going_through_the_others(tmp_path: Path) -> None:
    service = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "store.db")), actor="test")
    service.call("session/open", {"sessionId": "s"}, Cancellation())
    ids: list[str] = []
    for _ in range(4):
        items = [{"layer": "transient", "tokens": 1}] * 500
        added = service.call("context/add", {"sessionId": "s", "items": items}, Cancellation())
        ids += [item["id"] for item in added["items"]]
    seen: list[None] = []
    with service.store.read() as reader:
        connection = reader._sql  # type: ignore[attr-defined]
        connection.set_progress_handler(lambda: seen.append(None), 100)
        assert reader.holds_items("s", ids[-10:])
        assert not reader.holds_items("s", [*ids[-10:], "missing"])
        connection.set_progress_handler(None, 100)
    assert len(seen) < 20
    service.close()


def test_what_is_retained_is_found_without_going_through_what_was_pruned(tmp_path: Path) -> None:
    service = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "store.db")), actor="test")
    service.call("session/open", {"sessionId": "s"}, Cancellation())
    for _ in range(4):
        items = [{"layer": "transient", "tokens": 1}] * 500
        service.call("context/add", {"sessionId": "s", "items": items}, Cancellation())
    service.call("context/prune", {"sessionId": "s", "target": {"layer": "transient"}}, Cancellation())
    added = service.call("context/add", {"sessionId": "s", "items": [{"layer": "phase", "tokens": 1}]}, Cancellation())
    seen: list[None] = []
    with service.store.read() as reader:
        connection = reader._sql  # type: ignore[attr-defined]
        connection.set_progress_handler(lambda: seen.append(None), 100)
        retained = reader.items("s", state="retained")
        connection.set_progress_handler(None, 100)
    assert [item.id for item in retained] == [item["id"] for item in added["items"]]
    assert len(seen) < 20
    service.close()


@settings(max_examples=60, deadline=None)
@given(
    every=st.lists(CHANGES, max_size=6),
    hashes=st.sets(st.sampled_from(["a", "b", "c"])),
    ids=st.sets(st.sampled_from(["i1", "i3", "i9"])),
)
def test_items_by_hash_id_and_state_are_those_of_all_items(
    store: SqliteStore, every: list[dict[str, Any]], hashes: set[str], ids: set[str]
) -> None:
    with pytest.raises(NotKept), store.write(lambda: None) as writer:
        items = [ITEM._replace(id=f"i{seq}", seq=seq, **changes) for seq, changes in enumerate(every, 1)]
        writer.put_items("s", [(None, item) for item in items])
        added = writer.items("s")
        assert writer.items("s", hashes=hashes) == [item for item in added if item.hash in hashes]
        assert writer.items("s", ids=ids) == [item for item in added if item.id in ids]
        assert writer.items("s", state="reduced") == [item for item in added if item.state == "reduced"]
        raise NotKept
