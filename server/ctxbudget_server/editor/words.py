"""How figures are written: with thousands separators, a mark for provenance, and every share with its base."""

from __future__ import annotations

MARKS = {"exact": "", "reported": "", "estimated": "~", "calibrated": "≈"}
"""In front of a figure that is not exact."""


def tokens_text(tokens: int, provenance: str) -> str:
    """`4,612 tokens`, or `~4,612 tokens` for an estimate."""
    return f"{MARKS[provenance]}{tokens:,} token{'' if tokens == 1 else 's'}"


def percent(part: int, whole: int) -> str:
    """`61%`; below 10 % with one decimal."""
    share = part / whole if whole else 0.0
    if share >= 0.0995:
        return f"{share:.0%}"
    if 0 < share < 0.0005:
        return "<0.1%"
    return f"{share:.1%}" if part else "0%"


def share_text(part: int, whole: int, base: str) -> str:
    """`61% of budget`; what is over it as tokens: `1,200 over budget`."""
    return f"{part - whole:,} over {base}" if part > whole else f"{percent(part, whole)} of {base}"


def plural(number: int, noun: str) -> str:
    """`1 import`, `4 imports`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
