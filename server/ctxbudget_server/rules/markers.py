"""The text of a marker, which replaces a pruned phase or wave."""

from __future__ import annotations

from typing import Final

from ctxbudget_server.rules.items import Item

MAX_TOKENS: Final = 16
"""No marker has more, whatever its number and the vocabulary."""


def marker_text(phase: int, wave: int | None) -> str:
    """E.g. `Phase 2: complete ✓`, or `Wave 1: complete ✓` for a wave; 6 tokens in o200k_base for small numbers."""
    return f"Phase {phase}: complete ✓" if wave is None else f"Wave {wave}: complete ✓"


def is_marker(item: Item) -> bool:
    """Whether an item is a marker: left by a prune, or by a client that words it alike."""
    return item.marker or (item.phase is not None and item.title == marker_text(item.phase, item.wave))
