"""sha256 whichever way it is made."""

from __future__ import annotations

import hashlib
import sys
from types import ModuleType

import pytest

from ctxbudget_server.store.digests import SHORT_BYTES, new_sha256, sha256_hex


@pytest.mark.parametrize("size", [0, 1, 100, SHORT_BYTES, SHORT_BYTES + 1])
def test_it_is_the_standard_librarys(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = b"x" * size
    expected = hashlib.sha256(data).hexdigest()
    assert sha256_hex(data) == expected

    if size <= SHORT_BYTES:
        monkeypatch.delitem(sys.modules, "hashlib")
        assert sha256_hex(data) == expected


def test_a_module_that_another_thread_is_still_importing_is_done_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hashlib", ModuleType("hashlib"))

    assert new_sha256().hexdigest() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
