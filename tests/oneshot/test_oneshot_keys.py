"""Keys that callers make for themselves are kept for a retry, not for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ctxbudget_server.store.keys import LIFETIME_SECONDS, passing_key
from ctxbudget_server.store.records import KeyedResult
from ctxbudget_server.store.sqlite import SqliteStore


def test_keys_older_than_their_lifetime_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(tmp_path / "s.db")
    result = KeyedResult(method="context/add", result={"n": 1})
    now = time.time()
    keys = []
    with store.write(lambda: None) as writer:
        for age in (2 * LIFETIME_SECONDS, LIFETIME_SECONDS + 1, LIFETIME_SECONDS - 1, 0):
            monkeypatch.setattr(time, "time", lambda age=age: now - age)
            keys.append(passing_key())
        for key in ["mine", *keys]:
            writer.put_keyed("s", key, result)

        assert [writer.keyed("s", key) is not None for key in ["mine", *keys]] == [True, False, False, True, True]
        assert writer.keyed("other", keys[3]) is None
    store.close()
