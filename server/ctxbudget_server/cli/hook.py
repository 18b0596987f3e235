"""Help for `ctxbudget hook`. The command itself is in `hook_guard` and `agent`, which do without `argparse`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.agents.hosts import HOSTS
from ctxbudget_server.cli.options import add_store_options
from ctxbudget_server.presentation.arguments import whole_number

EXAMPLES = (
    ("ctxbudget hook PostToolUse < event.json", "record an event of Claude Code"),
    ("ctxbudget hook AfterTool --host gemini < event.json", "record one of Gemini CLI"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("event", metavar="EVENT", help="e.g. PostToolUse; the payload's hook_event_name overrides it")
    parser.add_argument("--host", choices=HOSTS, help="which agent it is (default: detected from the payload)")
    parser.add_argument(
        "--replace-over",
        type=whole_number(),
        metavar="TOKENS",
        help="give the agent metadata instead of an output of more than TOKENS tokens; the output is kept",
    )
    parser.add_argument(
        "--sidecar",
        action="store_true",
        help="start `ctxbudget sidecar` in the background if none answers, so that later hooks are fast",
    )
    add_store_options(parser)


def run(_: Namespace) -> int:
    """Never called, because printing the help ends the process."""
    return 0
