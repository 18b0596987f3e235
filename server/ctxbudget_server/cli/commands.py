"""The command line as parsed by `argparse`; a subcommand's module is imported when it is called."""

from __future__ import annotations

import sys
from importlib import import_module
from keyword import iskeyword
from types import ModuleType

from ctxbudget_server import __version__
from ctxbudget_server.cli.fast_path import FastPath
from ctxbudget_server.presentation.arguments import SafeParser, unknown_arguments
from ctxbudget_server.presentation.output import show

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from collections.abc import Collection, Iterable, Mapping

COMMANDS: dict[str, str] = {
    "serve": "run the server on stdin and stdout",
    "call": "make one request, for hooks and scripts; answered by the workspace's server if one is running",
    "get": "print members of the JSON on stdin, for scripts",
    "hook": "record what happened in a coding agent; reads the agent's JSON from stdin",
    "statusline": "print a coding agent's status line: window, budget, phase, running subagents",
    "sidecar": "answer the workspace's hooks and calls from one process until idle for a while",
    "demo": "drive a server through a complete workflow on real files, and show what happens",
    "count": "count the tokens of files",
    "mcp": "serve the budget as tools for a model, over the Model Context Protocol",
    "plan": "show the phases, waves and allocations that a plan gives; set them up",
    "fit": "cut a recorded conversation to a limit, keeping what is removed",
    "replay": "replay a recorded conversation call by call, with and without policies",
    "cost": "sum what providers billed for recorded sessions, and what that costs at your prices",
    "breakdown": "show where the tokens went: the window by source, the cache, money",
    "transcripts": "list the sessions that coding agents recorded on this machine",
    "config": "show every setting in force and where it comes from",
    "init": "write a file of settings for the workspace, after three questions",
    "install": "set up a coding agent or an editor by its files, or take that out again",
    "evaluate": "show which facts of your own reports survive a cut to 100, 250 and 500 tokens",
    "store": "show where the store is and what takes its space; clean it",
    "doctor": "check the installation and the store, and say how to fix what is wrong",
    "report": "print a session's report: actual figures against the budget",
    "diagnose": "say what is wrong with a session and why, and cure it",
    "history": "show what past runs came to, compare them, export them as CSV or JSON",
    "top": "watch the workspace's sessions live in the terminal: prune, undo, pin, extend leases",
    "sessions": "list the workspace's sessions: state, age, tokens, last event",
    "timeline": "show a session's account over time: each change, and the figures after it",
    "archive": "keep the figures and the log of sessions, and drop their content",
    "export": "write a session as lines of JSON that others can verify",
    "import": "take in exported sessions",
    "receipt": "print the hash of a session's log, to keep elsewhere",
    "where": "show the workspace, the store and the session that commands use, and why",
    "schema": "print the protocol as one JSON Schema",
    "completion": "print the script that completes this command in bash, zsh or fish",
    "bash-client": "print the path of the file to source in bash scripts",
    "editor-client": "print the folder of files to load in Neovim or Emacs",
}

EXAMPLES = (
    ("ctxbudget serve", "for a harness or an editor, over JSON-RPC"),
    ("ctxbudget call budget/status", "the default session's account, as JSON"),
    ("ctxbudget report", "the session that changed last, for people"),
    ("ctxbudget diagnose", "what is wrong with it, and what would help"),
    ("ctxbudget count README.md docs/*.md", "the tokens of files"),
    ("ctxbudget plan plan.md --apply", "its phases, each with its share of the budget"),
    ("ctxbudget fit --last --max 100000 --dry-run", "what would be removed from a recorded conversation"),
    ("ctxbudget replay --last --policy reduce", "tokens over time, with and without a policy"),
    ("ctxbudget cost --last --prices prices.toml", "what a session was billed, and what that costs"),
    ("ctxbudget breakdown --last", "what a window holds, and why its cache was written again"),
    ("ctxbudget evaluate specs/", "what your own reports would lose at 100, 250, 500 tokens"),
    ("ctxbudget demo", "a six-phase workflow on the example documents"),
)
"""Shown at the end of the help of all commands; each module of a command has its own."""


def run(given: list[str], fast_path: FastPath) -> int:
    """Run the command; returns the exit code. `fast_path` is what has already been tried for a one-shot command."""
    command = next((word for word in given if not word.startswith("-")), None)
    only = command in COMMANDS and given[0] == command  # so the others appear in no message
    parser, subparsers = parser_of([command] if only else list(COMMANDS), filled=[command])
    options, unknown = parser.parse_known_args(given)
    if unknown:
        blamed = subparsers[options.command] if only else parser
        blamed.error(unknown_arguments(unknown, blamed.options_known()))
    if options.version or getattr(options, "print_version", False):
        return _print_version()
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    options.fast_path = fast_path
    code: int = module_of(options.command).run(options)
    return code


def parser_of(
    commands: Iterable[str | None], filled: Collection[str | None]
) -> tuple[SafeParser, Mapping[str, SafeParser]]:
    """The parser of some commands, and each one's own. Only those in `filled` get arguments, from their modules."""
    parser = SafeParser(prog="ctxbudget", description="A language server for context budgets.")
    parser.examples = EXAMPLES
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND")
    for name, summary in COMMANDS.items():
        if name not in commands:
            continue
        subparser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name in filled:
            module = module_of(name)
            module.add_arguments(subparser)
            subparser.examples = module.EXAMPLES
    return parser, subparsers.choices


def module_of(command: str) -> ModuleType:
    """The module of a subcommand."""
    name = command.replace("-", "_")
    return import_module(f"ctxbudget_server.cli.{name}{'_' if iskeyword(name) else ''}")


def _print_version() -> int:
    show([f"ctxbudget {__version__}"])
    return 0
