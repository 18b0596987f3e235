"""What is wrong with the arguments of `ctxbudget hook` or `ctxbudget statusline`, which do without `argparse`."""

from __future__ import annotations

from importlib import import_module
from typing import NoReturn

from ctxbudget_server.presentation.arguments import SafeParser, unknown_arguments


class _Fault(Exception):  # noqa: N818 (what the parser found; it is reported, not raised further)
    pass


class _Parser(SafeParser):
    def error(self, message: str) -> NoReturn:
        raise _Fault(message)


def misuse(command: str, given: list[str]) -> str:
    """What is wrong with arguments that the fast path did not take."""
    parser = _Parser(add_help=False, allow_abbrev=False)
    import_module(f"ctxbudget_server.cli.{command}").add_arguments(parser)
    try:
        _, unknown = parser.parse_known_args(given)
    except _Fault as fault:
        return str(fault)
    if unknown:
        return unknown_arguments(unknown)
    return f"arguments in a form that is not supported: {' '.join(given)}"
