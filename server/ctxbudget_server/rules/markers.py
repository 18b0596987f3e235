"""The text of a marker, which replaces a pruned phase or wave."""

from __future__ import annotations


def marker_text(phase: int, wave: int | None) -> str:
    """E.g. `Phase 2: complete ✓`, or `Wave 1: complete ✓` for a wave; 6 tokens in o200k_base for small numbers."""
    return f"Phase {phase}: complete ✓" if wave is None else f"Wave {wave}: complete ✓"
