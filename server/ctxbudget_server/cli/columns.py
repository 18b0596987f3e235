"""Tables for people, safe whatever their cells contain: whole in a pipe, fitted to the width on a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ctxbudget_server.presentation.look import elided, faint, heading, terminal_width
from ctxbudget_server.presentation.terminal import line

MAX_WIDTH = 100_000
"""Width at which a table wraps: so large that long names stay on one line and can be copied."""
MIN_TEXT = 20
"""Columns that a text keeps when it is shortened: a time is never shortened."""
GAP = 2

Cells = list[list[str]]


def columns(
    rows: Sequence[Sequence[str]],
    right: Collection[int],
    *,
    head: bool = True,
    keys: int = 1,
    spare: Sequence[int] = (),
) -> list[str]:
    """Lines with aligned columns, those in `right` to the right. Wide characters count by their displayed width.

    On a terminal long texts lose their middle, and columns of `spare` are left out, in this order, until the rest fits;
    a line says which. Columns that still do not fit follow below, again behind the first `keys` columns, which
    say whose they are. `head` says whether the first row is one of titles.
    """
    cells = [[line(cell) for cell in row] for row in rows]
    width = terminal_width()
    if width is None:
        return _aligned(cells, right)
    kept = _kept(cells, right, width, spare)
    if len(kept) < len(cells[0]):
        without = [cells[0][at] for at in spare if at not in kept]
        part = [[row[at] for at in kept] for row in cells]
        shown = _fitted(part, [place for place, at in enumerate(kept) if at in right], width, keys, head=head)
        return [*shown, faint(f"left out here: {', '.join(without)}")]
    return _fitted(cells, right, width, keys, head=head)


def _fitted(cells: Cells, right: Collection[int], width: int, keys: int, *, head: bool) -> list[str]:
    shown: list[str] = []
    for block in _blocks(cells, right, width, keys):
        part = [[row[at] for at in block] for row in _shortened(cells, right, width, block)]
        first, *rest = _aligned(part, [place for place, at in enumerate(block) if at in right])
        shown += [*([""] if shown else []), heading(first) if head else first, *rest]
    return shown


def _widths(cells: Cells) -> list[int]:
    return [max(map(cell_len, column)) for column in zip(*cells, strict=True)]


def _needed(widths: list[int], block: Sequence[int]) -> int:
    return sum(widths[at] for at in block) + GAP * (len(block) - 1)


def _kept(cells: Cells, right: Collection[int], width: int, spare: Sequence[int]) -> list[int]:
    """The columns without as many of `spare` as must go so that the others fit."""
    widths = _widths(cells)
    least = _least(widths, right)
    kept = list(range(len(widths)))
    for at in spare:
        if _needed(least, kept) <= width:
            break
        kept.remove(at)
    return kept


def _least(widths: list[int], right: Collection[int]) -> list[int]:
    """What each column needs after shortening."""
    return [wide if at in right else min(wide, MIN_TEXT) for at, wide in enumerate(widths)]


def _blocks(cells: Cells, right: Collection[int], width: int, keys: int) -> Iterator[list[int]]:
    """Which columns stand beside each other: all if shortening makes them fit, else as many as fit in full."""
    widths = _widths(cells)
    every = list(range(len(widths)))
    if _needed(_least(widths, right), every) <= width:
        yield every
        return
    block = every[:keys]
    for at in every[keys:]:
        if len(block) > keys and _needed(widths, [*block, at]) > width:
            yield block
            block = every[:keys]
        block.append(at)
    yield block


def _shortened(cells: Cells, right: Collection[int], width: int, block: Sequence[int]) -> Cells:
    """The cells, with the longest texts of a block shortened until it fits, or until none can be shortened further."""
    widths = _widths(cells)
    texts = [at for at in block if at not in right]
    while (over := _needed(widths, block) - width) > 0:
        longest = max(texts, key=lambda at: widths[at], default=None)
        if longest is None or widths[longest] <= MIN_TEXT:
            break
        others = [widths[at] for at in texts if widths[at] < widths[longest]]
        widths[longest] = max(widths[longest] - over, MIN_TEXT, max(others, default=0))
    return [[elided(cell, widths[at]) for at, cell in enumerate(row)] for row in cells]


def _aligned(rows: Cells, right: Collection[int]) -> list[str]:
    table = Table.grid(padding=(0, GAP, 0, 0))
    for column in range(len(rows[0])):
        table.add_column(justify="right" if column in right else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    out = StringIO()
    Console(file=out, width=MAX_WIDTH, color_system=None, force_terminal=False).print(table)
    return [each.rstrip() for each in out.getvalue().splitlines()]
