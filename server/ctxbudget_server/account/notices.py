"""Which results tell of what the store has lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


TOLD_WITH = frozenset({"session/open", "session/list", "budget/status", "budget/report"})
"""Methods whose results tell the losses that nobody has acknowledged."""
