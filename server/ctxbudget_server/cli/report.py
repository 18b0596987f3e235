"""`ctxbudget report`: prints a session's report, for people or as JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.output import complain, show, show_json

EXAMPLES = (
    ("ctxbudget report", "the session that changed last"),
    ("ctxbudget report build --json", "one session, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "positional",
        metavar="SESSION",
        nargs="?",
        help="the session's id (default: CTXBUDGET_SESSION, or the one that changed last)",
    )
    which.add_argument("--session", metavar="ID", help="the same")
    parser.add_argument("--json", action="store_true", help="the figures as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the report on stdout; which session it is about on stderr, if that was not said."""
    named = session_named(options.positional or options.session)
    try:
        opened = services(options, "report")
        ask = asking(opened)
        chosen = session_to_show(named, ask) if has_account(opened.whereabouts) else None
        if chosen is None:
            complain("report", no_account(opened.whereabouts, options))
            return 1
        report = ask("budget/report", sessionId=chosen.session_id, format="json" if options.json else "markdown")
        if chosen.rule == "changedLast":
            _say_which(ask, chosen.session_id)
    except ProtocolError as error:
        complain("report", _in_words(error))
        return 1
    for notice in report["notices"]:
        complain("report", notice["message"])
    if options.json:
        show_json(report)
    else:
        show(report["markdown"].removesuffix("\n").split("\n"))
    return 0


def _say_which(ask: SendRequest, session: str) -> None:
    total = ask("session/list", limit=1)["total"]
    if total > 1:
        complain("report", f"of {total:,} sessions this is {session}, which changed last; ctxbudget sessions lists all")


def _in_words(error: ProtocolError) -> str:
    unknown = error.name == "unknownSession"
    return f"{error.message}; ctxbudget sessions lists those of the workspace" if unknown else error.message
