"""A tool's output as rows that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

LINE = "~"
"""The column of whole lines, which are compared by their words. Columns that begin so are none of the source's."""
ATTRIBUTE = "\t@"
"""What the column of an attribute has before its name; an attribute is shown only where it differs."""
AGAIN = "again"
"""What differs about a row that repeats a value."""
Add: TypeAlias = Callable[[int, float, Hashable], None]
"""Takes a row, by how many bits it differs, and in what."""


class Cell(NamedTuple):
    """One value of a row; cells with the same `column` are compared. `shown` is how it reads when the row is cut."""

    column: str
    value: str
    shown: str = ""


class Row(NamedTuple):
    """A row: how it reads, its cells (none if it is not compared), and the row that it belongs to, such as a file."""

    text: str
    cells: tuple[Cell, ...]
    parent: int | None = None
    group: str = ""
    """Rows of one group should have the same columns."""
    opening: str = ""
    """What a row that is cut begins with, and below what it ends with."""
    closing: str = ""
    lines: int = 1
    """How many rows or lines of the source it is."""


@dataclass(slots=True)
class Table:
    """All rows in the source's order. `schema` are lines that explain them, such as a header."""

    rows: list[Row]
    schema: list[str] = field(default_factory=list)
    unit: str = "line"
    """What a reader calls a row."""
    between: str = ", "
    """What separates the cells of a row that is cut."""
