"""`ctxbudget report`: a session's report, as Markdown, as a page, or as JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.page_files import add_page_options, deliver, fault_of_page_options
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell, terminal_width
from ctxbudget_server.presentation.output import complain, show, show_json
from ctxbudget_server.presentation.terminal import json_text

Json = dict[str, Any]

MAX_GROUPS = 200
"""Into how many groups of changes the timeline is read, to find the phase of the peak."""

EXAMPLES = (
    ("ctxbudget report", "the session that changed last"),
    ("ctxbudget report build --open", "as a page with charts, in the browser"),
    ("ctxbudget report build --format html --out build.html", "the page, to keep or to send"),
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
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--format",
        choices=("md", "html", "json"),
        help="Markdown, one HTML file with charts, or the figures as JSON (default: on a terminal a view for it, else "
        "Markdown)",
    )
    form.add_argument("--json", action="store_true", help="the same as --format json")
    add_page_options(parser)
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print or write the report; which session it is about on stderr, if that was not said."""
    form = "json" if options.json else options.format or ("html" if options.open else "")
    form = form or ("md" if options.out or terminal_width() is None else "terminal")
    fault = fault_of_page_options(options, wants_page=form == "html")
    if fault is None and options.open and form != "html":
        fault = f"--open shows a page, so it goes with --format html, not {form}"
    if fault is not None:
        complain("report", fault)
        return 2
    named = session_named(options.positional or options.session)
    try:
        opened = services(options, "report")
        ask = asking(opened)
        chosen = session_to_show(named, ask) if has_account(opened.whereabouts) else None
        if chosen is None:
            complain("report", no_account(opened.whereabouts, options))
            return 1
        if chosen.rule == "changedLast":
            _say_which(ask, chosen.session_id)
        if form == "html":
            from ctxbudget_server.pages.session import session_page

            return deliver("report", session_page(ask, chosen.session_id), options, chosen.session_id)
        if form == "terminal":
            tell(_for_terminal(ask, chosen.session_id))
            return 0
        report = ask("budget/report", sessionId=chosen.session_id, format="json" if form == "json" else "markdown")
    except ProtocolError as error:
        complain("report", _in_words(error))
        return 1
    for notice in report["notices"]:
        complain("report", notice["message"])
    return _printed(report, form, options.out)


def _printed(report: Json, form: str, out: str | None) -> int:
    """Print Markdown or JSON, or write it to a file; returns the exit code."""
    if out is not None and out != "-":
        text = report["markdown"] if form == "md" else json_text(report) + "\n"
        try:
            Path(out).write_text(text, encoding="utf-8", newline="\n")
        except OSError as fault:
            complain("report", f"{out}: {fault.strerror}")
            return 1
    elif form == "json":
        show_json(report)
    else:
        show(report["markdown"].removesuffix("\n").split("\n"))
    return 0


def _for_terminal(ask: SendRequest, session: str) -> Iterator[str]:
    from ctxbudget_server.cli.report_lines import MAX_ITEMS, report_lines

    report = ask("budget/report", sessionId=session)
    for notice in report["notices"]:
        complain("report", notice["message"])
    timeline = ask("budget/timeline", sessionId=session, every=max(1, report["revision"] // MAX_GROUPS))["entries"]
    status = ask("budget/status", sessionId=session)
    account = ask("budget/breakdown", sessionId=session, largest=MAX_ITEMS)["account"]
    return report_lines(report, timeline, status, account["largest"] if account else [], terminal_width() or 80)


def _say_which(ask: SendRequest, session: str) -> None:
    total = ask("session/list", limit=1)["total"]
    if total > 1:
        complain("report", f"of {total:,} sessions this is {session}, which changed last; ctxbudget sessions lists all")


def _in_words(error: ProtocolError) -> str:
    unknown = error.name == "unknownSession"
    return f"{error.message}; ctxbudget sessions lists those of the workspace" if unknown else error.message
