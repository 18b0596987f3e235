"""How long the faults go on."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def long_run() -> bool:
    """Whether to inject faults at the scale that docs/reliability.md reports, instead of CI's."""
    return bool(os.environ.get("CTXBUDGET_LONG_FAULTS"))
