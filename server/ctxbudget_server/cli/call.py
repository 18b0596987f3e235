"""`ctxbudget call`: makes one request, in this process if no sidecar answers. Fast, since it imports no server."""

from __future__ import annotations

import os
import sys
import time
from argparse import SUPPRESS, Action, ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import SESSION_VARIABLE
from ctxbudget_protocol.methods import METHODS, unknown_method
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.cli.account_here import has_account, separate_account
from ctxbudget_server.cli.fast_path import FastPath
from ctxbudget_server.cli.options import add_root_option, add_store_options, fault_of_variable, services
from ctxbudget_server.cli.printing import printed
from ctxbudget_server.presentation.arguments import SafeParser, columns_of_terminal, whole_number
from ctxbudget_server.presentation.output import complain, show
from ctxbudget_server.service.service import BudgetService
from ctxbudget_server.sidecar.client import STORE_SECONDS, switched_on
from ctxbudget_server.sidecar.commands import prepare, refused
from ctxbudget_server.sidecar.wire import OneShotRequest

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
    """Print the result as JSON on stdout; or the error on stderr, with exit code 1."""
    fast_path: FastPath = options.fast_path
    if fault := fault_of_variable():
        complain("call", fault)
        return 2
    try:
        opened = services(options, "call")
    except ProtocolError as error:
        return printed(refused(error, plain=options.errors == "text"))
    _fold_in(opened, options.method)
    words = [options.method, *(f"get={path}" for path in options.get), f"errors={options.errors}"]
    if session := options.session or os.environ.get(SESSION_VARIABLE):
        words.append(f"session={session}")
    is_new = not has_account(opened.whereabouts)
    ask = OneShotRequest([], fast_path.key, "call", words, _body(options.params, fast_path))
    answer = prepare(opened, ask).run(Cancellation())
    if options.sidecar_for is not None and switched_on():
        _leave_sidecar(opened, options.sidecar_for)
    if is_new and answer.code == 0 and (separate := separate_account(opened.whereabouts, options)):
        complain("call", separate)
    return printed(answer, is_json=not options.get)


def _fold_in(opened: BudgetService, method: str) -> None:
    """Before a call that writes, fold in the events that hooks have spooled; the call is made in any case."""
    row = METHODS.get(method)
    if row is None or not row.mutates:
        return
    from ctxbudget_server.store.spool import Spool

    if Spool(opened.whereabouts.store).is_empty():
        return
    from ctxbudget_server.sidecar.agent_commands import fold_in

    try:
        rejected = fold_in(opened, time.monotonic() + STORE_SECONDS).rejected
    except OSError as fault:
        rejected = [f"waiting events cannot be read: {fault}"]
    for told in rejected:
        complain("call", told)


def _leave_sidecar(opened: BudgetService, process: int) -> None:
    """Start a sidecar for later calls, which lives as long as the process."""
    from ctxbudget_server.cli.sidecar import start
    from ctxbudget_server.runtime.processes import is_alive

    if is_alive(process):
        start(opened.whereabouts, process=process)


def _body(given: str, fast_path: FastPath) -> bytes:
    if given != "-":
        return given.encode("utf-8", "surrogateescape")
    return sys.stdin.buffer.read() if fast_path.body is None else fast_path.body
