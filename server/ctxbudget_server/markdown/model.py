"""Types shared by all readers of Markdown: sections, the outline, and the caller's two functions.

All line numbers are 1-based and inclusive. All token figures come from the caller's `count`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

Count: TypeAlias = Callable[[str], int]
"""Exact number of tokens of a text."""

Check: TypeAlias = Callable[[], None]
"""Raises if the caller no longer wants the answer."""


def no_check() -> None:
    """The `Check` of a caller that never cancels."""


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One section: its heading, the path of headings down to it, and the lines that it spans with its subsections."""

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
