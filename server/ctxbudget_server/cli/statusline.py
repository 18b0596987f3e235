"""Help for `ctxbudget statusline`. The command itself is in `hook_guard` and `agent`, which do without `argparse`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.options import add_store_options
from ctxbudget_server.presentation.arguments import whole_number

EXAMPLES = (
    ("ctxbudget statusline < status.json", "the line for the JSON that the agent sends"),
    ("ctxbudget statusline --session review --color never --width 60", "the line of a session, plain and short"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--session",
        metavar="ID",
        help="the session if stdin names none (default: CTXBUDGET_SESSION, or the one that changed last)",
    )
    parser.add_argument(
        "--color",
        choices=("always", "never"),
        default="always",
        help="colour by level (default: unless NO_COLOR is set)",
    )
    parser.add_argument("--width", type=whole_number(), metavar="COLUMNS", help="leave out what does not fit")
    add_store_options(parser)


def run(_: Namespace) -> int:
    """Never called, because printing the help ends the process."""
    return 0
