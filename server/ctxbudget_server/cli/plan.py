"""`ctxbudget plan`: shows the phases, waves and allocations that a plan gives, and sets them up if told to."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any, get_args

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import DEFAULT_SESSION
from ctxbudget_protocol.words import Scope, Strategy
from ctxbudget_server.agents.session_choice import session_named
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_root_option, add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json

Json = dict[str, Any]
OPTIONS = {"firstPhase": "--first-phase", "description": "--describe", "path": "FILE"}
"""What the command calls the members of the request."""

EXAMPLES = (
    ("ctxbudget plan plan.md", "the phases, waves and allocations that it gives"),
    ("ctxbudget plan plan.md --total 20000 --strategy dynamic", "by the phases' own weights"),
    ("ctxbudget plan plan.md --apply --session build", "set up a session"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("file", metavar="FILE", nargs="?", help="the plan")
    what.add_argument("--describe", metavar="TEXT", help="the task in words, before there is a plan")
    parser.add_argument("--apply", action="store_true", help="set up the phases and their allocations in the session")
    parser.add_argument("--session", metavar="ID", help="the session (default: CTXBUDGET_SESSION, or the default one)")
    parser.add_argument("--scope", choices=get_args(Scope), help="default: read from the plan")
    parser.add_argument(
        "--strategy", choices=get_args(Strategy), help="default: the session's, else by what the plan has"
    )
    parser.add_argument("--total", type=whole_number(1), metavar="N", help="tokens to divide (default: the budget)")
    parser.add_argument("--first-phase", type=whole_number(0), metavar="N", help="number the phases from N on")
    parser.add_argument("--json", action="store_true", help="the answer as JSON")
    add_root_option(parser)
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the phases with their shares, what was assumed, and how to go on."""
    session = session_named(options.session)
    try:
        ask = asking(services(options, "plan"))
        if options.apply and session is not None:
            ask("session/open", sessionId=session)
        answer = ask("workflow/plan", **_params(options, session))
    except ProtocolError as error:
        complain("plan", _in_words(error))
        return 1
    if options.json:
        show_json(answer)
    else:
        tell(_lines(answer, session))
    return 0


def _params(options: Namespace, session: str | None) -> Json:
    params = {
        "sessionId": session,
        "path": None if options.file is None else str(Path(options.file).absolute()),
        "description": options.describe,
        "scope": options.scope,
        "strategy": options.strategy,
        "total": options.total,
        "firstPhase": options.first_phase,
        "apply": options.apply,
    }
    return {name: value for name, value in params.items() if value is not None}


def _in_words(error: ProtocolError) -> str:
    """The error message, with the command's names for what was given."""
    name = str(error.errors[0]["loc"][0]) if error.errors and error.errors[0]["loc"] else ""
    told = error.message.replace("`firstPhase`", "--first-phase")
    if error.name == "pathNotAllowed":
        told += "; --root FOLDER allows another folder"
    return f"{OPTIONS[name]}: {told}" if name in OPTIONS and error.name == "invalidParams" else told


def _lines(answer: Json, session: str | None) -> list[str]:
    rows = [["phase", "name", "tasks", "wave", "complexity", "from", "tokens", "of budget"]]
    rows += [_row(phase) for phase in answer["phases"]]
    rows.append(["", "buffer", "", "", "", "", f"{answer['buffer']:,}", ""])
    if answer["history"]:
        past = ["past runs used", *(_past(phase["past"]) for phase in answer["phases"]), ""]
        rows = [[*row[:6], cell, *row[6:]] for row, cell in zip(rows, past, strict=True)]
    known = [answer["title"]] if answer["title"] else []
    return [
        *known,
        f"scope {answer['scope']} ({answer['scopeBasis']}), strategy {answer['strategy']} ({answer['strategyBasis']}), "
        f"policy {answer['policy']}, {answer['total']:,} tokens",
        "",
        *columns(rows, right={0, 2, 3, 4, *range(6, len(rows[0]))}),
        "",
        *(f"assumed: {one['message'].replace('`firstPhase`', '--first-phase')}" for one in answer["assumptions"]),
        _next(answer, session),
    ]


def _past(past: Json | None) -> str:
    """What past runs used for a phase, and how many they are."""
    if past is None:
        return ""
    return f"{'unknown' if past['tokens'] is None else format(past['tokens'], ',')} ({past['runs']})"


def _row(phase: Json) -> list[str]:
    tasks = phase["tasksDone"] + phase["tasksOpen"]
    return [
        str(phase["phase"]),
        phase["name"] or "",
        str(tasks) if tasks else "",
        str(phase["wave"]),
        f"{phase['complexity']:g}",
        phase["complexityFrom"],
        "buffer" if phase["allocated"] is None else f"{phase['allocated']:,}",
        "" if phase["ofBudget"] is None else f"{phase['ofBudget']:.1%}",
    ]


def _next(answer: Json, session: str | None) -> str:
    if not answer["applied"]:
        return "nothing was written; --apply sets it up"
    if answer["undo"] is None:
        return "set up already: nothing changed"
    way = json.dumps({"sessionId": session or DEFAULT_SESSION, "undo": answer["undo"]})
    return f"set up; ctxbudget call context/undo '{way}' takes it back"
