"""Shares of tokens whose price is known, as people are told them."""

from __future__ import annotations

from typing import Final

NEARLY_ALL: Final = 0.9995
"""From here on, a share would be rounded to 100.0%."""


def covered(share: float) -> str:
    """A share as a percentage, which is 100.0% only if nothing is missing."""
    return ">99.9%" if NEARLY_ALL <= share < 1 else f"{share:.1%}"
