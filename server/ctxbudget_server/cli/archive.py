"""`ctxbudget archive`: keeps a session's figures and log, and drops its content."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json

EXAMPLES = (
    ("ctxbudget archive build", "keep figures and log, drop the content"),
    ("ctxbudget archive build --keep-content", "keep the originals as well"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("sessions", metavar="SESSION", nargs="+", help="the id of a session")
    parser.add_argument("--keep-content", action="store_true", help="keep the originals as well")
    parser.add_argument("--json", action="store_true", help="the results as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Archive the sessions, and say what was dropped; returns the exit code."""
    results = []
    try:
        ask = asking(services(options, "archive"))
        for session in dict.fromkeys(options.sessions):
            ask("budget/status", sessionId=session)  # unknown ones are found before any is archived
        for session in dict.fromkeys(options.sessions):
            results.append(ask("session/archive", sessionId=session, keepContent=options.keep_content))
    except ProtocolError as error:
        complain("archive", error.message)
        return 1
    if options.json:
        show_json(results)
    else:
        tell(
            [
                f"{one['sessionId']}: archived; content of {one['droppedItems']:,} items dropped,"
                f" {one['droppedBytes']:,} bytes"
                for one in results
            ]
        )
    return 0
