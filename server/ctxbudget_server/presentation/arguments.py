"""An argument parser with safe messages: they may contain file names, which the shell expanded."""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, Action, ArgumentError, ArgumentParser, ArgumentTypeError, HelpFormatter, Namespace

from ctxbudget_protocol.suggestions import did_you_mean
from ctxbudget_server.presentation.output import show

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, NoReturn


DEFAULT_COLUMNS = 80


class QuickFormatter(HelpFormatter):
    """A help formatter that finds the terminal's width without importing `shutil`."""

    def __init__(self, prog: str, **named: Any) -> None:
        named.setdefault("width", columns_of_terminal() - 2)
        super().__init__(prog, **named)


class _Help(Action):
    """Prints the help and ends."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "nargs": 0, "default": SUPPRESS, "dest": SUPPRESS})

    def __call__(self, parser: ArgumentParser, namespace: Namespace, *_: object) -> NoReturn:
        special = parser.help_of(namespace, parser) if isinstance(parser, SafeParser) else None
        if special is None:
            parser.print_help()
        else:
            show(special)
        parser.exit()


class SafeParser(ArgumentParser):
    """An `ArgumentParser` that escapes everything it prints, and suggests what may have been meant."""

    def __init__(self, *given: Any, **named: Any) -> None:
        named.setdefault("formatter_class", QuickFormatter)
        super().__init__(*given, **{**named, "add_help": False})
        self.help_of: Callable[[Namespace, SafeParser], list[str] | None] = lambda *_: None
        """The lines of a more special help, by the arguments before the option."""
        self.add_argument("-h", "--help", action=_Help, help="show this help and exit")
        self.color = False
        """Python 3.14 would colour the help."""
        self.examples: Sequence[tuple[str, str]] = ()
        """(command line, what it does), shown at the end of the help."""

    def format_help(self) -> str:
        """The help, with the examples below."""
        text = super().format_help()
        return f"{text}\n{examples_text(self.examples, columns_of_terminal())}\n" if self.examples else text

    def options_known(self) -> list[str]:
        """The names of all options."""
        return [name for action in self._actions for name in action.option_strings]

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        names = [str(choice) for choice in action.choices]
        hint = did_you_mean(str(value), names) or f" (choose from {', '.join(names)})"
        raise ArgumentError(action, f"invalid choice: {value!r}{hint}")

    def error(self, message: str) -> NoReturn:
        """Print the usage and what is wrong; exit with 2."""
        self.print_usage(sys.stderr)
        show([f"{self.prog}: error: {message}"], sys.stderr)
        raise SystemExit(2)

    def _print_message(self, message: str, file: Any = None) -> None:
        if message:
            show(message.removesuffix("\n").split("\n"), file)


def unknown_arguments(words: list[str], known: Iterable[str] = ()) -> str:
    """A message that names arguments that a command does not have, and the known one most like the first."""
    hint = did_you_mean(words[0].partition("=")[0], known) if words[0].startswith("--") else ""
    return f"unknown argument{'s' if len(words) > 1 else ''}: {' '.join(words)}{hint}"


def examples_text(examples: Sequence[tuple[str, str]], width: int) -> str:
    """Examples in two columns where each fits into the width, else each on two lines. No line is broken."""
    column = max(len(command) for command, _ in examples) + 2
    if all(2 + column + len(meaning) <= width for _, meaning in examples):
        lines = [f"  {command:{column}}{meaning}" for command, meaning in examples]
    else:
        lines = [line for command, meaning in examples for line in (f"  {command}", f"      {meaning}")]
    return "\n".join(["examples:", *lines])


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


def columns_of_terminal() -> int:
    """The width of the terminal on standard output, determined as `shutil.get_terminal_size` does."""
    chosen = os.environ.get("COLUMNS", "")
    if chosen.isdecimal() and int(chosen) > 0:
        return int(chosen)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or DEFAULT_COLUMNS  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return DEFAULT_COLUMNS
