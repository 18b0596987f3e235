"""How a row reads: whole, or cut to what differs, with marks for what is left out."""

from __future__ import annotations

from collections.abc import Collection

from ctxbudget_server.extract.rows.model import ATTRIBUTE, Row
from ctxbudget_server.markdown.model import Count

MARK = "…"
MAX_LINE = 500
"""A longer line, in characters, is cut whatever the budget."""
_ODD_CELL, _OTHER_CELL = 240, 80
"""Characters shown of a cell of a row that is cut: of one that differs, and of any other."""
_WINDOW = 160
"""Characters shown of a long line."""


def has_cells(row: Row) -> bool:
    """Whether a row can be cut cell by cell."""
    return sum(bool(shown) for _, _, shown in row.cells) > 1


def cut(row: Row, columns: Collection[str], between: str, limit: int, count: Count) -> str:
    """A row's first cell, those of `columns`, and as many of the others from the left as fit `limit` tokens."""
    shown: list[str] = []
    wanted: list[bool] = []
    for column, _, text in row.cells:
        if text and (not shown or shown[-1] != text):
            shown.append(text)
            wanted.append(len(shown) == 1 or column in columns)
        elif shown and column in columns:
            wanted[-1] = True
    cells = [_short(text, _ODD_CELL if odd else _OTHER_CELL) for text, odd in zip(shown, wanted, strict=True)]
    text = _joined(row, cells, wanted, between)
    for n, keep in enumerate(wanted):
        if not keep:
            more = [*wanted[:n], True, *wanted[n + 1 :]]
            longer = _joined(row, cells, more, between)
            if count(longer) <= limit:
                text, wanted = longer, more
    return text


def _joined(row: Row, cells: list[str], wanted: list[bool], between: str) -> str:
    parts: list[str] = []
    for cell, keep in zip(cells, wanted, strict=True):
        if keep:
            parts.append(cell)
        elif not parts or parts[-1] != MARK:
            parts.append(MARK)
    return f"{row.opening}{between.join(parts)}{row.closing}"


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}{MARK}"


def window(row: Row, columns: Collection[str]) -> str:
    """The part of a long line around the first value that differs."""
    text = row.text.strip()
    at = next((text.find(value) for column, value, _ in row.cells if column in columns and value in text), 0)
    start = max(0, at - _WINDOW // 3)
    end = min(len(text), start + _WINDOW)
    return f"{MARK if start else ''}{text[start:end]}{MARK if end < len(text) else ''}"


def attributes(row: Row, columns: Collection[str]) -> list[str]:
    """Attributes of a row that are not part of its text."""
    odd = [(column, value) for column, value, _ in row.cells if column in columns and ATTRIBUTE in column]
    return [f"{column.rsplit(ATTRIBUTE, 1)[1]}={value}" for column, value in odd]
