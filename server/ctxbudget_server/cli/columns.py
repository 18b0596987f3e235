"""Tables for a terminal, whatever stands in their cells."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ctxbudget_server.presentation.terminal import line


def columns(rows: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    """Lines with aligned columns; those in `right` end flush."""
    safe = [[line(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in safe) for column in range(len(safe[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in safe
    ]
