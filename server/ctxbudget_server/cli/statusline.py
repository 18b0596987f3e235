"""`ctxbudget statusline`: its help. What it does is in `hook_guard` and `agent`, without `argparse`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.options import add_store_options


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--session", metavar="ID", help="the session where stdin names none (default: CTXBUDGET_SESSION, or `default`)"
    )
    parser.add_argument(
        "--color",
        choices=("always", "never"),
        default="always",
        help="colour by level (default: unless NO_COLOR is set)",
    )
    parser.add_argument("--width", type=int, metavar="COLUMNS", help="leave out what has no room")
    add_store_options(parser)


def run(_: Namespace) -> int:
    """Never called: the help ends the process."""
    return 0
