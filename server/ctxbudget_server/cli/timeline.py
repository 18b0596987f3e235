"""`ctxbudget timeline`: the account over time, for people, as CSV or as JSON."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any, Final

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.csv_lines import csv_lines
from ctxbudget_server.cli.session_chosen import add_session_argument, chosen_session
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.look import faint, tell, terminal_width
from ctxbudget_server.presentation.output import complain, show, show_json

MAX_SHOWN: Final = 40
"""Changes in the table without `--all`: the latest ones. `--csv` and `--json` have all of them."""
SPARE: Final = (7, 6, 4)
"""Columns that a narrow terminal does without, in this order: leased, saved, agent."""
FIELDS: Final = (
    "revision", "at", "actor", "method", "why", "phase", "wave", "agent", "retained", "processed", "saved", "peak",
    "leased", "level", "changes", "highest",
)  # fmt: skip

Json = dict[str, Any]

EXAMPLES = (
    ("ctxbudget timeline", "the session that changed last: each change, and the figures after it"),
    ("ctxbudget timeline build --csv > build.csv", "for a spreadsheet"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--since", metavar="REVISION", type=whole_number(0), default=0, help="only changes after this revision"
    )
    parser.add_argument("--every", metavar="N", type=whole_number(1), default=1, help="one line for N changes")
    parser.add_argument("--all", action="store_true", help=f"all lines, not only the latest {MAX_SHOWN}")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="all changes as CSV")
    form.add_argument("--json", action="store_true", help="all changes as JSON")
    add_session_argument(parser)


def run(options: Namespace) -> int:
    """Print the changes on stdout; returns the exit code."""
    try:
        chosen = chosen_session(options, "timeline")
        if chosen is None:
            return 1
        entries, unrecorded = _all(chosen.ask, chosen.session_id, options)
    except ProtocolError as error:
        complain("timeline", error.message)
        return 1
    if unrecorded:
        complain("timeline", f"{unrecorded:,} changes before these were made by a version that kept no figures")
    if options.json:
        show_json({"sessionId": chosen.session_id, "entries": entries, "unrecorded": unrecorded})
    elif options.csv:
        show(csv_lines(FIELDS, entries))
    else:
        tell(_lines(entries, len(entries) if options.all else MAX_SHOWN, grouped=options.every > 1))
    return 0


def _all(ask: SendRequest, session: str, options: Namespace) -> tuple[list[Json], int]:
    page = ask("budget/timeline", sessionId=session, since=options.since, every=options.every)
    entries, unrecorded = page["entries"], page["unrecorded"]
    while page["next"] is not None:
        page = ask("budget/timeline", sessionId=session, since=page["next"], every=options.every)
        entries += page["entries"]
    return entries, unrecorded


def _lines(entries: list[Json], most: int, *, grouped: bool) -> list[str]:
    """A table; of groups of changes also how many they are, and the most that was retained after any of them."""
    if not entries:
        return ["nothing has changed"]
    rows = [["revision", "at", "what", "phase", "agent", "retained", "saved", "leased", "level"]]
    shown = entries[-most:]
    day = _one_day(shown)
    rows += [_row(entry, day) for entry in shown]
    if grouped:
        rows[0] += ["changes", "highest"]
        for row, entry in zip(rows[1:], shown, strict=True):
            row += [f"{entry['changes']:,}", f"{entry['highest']:,}"]
    lines = columns(rows, right=(0, 5, 6, 7, 9, 10), spare=SPARE)
    if day is not None:
        lines.insert(0, faint(f"on {day}, in UTC"))
    if (rest := len(entries) - most) > 0:
        lines.append(f"and {rest:,} earlier lines: --all shows them")
    return lines


def _one_day(entries: list[Json]) -> str | None:
    """On a terminal, the day of all changes if they share one: it is said once."""
    days = {entry["at"][:10] for entry in entries}
    return days.pop() if len(days) == 1 and terminal_width() is not None else None


def _row(entry: Json, day: str | None) -> list[str]:
    place = "" if entry["phase"] is None else f"{entry['phase']}"
    if place and entry["wave"] is not None:
        place += f".{entry['wave']}"
    return [
        f"{entry['revision']:,}",
        entry["at"][11 if day else 0 : 19].replace("T", " "),
        entry["method"],
        place,
        entry["agent"] or "",
        f"{entry['retained']:,}",
        f"{entry['saved']:,}",
        f"{entry['leased']:,}",
        entry["level"],
    ]
