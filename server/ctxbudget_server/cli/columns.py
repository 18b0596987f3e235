"""Tables for a terminal, safe whatever their cells contain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctxbudget_server.presentation.terminal import line

MAX_WIDTH = 100_000
"""Width at which a table wraps: so large that long names stay on one line and can be copied."""


def columns(rows: Sequence[Sequence[str]], right: Collection[int]) -> list[str]:
    """Lines with aligned columns, those in `right` to the right. Wide characters count by their displayed width."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for column in range(len(rows[0])):
        table.add_column(justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(line(cell)) for cell in row))
    out = StringIO()
    Console(file=out, width=MAX_WIDTH, color_system=None, force_terminal=False).print(table)
    return [each.rstrip() for each in out.getvalue().splitlines()]
