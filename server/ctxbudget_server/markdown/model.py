"""What every reader of Markdown passes around: sections, the outline, and the caller's two functions.

All line numbers are 1-based and inclusive. All token figures are counts of the caller's `count`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Count: TypeAlias = Callable[[str], int]
"""Exact number of tokens of a text."""

Check: TypeAlias = Callable[[], None]
"""Raises when the caller no longer wants the answer."""


def no_check() -> None:
    """The `Check` of a caller that never cancels."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One section: its own heading, the headings above it and itself, and the lines that it spans with all below it."""

    heading: str
    path: tuple[str, ...]
    level: int
    start_line: int
    end_line: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of a section, found by its heading."""

    heading: str
    path: tuple[str, ...]
    level: int
    start_line: int
    end_line: int
