"""`ctxbudget diagnose`: what is wrong with a session, why, and what cures it; with `--apply` it cures it."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from typing import Any, get_args

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import FindingCode
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import Choice, session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.diagnosis_lines import Applied, applied_lines, lines
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json

Json = dict[str, Any]

NOTHING_LEFT, LEFT, FAILED = 0, 1, 2
"""Exit codes: nothing is wrong, or all of it was cured; something is, or is left; it cannot be diagnosed, or cured."""

EXAMPLES = (
    ("ctxbudget diagnose", "what is wrong with the session that changed last, and why"),
    ("ctxbudget diagnose build --apply", "send the requests that cure it"),
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
    parser.add_argument("--apply", action="store_true", help="send the requests that cure it; asks nothing")
    parser.add_argument(
        "--only",
        metavar="CODE",
        action="append",
        choices=get_args(FindingCode),
        help="only findings of this code; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="the diagnosis, and what was reached, as JSON")
    parser.epilog = (
        "Exit codes: 0 if nothing is wrong or everything was cured, 1 if something is wrong (with --apply: still), "
        "2 if the session cannot be diagnosed or a request was refused."
    )
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the diagnosis on stdout, or what the cures have reached; returns the exit code."""
    try:
        opened = services(options, "diagnose")
        ask = asking(opened)
        named = session_named(options.positional or options.session)
        chosen = session_to_show(named, ask) if has_account(opened.whereabouts) else None
        if chosen is None:
            complain("diagnose", no_account(opened.whereabouts, options))
            return FAILED
        if not _may_go_on(ask, chosen, options):
            return FAILED
        only = {"only": options.only} if options.only else {}
        diagnosis = ask("budget/diagnose", sessionId=chosen.session_id, **only)
    except ProtocolError as error:
        complain("diagnose", _in_words(error))
        return FAILED
    for notice in diagnosis["notices"]:
        complain("diagnose", notice["message"])
    if options.apply:
        return _apply(ask, diagnosis, options)
    if options.json:
        show_json(diagnosis)
    else:
        tell(lines(diagnosis, options))
    return LEFT if diagnosis["findings"] else NOTHING_LEFT


def _may_go_on(ask: SendRequest, chosen: Choice, options: Namespace) -> bool:
    """Say which session it is if nobody said; nothing is changed in one that only changed last, if there are others."""
    if chosen.rule == "named":
        return True
    total = ask("session/list", limit=1)["total"]
    if total > 1:
        which = f"of {total:,} sessions {chosen.session_id} changed last"
        more = f"name it to change it: ctxbudget diagnose {shlex.quote(chosen.session_id)} --apply"
        complain("diagnose", f"{which}; {more if options.apply else 'ctxbudget sessions lists all'}")
    return total <= 1 or not options.apply


def _in_words(error: ProtocolError) -> str:
    unknown = error.name == "unknownSession"
    return f"{error.message}; ctxbudget sessions lists those of the workspace" if unknown else error.message


def _apply(ask: SendRequest, diagnosis: Json, options: Namespace) -> int:
    """Send the requests in order, up to the first that is refused; report what was reached, and the way back."""
    applied: list[Json] = []
    refused: ProtocolError | None = None
    for finding in diagnosis["findings"]:
        if not finding["requests"]:
            continue
        try:
            for request in finding["requests"]:
                ask(request["method"], **request["params"])
        except ProtocolError as error:
            refused = error
            break
        applied.append(finding)
    session = diagnosis["sessionId"]
    after = ask("budget/status", sessionId=session)
    left = [finding for finding in diagnosis["findings"] if finding not in applied]
    undo = [request for finding in reversed(applied) for request in finding["undo"]]
    if options.json:
        show_json(
            {
                "diagnosis": diagnosis,
                "applied": [finding["code"] for finding in applied],
                "left": [finding["code"] for finding in left],
                "promised": applied[-1]["retained"] if applied else diagnosis["status"]["retained"],
                "reached": after["retained"],
                "available": after["available"],
                "undo": undo,
                "refused": None if refused is None else refused.wire(),
            }
        )
    else:
        tell(applied_lines(diagnosis, Applied(applied, left, after, undo), options))
    if refused is not None:
        complain("diagnose", f"a request was refused, and those after it were not sent: {refused.message}")
        return FAILED
    return LEFT if left else NOTHING_LEFT
