"""Axes: round figures for ticks, and short labels for them."""

from __future__ import annotations

from math import ceil, floor, log10


def ticks(most: float, wanted: int) -> list[int]:
    """Round figures from 0 to at least `most`, about `wanted` of them."""
    rough = max(1.0, most / max(1, wanted))
    unit = 10 ** floor(log10(rough))
    step = next(int(unit * factor) for factor in (1, 2, 5, 10) if unit * factor >= rough)
    return [step * i for i in range(max(1, ceil(most / step)) + 1)]


def short(tokens: float) -> str:
    """Tokens in a few characters: 950, 12k, 1.5M."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if tokens >= size:
            return f"{tokens / size:.3g}{letter}"
    return f"{tokens:.0f}"
