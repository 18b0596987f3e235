"""Keys that callers make for themselves are kept for a retry, not for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctxbudget_server.store.keys import KEPT_SECONDS, LIFETIME_SECONDS, MAX_EXPIRED_AT_ONCE, passing_key
from ctxbudget_server.store.records import KeyedResult
from ctxbudget_server.store.sqlite import SqliteStore

RESULT = KeyedResult(method="context/add", result={"n": 1})


def put(store: SqliteStore, scope: str, *keys: str) -> None:
    """Keep the result of keys, each in a transaction of its own."""
    for key in keys:
        with store.write(lambda: None) as writer:
            writer.put_keyed(scope, key, RESULT)


def known(store: SqliteStore, scope: str, keys: list[str]) -> list[bool]:
    """Which keys have a result."""
    with store.read() as reader:
        return [reader.keyed(scope, key) == RESULT for key in keys]


def test_keys_older_than_their_lifetime_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "s.db")
    now = time.time()
    keys = ["mine", "yours", *(passing_key() for _ in range(4))]
    ages = (KEPT_SECONDS + 1, KEPT_SECONDS - 60, 2 * LIFETIME_SECONDS, LIFETIME_SECONDS + 1, LIFETIME_SECONDS - 60, 0)
    for key, age in zip(keys, ages, strict=True):
        monkeypatch.setattr(time, "time", lambda age=age: now - age)
        put(store, "s", key)
    put(store, "", "workspace's")  # any later write lets old keys of every scope go

    assert known(store, "s", keys) == [False, True, False, False, True, True]
    assert known(store, "other", keys[5:]) == [False]
    store.close()


def test_a_write_lets_only_a_few_keys_go_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "s.db")
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - KEPT_SECONDS - 10)
    old = [f"usage:{n:03}" for n in range(3 * MAX_EXPIRED_AT_ONCE)]
    put(store, "", *old)
    monkeypatch.setattr(time, "time", lambda: now)

    put(store, "s", "new")
    assert sum(known(store, "", old)) == 2 * MAX_EXPIRED_AT_ONCE
    put(store, "s", "new", "newer")
    assert sum(known(store, "", old)) == 0
    store.close()


def test_a_later_result_of_a_key_does_not_prolong_its_life(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "s.db")
    now = time.time()
    for age in (KEPT_SECONDS + 1, 10):
        monkeypatch.setattr(time, "time", lambda age=age: now - age)
        with store.write(lambda: None) as writer:
            writer.put_keyed("s", "key", KeyedResult(method="context/add", result={"age": age}))
            assert writer.keyed("s", "key") is not None or age == 10
    store.close()
