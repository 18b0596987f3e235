"""`ctxbudget history`: what the runs of the workspace came to, side by side, and as CSV or JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from functools import partial
from typing import Any, get_args

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.words import Scope, SessionState
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.history_lines import comparison, phases_as_csv, runs_as_csv, table
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show, show_json

MAX_SHOWN = 20
"""Number of runs in the table without `--all`; `--csv` and `--json` have all of them."""

Json = dict[str, Any]

EXAMPLES = (
    ("ctxbudget history", "past runs, their peaks and what they saved"),
    ("ctxbudget history build build-2", "compare runs, phase by phase"),
    ("ctxbudget history --since 2026-11-01 --csv > runs.csv", "for a spreadsheet"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("sessions", metavar="SESSION", nargs="*", help="compare these, in this order")
    parser.add_argument("--scope", choices=get_args(Scope), help="only runs with this scope")
    parser.add_argument(
        "--state",
        choices=get_args(SessionState),
        help="only sessions in this state; runs shown as finished are open ones",
    )
    parser.add_argument("--since", metavar="TIME", help="only runs that began then or later: 2026-01-31, or RFC 3339")
    parser.add_argument("--all", action="store_true", help=f"all runs, not only the latest {MAX_SHOWN}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="all runs as CSV")
    form.add_argument("--json", action="store_true", help="all runs as JSON, with their phases")
    form.add_argument("--html", metavar="FILE", help="the same runs as a page with charts; - is standard output")
    parser.add_argument(
        "--recorded",
        action="store_true",
        help="where the account has no bills: take those of the host's recording, at the prices of the settings",
    )
    parser.add_argument("--phases", action="store_true", help="with --csv: a line for each phase of each run")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print the runs on stdout; returns the exit code."""
    fault = _misused(options)
    if fault:
        complain("history", fault)
        return 2
    try:
        opened = services(options, "history")
        if has_account(opened.whereabouts):
            everything = options.all or options.csv or options.json
            found = _answer(asking(opened), options, None if everything else MAX_SHOWN)
        elif options.sessions:
            complain("history", no_account(opened.whereabouts, options))
            return 1
        else:
            found = {"workspace": opened.whereabouts.workspace, "runs": [], "total": 0, "notices": []}
    except ProtocolError as error:
        complain("history", _in_words(error, options.since))
        return 1
    for notice in found["notices"]:
        complain("history", notice["message"])
    _say_where_costs_are_from(found["runs"], options)
    if options.html:
        return _write_page(found, options)
    _print(found, options)
    if not found["runs"] and not options.json and not options.csv:
        filtered = options.scope or options.state or options.since
        tell(["no run matches" if filtered else no_account(opened.whereabouts, options)])
    return 0


def _write_page(found: Json, options: Namespace) -> int:
    from ctxbudget_server.cli.page_files import write_page
    from ctxbudget_server.pages.runs import history_page

    page = history_page(found["workspace"], found["runs"], found["total"])
    return write_page("history", page, options.html)


def _misused(options: Namespace) -> str | None:
    """What is wrong with the combination of options."""
    if options.html:
        from ctxbudget_server.pages.library import ADVICE, has_extra

        if not has_extra():
            return ADVICE
    if options.phases and not options.csv:
        return "--phases is for --csv; --json has the phases in any case"
    given = [name for name in ("scope", "state", "since") if getattr(options, name)]
    if options.sessions and given:
        return f"--{given[0]} filters all runs; sessions are named without it"
    return None


def _answer(ask: SendRequest, options: Namespace, most: int | None) -> Json:
    """The runs that were named, or all that match, or the latest `most` of them."""
    if options.sessions:
        return ask("session/history", sessions=options.sessions)
    filters = {name: getattr(options, name) for name in ("scope", "state", "since") if getattr(options, name)}
    more = partial(ask, "session/history", **filters)
    answer = more(**({"limit": most} if most else {}))
    following = answer["next"]
    while following is not None and most is None:
        page = more(after=following)
        answer["runs"] += page["runs"]
        following = page["next"]
    return answer


def _say_where_costs_are_from(runs: list[Json], options: Namespace) -> None:
    """Add `costFrom`: the account's bills, or the host's recording; null if nothing is known of a run's cost."""
    for run in runs:
        run["costFrom"] = "account" if run["cost"] else None
    if options.recorded and any(run["cost"] is None for run in runs):
        from ctxbudget_server.cli.price_tables import price_table
        from ctxbudget_server.cli.recorded_costs import recorded_cost

        table = price_table(None, options.workspace, "history")
        for run in (run for run in runs if run["cost"] is None):
            run["cost"] = recorded_cost(run["sessionId"], table)
            run["costFrom"] = "recording" if run["cost"] else None


def _print(found: Json, options: Namespace) -> None:
    runs = found["runs"]
    if options.json:
        show_json({"workspace": found["workspace"], "runs": runs, "total": found["total"]})
    elif options.csv:
        show((phases_as_csv if options.phases else runs_as_csv)(runs))
    elif options.sessions:
        tell(comparison(runs))
    elif runs:
        tell(table(runs))
        if (rest := found["total"] - len(runs)) > 0:
            tell([f"and {rest:,} older ones: --all shows them"])


def _in_words(error: ProtocolError, since: str | None) -> str:
    if error.name == "unknownSession":
        return f"{error.message}; ctxbudget history lists the runs of the workspace"
    at = error.errors[0]["loc"] if error.errors else []
    if at[:1] == ["since"]:
        return f"--since: {since!r} is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z"
    return error.message
