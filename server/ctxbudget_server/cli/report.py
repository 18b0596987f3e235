"""`ctxbudget report`: a session's report for a person, or as JSON."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.services.cancellation import Cancellation


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
        print(f"ctxbudget report: {error.message}", file=sys.stderr)
        return 1
    print(json.dumps(report) if options.json else report["markdown"], end="\n" if options.json else "")
    sys.stdout.flush()
    return 0
