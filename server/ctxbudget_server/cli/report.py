"""`ctxbudget report`: prints a session's report, for people or as JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.presentation.output import complain, show, show_json


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("session", metavar="SESSION", nargs="?", help="the session's id (default: the default session)")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the report on stdout."""
    params = {"sessionId": options.session, "format": "json" if options.json else "markdown"}
    try:
        report = services(options, "report").call("budget/report", params, Cancellation())
    except ProtocolError as error:
        complain("report", error.message)
        return 1
    for notice in report["notices"]:
        complain("report", notice["message"])
    if options.json:
        show_json(report)
    else:
        show(report["markdown"].removesuffix("\n").split("\n"))
    return 0
