"""The arguments and help of `ctxbudget call`; the command itself is in `call_here`, which does without `argparse`."""

from __future__ import annotations

from argparse import SUPPRESS, Action, ArgumentParser, Namespace

from ctxbudget_protocol.methods import METHODS, unknown_method
from ctxbudget_server.cli.options import add_root_option, add_store_options
from ctxbudget_server.presentation.arguments import SafeParser, columns_of_terminal, whole_number
from ctxbudget_server.presentation.output import show

TYPE_CHECKING = False
if TYPE_CHECKING:  # hooks have no time for `typing`
    from typing import Any, NoReturn

EXAMPLES = (
    ("ctxbudget call budget/status", "the default session's account"),
    ("ctxbudget call budget/status --get retained --get budget", "two figures, for a script"),
    (
        'ctxbudget call context/add \'{"items": [{"layer": "transient", "path": "report.md"}]}\'',
        "add a file of the workspace",
    ),
    ("jq -n '{texts: [$t]}' --arg t \"$TEXT\" | ctxbudget call tokens/count -", "params from stdin"),
    ("ctxbudget call --list", "all methods"),
    ("ctxbudget call budget/reserve --help", "what one method takes and returns"),
)


def add_arguments(parser: SafeParser) -> None:
    """The command's arguments."""
    parser.help_of = _help_of_method
    parser.add_argument("--list", action=_List, help="list the methods and exit; METHOD --help tells more of one")
    parser.add_argument("method", metavar="METHOD", help="e.g. budget/status")
    parser.add_argument("params", metavar="JSON", nargs="?", default="{}", help="the params; - reads them from stdin")
    parser.add_argument(
        "--session",
        metavar="ID",
        help="the session, if JSON names none; the first write creates it (default: CTXBUDGET_SESSION, else the "
        "workspace's default session)",
    )
    parser.add_argument(
        "--get",
        action="append",
        default=[],
        metavar="PATH",
        help="print only this member of the result, strings without quotes: retained, items.0.id, items.*.id; "
        "may be repeated",
    )
    parser.add_argument(
        "--errors",
        choices=("json", "text"),
        default="json",
        help="how an error is printed: as JSON for programs, or as name and message for people (default: json)",
    )
    parser.add_argument(
        "--sidecar-for",
        type=whole_number(1),
        metavar="PID",
        help="if no sidecar answers, start one in the background for later calls; it ends when process PID ends",
    )
    add_store_options(parser)
    add_root_option(parser)


def _help_of_method(options: Namespace, parser: SafeParser) -> list[str] | None:
    """The help of the method that was named before the option."""
    name = options.method
    if name is None:
        return None
    method = METHODS.get(name)
    if method is None or method.direction == "serverToClient":
        parser.error(f"{unknown_method(name)} (ctxbudget call --list shows all)")
    from ctxbudget_server.cli.method_help import described

    return described(method, columns_of_terminal())


class _List(Action):
    """Prints all methods."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "nargs": 0, "default": SUPPRESS, "dest": SUPPRESS})

    def __call__(self, parser: ArgumentParser, *_: object) -> NoReturn:
        from ctxbudget_server.cli.method_help import listed

        show(listed(columns_of_terminal()))
        parser.exit()


def run(options: Namespace) -> int:
    """Make the request; returns the exit code."""
    from ctxbudget_server.cli.call_here import run

    return run(options)
