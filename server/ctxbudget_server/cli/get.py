"""`ctxbudget get`: prints members of the JSON on stdin, for scripts without a JSON parser."""

from __future__ import annotations

import sys

from ctxbudget_server.cli.printing import printed
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.sidecar.members import MissingMemberError, printed_members
from ctxbudget_server.sidecar.wire import OneShotAnswer

TYPE_CHECKING = False
if TYPE_CHECKING:  # scripts call it often, and `argparse` takes half as long as everything else
    from argparse import ArgumentParser, Namespace

EXAMPLES = (
    ("ctxbudget call budget/status | ctxbudget get retained budget", "two members, a line each"),
    ("ctxbudget call context/list | ctxbudget get 'items.*.id'", "one member of every element"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("paths", metavar="PATH", nargs="+", help="e.g. retained, items.0.id or items.*.id")


def run(options: Namespace) -> int:
    """Print the members; returns the exit code."""
    return print_members(options.paths)


def print_members(paths: list[str]) -> int:
    """Print the members, strings without quotes. Returns 0; 1 if a member is missing, 2 if stdin is not JSON."""
    import json

    try:
        value = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogateescape"))
        return printed(OneShotAnswer(0, printed_members(value, paths)))
    except MissingMemberError as missing:
        complain("get", str(missing))
        return 1
    except (ValueError, RecursionError) as fault:
        complain("get", f"stdin must be JSON: {fault}")
        return 2
