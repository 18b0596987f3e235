"""Plain lines on a terminal, with colour only on a terminal."""

from __future__ import annotations

import os
import sys
from typing import Literal, TextIO

from ctxbudget_server.presentation.output import show

WIDTH = 80
"""Width in columns of the demo's texts, apart from long names and single words."""

Style = Literal["plain", "strong", "warn", "critical", "good"]
_CODES: dict[Style, str] = {"plain": "", "strong": "1", "warn": "33", "critical": "31;1", "good": "32"}


class Console:
    """Writes to a stream. What documents and their names contain cannot control the terminal.

    The demo is told in two ways: in brief, or with every step and what came of it.
    """

    def __init__(self, stream: TextIO | None = None, *, in_full: bool = True) -> None:
        self._stream = stream or sys.stdout
        self._in_full = in_full
        self._colour = self._stream.isatty() and "NO_COLOR" not in os.environ

    def brief(self, text: str = "", style: Style = "plain") -> None:
        """Print a text if the demo is told in brief."""
        if not self._in_full:
            self.say(text, style)

    def full(self, text: str = "", style: Style = "plain") -> None:
        """Print a text if the demo is told in full."""
        if self._in_full:
            self.say(text, style)

    def say(self, text: str = "", style: Style = "plain") -> None:
        """Print a text of one or several lines, in either way of telling."""
        code = _CODES[style] if self._colour else ""
        paint = (lambda line: f"\x1b[{code}m{line}\x1b[0m") if code else None
        show(text.replace("\t", "    ").split("\n"), self._stream, paint)

    def heading(self, text: str) -> None:
        """Print the title of a step."""
        self.full()
        self.full(f"== {text} ".ljust(WIDTH, "="), "strong")
