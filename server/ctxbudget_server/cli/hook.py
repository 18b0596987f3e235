"""`ctxbudget hook`: its help. What it does is in `hook_guard` and `agent`, without `argparse`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.agents.hosts import HOSTS
from ctxbudget_server.cli.options import add_store_options


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("event", metavar="EVENT", help="e.g. PostToolUse; the payload's hook_event_name overrides it")
    parser.add_argument("--host", choices=HOSTS, help="which agent it is (default: seen from the payload)")
    parser.add_argument(
        "--replace-over",
        type=int,
        metavar="TOKENS",
        help="give the agent metadata in place of an output of more tokens; the output is kept",
    )
    parser.add_argument(
        "--sidecar",
        action="store_true",
        help="start `ctxbudget sidecar` in the background if none answers: later hooks are fast then",
    )
    add_store_options(parser)


def run(_: Namespace) -> int:
    """Never called: the help ends the process."""
    return 0
