"""The sessions, built once for each process that runs these tests."""

from __future__ import annotations

import pytest

from report.sessions import Sessions, build


@pytest.fixture(scope="session")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    """Sessions of all kinds in one store."""
    return build(tmp_path_factory.mktemp("sessions"))
