"""An argument parser with safe messages: they may contain file names, which the shell expanded."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, ArgumentTypeError, HelpFormatter, RawDescriptionHelpFormatter

from ctxbudget_server.presentation.output import show

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from collections.abc import Callable
    from typing import Any, NoReturn


DEFAULT_COLUMNS = 80


class QuickFormatter(HelpFormatter):
    """A help formatter that finds the terminal's width without importing `shutil`."""

    def __init__(self, prog: str, **named: Any) -> None:
        named.setdefault("width", _columns() - 2)
        super().__init__(prog, **named)


class QuickRawFormatter(QuickFormatter, RawDescriptionHelpFormatter):
    """The same, but keeps the line breaks of descriptions."""


class SafeParser(ArgumentParser):
    """An `ArgumentParser` that escapes everything it prints."""

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("formatter_class", QuickFormatter)
        super().__init__(*given, **named)
        self.color = False
        """Python 3.14 would colour the help."""

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong; exit with 2."""
        self.print_usage(sys.stderr)
        show([f"{self.prog}: error: {message}"], sys.stderr)
        raise SystemExit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            show(message.removesuffix("\n").split("\n"), file)


def unknown_arguments(words: list[str]) -> str:
    """A message that names the arguments that a command does not have."""
    return f"unknown argument{'s' if len(words) > 1 else ''}: {' '.join(words)}"


def whole_number(least: int | None = None) -> Callable[[str], int]:
    """An argument's `type`: a whole number, at least `least`. Its errors say what was expected and what came."""
    wanted = "a whole number" if least is None else f"a whole number of at least {least:,}"

    def read(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or (least is not None and value < least):
            raise ArgumentTypeError(f"expected {wanted}, got {text!r}")
        return value

    return read


def number(least: float) -> Callable[[str], float]:
    """An argument's `type`: a finite number, at least `least`. Its errors say what was expected and what came."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value < float("inf"):
            raise ArgumentTypeError(f"expected a number of at least {least:g}, got {text!r}")
        return value

    return read


def _columns() -> int:
    """The width of the terminal on standard output, determined as `shutil.get_terminal_size` does."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or DEFAULT_COLUMNS  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return DEFAULT_COLUMNS
