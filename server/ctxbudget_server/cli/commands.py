"""The command line read by `argparse`: each subcommand's module is imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

from ctxbudget_server import __version__
from ctxbudget_server.cli.fast_path import Attempt
from ctxbudget_server.presentation.arguments import QuickRawFormatter, SafeParser
from ctxbudget_server.presentation.output import show

COMMANDS: dict[str, str] = {
    "serve": "run the server on stdin and stdout",
    "call": "one request, for hooks and scripts; a running server of the workspace answers it",
    "get": "print members of the JSON on stdin, for scripts",
    "hook": "put what happened in a coding agent on the account; reads the agent's JSON on stdin",
    "statusline": "one line for a coding agent's foot: window, budget, phase, agents out",
    "sidecar": "answer hooks and calls of the workspace from one process until it has been idle for a while",
    "demo": "drive a server through a whole workflow on real files, and show what happens",
    "count": "count the tokens of files",
    "mcp": "serve the budget as tools for a model, over the Model Context Protocol",
    "fit": "cut a recorded conversation to a limit, and keep what goes",
    "replay": "replay a recorded conversation call by call, with and without policies",
    "store": "show where the store is, its size and what holds it; clean it",
    "doctor": "look at the installation and the store, and say what mends them",
    "report": "print a session's report: actual against budget",
    "schema": "print the protocol as one JSON Schema",
    "bash-client": "print the path of the file that bash scripts source",
    "editor-client": "print the folder with the files that Neovim or Emacs loads",
}

EXAMPLES = """\
examples:
  ctxbudget serve                                      a harness or an editor speaks JSON-RPC to it
  ctxbudget call budget/status                         the default session's account, as JSON
  ctxbudget call context/add '{"items": [{"layer": "transient", "path": "report.md"}]}'
  ctxbudget count README.md docs/*.md
  ctxbudget fit SESSION.jsonl --max 100000 --dry-run   what would go from a recorded conversation
  ctxbudget replay SESSION.jsonl --policy reduce       tokens over time, with and without a policy
  ctxbudget demo                                       a six-phase workflow on the example documents
"""


def run(given: list[str], attempt: Attempt) -> int:
    """Run the command; the exit code. `attempt` is what has been tried before with a one-shot command."""
    command = next((word for word in given if not word.startswith("-")), None)
    parser = SafeParser(
        prog="ctxbudget",
        description="The language server of context budgets.",
        epilog=EXAMPLES,
        formatter_class=QuickRawFormatter,
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    only = command in COMMANDS and given[0] == command  # nothing will be said of the others
    for name, summary in COMMANDS.items():
        if only and name != command:
            continue
        subparser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == command:
            _module(name).add_arguments(subparser)
    options = parser.parse_args(given)
    if options.version or getattr(options, "print_version", False):
        return _print_version()
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    options.attempt = attempt
    code: int = _module(options.command).run(options)
    return code


def _module(command: str) -> ModuleType:
    return import_module(f"ctxbudget_server.cli.{command.replace('-', '_')}")


def _print_version() -> int:
    show([f"ctxbudget {__version__}"])
    return 0
