"""The command line's own messages: names of files, which the shell put there, may stand in them."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, HelpFormatter, RawDescriptionHelpFormatter

from ctxbudget_server.presentation.output import show

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from typing import Any, NoReturn


DEFAULT_COLUMNS = 80


class QuickFormatter(HelpFormatter):
    """Finds the terminal's width without `shutil`, which each argument that is added would import."""

    def __init__(self, prog: str, **named: Any) -> None:
        named.setdefault("width", _columns() - 2)
        super().__init__(prog, **named)


class QuickRawFormatter(QuickFormatter, RawDescriptionHelpFormatter):
    """The same, and leaves descriptions as they are written."""


class SafeParser(ArgumentParser):
    """An `ArgumentParser` that prints nothing raw."""

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("formatter_class", QuickFormatter)
        super().__init__(*given, **named)
        self.color = False
        """Python 3.14 colours help by itself."""

    def error(self, message: str) -> NoReturn:
        """Say how the command is used and what is wrong; exit with 2."""
        self.print_usage(sys.stderr)
        show([f"{self.prog}: error: {message}"], sys.stderr)
        raise SystemExit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            show(message.removesuffix("\n").split("\n"), file)


def _columns() -> int:
    """The width of the terminal that shows standard output, as `shutil.get_terminal_size` finds it."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or DEFAULT_COLUMNS  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return DEFAULT_COLUMNS
