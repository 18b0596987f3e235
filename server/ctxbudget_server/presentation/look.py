"""How the command looks to people: styled and fitted to the width on a terminal; plain, whole and stable in a pipe."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from textwrap import TextWrapper
from typing import Final

from ctxbudget_server.presentation.arguments import columns_of_terminal
from ctxbudget_server.presentation.output import show

MIN_WIDTH: Final = 40
"""Columns below which nothing is fitted any more: the terminal breaks lines itself then."""
MAX_PROSE_WIDTH: Final = 110
"""Running text is not wider than this, however wide the terminal is: longer lines are hard to read."""
LEVEL_STYLES: Final = {"ok": "32", "warn": "33", "critical": "31;1", "exceeded": "31;1"}
GAUGE_WIDTH: Final = 48


class Styled(str):
    """A line in a style of its own on a terminal; in a pipe it is a line like any other."""

    __slots__ = ("style",)
    style: str

    def __new__(cls, text: str, style: str) -> Styled:
        """`style` is the parameter of the escape sequence that selects it."""
        line = super().__new__(cls, text)
        line.style = style
        return line


def heading(text: str) -> Styled:
    """A title or the head of a table."""
    return Styled(text, "1")


def faint(text: str) -> Styled:
    """What is said besides, such as how to see more."""
    return Styled(text, "2")


def by_level(text: str, level: str) -> Styled:
    """A line coloured by a level of the account."""
    return Styled(text, LEVEL_STYLES.get(level, ""))


def terminal_width() -> int | None:
    """Columns of the terminal on standard output; None if it is something else, such as a pipe."""
    return max(MIN_WIDTH, columns_of_terminal()) if sys.stdout.isatty() else None


def is_coloured() -> bool:
    """Whether styles may be used on standard output: https://no-color.org says how people refuse them."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def tell(lines: Iterable[str]) -> None:
    """Print lines for people. On a terminal long ones are wrapped at spaces, and styled ones are in colour."""
    width, coloured = terminal_width(), is_coloured()
    if width is None:
        show(lines)
        return
    for each in lines:
        style = each.style if coloured and isinstance(each, Styled) else ""
        paint = (lambda text, style=style: f"\x1b[{style}m{text}\x1b[0m") if style else None
        show(wrapped(each, width), paint=paint)


def wrapped(text: str, width: int) -> list[str]:
    """A line as several, at most so wide, broken at spaces and indented like the first. Long words stay whole."""
    if len(text) <= width:
        return [str(text)]
    indent = " " * (len(text) - len(text.lstrip(" ")))
    hanging = indent + ("  " if text.lstrip(" ").startswith(("- ", "* ")) else "")
    wrapper = TextWrapper(
        min(width, MAX_PROSE_WIDTH),
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
    )
    return wrapper.wrap(text)


def gauge(filled: int, of: int, marks: Iterable[tuple[str, int]], width: int | None) -> Iterator[str]:
    """A bar of `filled` tokens of `of`, and below it where the marks are, (name, tokens).

    A mark beyond the end is left out; names that would touch the one before are left out as well.
    """
    cells = min(GAUGE_WIDTH, (width or 80) - 4)
    full = 0 if of <= 0 else min(cells, round(cells * filled / of))
    yield "  " + "█" * full + "░" * (cells - full)
    below = ""
    for name, tokens in marks:
        at = round(cells * tokens / of) if of > 0 else cells + 1
        label = f"│ {name} {tokens:,}"
        if at <= cells and len(below) <= at and 2 + at + len(label) <= (width or 80):
            below = f"{below:{at}}{label}  "
    if below:
        yield f"  {below.rstrip()}"


def elided(text: str, width: int) -> str:
    """At most `width` columns: the middle is left out, since names begin and end with what tells them apart."""
    from rich.cells import cell_len

    kept = width
    shown = text
    while cell_len(shown) > width:
        end = (kept - 1) * 2 // 3
        shown = f"{text[: kept - 1 - end]}…{text[len(text) - end :]}"
        kept -= 1
    return shown
