"""The last hour of an account as a line of blocks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

SPAN: Final = timedelta(hours=1)
_BLOCKS: Final = "▁▂▃▄▅▆▇█"


class Sparkline(NamedTuple):
    """Blocks, oldest first, and the largest number of retained tokens in that hour; None: nothing is known."""

    blocks: str
    highest: int | None


def sparkline(entries: Sequence[dict[str, Any]], now: datetime, cells: int, full: int) -> Sparkline:
    """Retained tokens over the last hour, from entries of `budget/timeline`, oldest first.

    Each cell shows the most that was retained in its share of the hour. A full block is `full` tokens, or the highest
    if that is more. Before the first entry nothing is known, which stays empty.
    """
    start = now - SPAN
    most: list[int | None] = [None] * cells
    before: int | None = None
    reached = 0
    for entry in entries:
        cell = min(cells - 1, int((datetime.fromisoformat(entry["at"]) - start) / SPAN * cells))
        if cell >= 0:
            if before is not None:
                for at in range(reached, cell + 1):
                    most[at] = max(most[at] or 0, before)
            most[cell] = max(most[cell] or 0, entry["highest"])
            reached = cell + 1
        before = entry["retained"]
    if before is not None:
        for at in range(reached, cells):
            most[at] = before
    known = [tokens for tokens in most if tokens is not None]
    if not known:
        return Sparkline(" " * cells, None)
    top = max(full, *known, 1)
    return Sparkline("".join(_block(tokens, top) for tokens in most), max(known))


def _block(tokens: int | None, top: int) -> str:
    return " " if tokens is None else _BLOCKS[min(len(_BLOCKS) - 1, tokens * len(_BLOCKS) // top)]
