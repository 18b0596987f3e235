"""`ctxbudget sessions`: lists the workspace's sessions, the one that changed last first."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from typing import Any, get_args

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import SessionState
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import Choice, session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.ages import age
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.service.service import BudgetService

MAX_SHOWN = 20
"""Number of sessions listed without `--all`; `--json` lists all of them."""

Json = dict[str, Any]

EXAMPLES = (
    ("ctxbudget sessions", "those of this workspace, the last changed first"),
    ("ctxbudget sessions --state open --json", "the open ones, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--all", action="store_true", help=f"all sessions, not only the latest {MAX_SHOWN}")
    parser.add_argument("--state", choices=get_args(SessionState), help="only sessions in this state")
    parser.add_argument("--json", action="store_true", help="the sessions as JSON, all of them")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the sessions on stdout; returns the exit code."""
    try:
        opened = services(options, "sessions")
        ask = asking(opened)
        there = has_account(opened.whereabouts)
        sessions, notices = _all(ask, options.state) if there else ([], [])
        chosen = session_to_show(session_named(None), ask) if there else None
    except ProtocolError as error:
        complain("sessions", error.message)
        return 1
    for notice in notices:
        complain("sessions", notice["message"])
    if options.json:
        shown = {"sessionId": chosen.session_id, "rule": chosen.rule} if chosen else None
        show_json({"workspace": opened.whereabouts.workspace, "shown": shown, "sessions": sessions})
    elif sessions:
        tell(_lines(sessions, chosen, len(sessions) if options.all else MAX_SHOWN))
    elif chosen is None:
        tell([no_account(opened.whereabouts, options)])
    else:
        tell([f"no session is {options.state}"])
    return 0


def asking(opened: BudgetService) -> SendRequest:
    """A function that makes requests to the service."""

    def ask(method: str, **params: Any) -> Json:
        return opened.call(method, params, Cancellation())

    return ask


def _all(ask: SendRequest, state: str | None) -> tuple[list[Json], list[Json]]:
    """(the sessions of all pages, the one that changed last first; the store's notices)."""
    more = partial(ask, "session/list", **({"state": state} if state else {}))
    page = more()
    sessions: list[Json] = page["sessions"]
    while page["next"] is not None:
        page = more(after=page["next"])
        sessions += page["sessions"]
    return sorted(sessions, key=lambda one: (one["updatedAt"], one["createdAt"]), reverse=True), page["notices"]


def _lines(sessions: list[Json], chosen: Choice | None, most: int) -> list[str]:
    rows = [["", "session", "state", "age", "retained", "budget", "last event", ""]]
    rows += [_row(one, marked=chosen is not None and one["sessionId"] == chosen.session_id) for one in sessions[:most]]
    lines = columns(rows, right=(3, 4, 5))
    if (rest := len(sessions) - most) > 0:
        lines.append(f"and {rest:,} older ones: --all lists them")
    if chosen is None:
        return lines
    if chosen.rule == "changedLast":
        return [*lines, "", "* is what report and statusline show if no session is named; writes then go to `default`"]
    if all(one["sessionId"] != chosen.session_id for one in sessions):
        return [*lines, "", f"CTXBUDGET_SESSION names {chosen.session_id}, which is not among them"]
    return [*lines, "", "* is the one that CTXBUDGET_SESSION names"]


def _row(one: Json, *, marked: bool) -> list[str]:
    status, last = one["status"], one["lastEvent"]
    return [
        "*" if marked else "",
        one["sessionId"],
        one["state"],
        age(one["createdAt"]),
        f"{status['retained']:,}",
        f"{status['budget']:,}",
        last["method"] if last else "unknown",
        f"{age(last['at'] if last else one['updatedAt'])} ago",
    ]
