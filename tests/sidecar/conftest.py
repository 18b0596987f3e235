"""A place for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidecar.sidecar_place import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A workspace and a store that no other test has."""
    (tmp_path / "w").mkdir()
    return Place(tmp_path / "w", tmp_path / "state" / "store.db")
