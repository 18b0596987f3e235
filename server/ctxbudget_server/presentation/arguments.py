"""The command line's own messages: names of files, which the shell put there, may stand in them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any, NoReturn

from ctxbudget_server.presentation.output import show


class SafeParser(ArgumentParser):
    """An `ArgumentParser` that prints nothing raw."""

    def __init__(self, *given: Any, **named: Any) -> None:
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
