"""`ctxbudget config`: shows every setting in force, where it comes from, and what is wrong in the files."""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.agents.session_choice import session_named
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_root_option, add_store_options, services
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.settings.names import ACCESS, ACCOUNT

FINE, WRONG = 0, 1
"""Exit codes: every setting in the files is used; something in them is not, or the settings cannot be shown."""

MAX_VALUE = 60
"""Characters of a value that are shown, paths apart; `--json` has all of it."""

EXAMPLES = (
    ("ctxbudget config", "the settings in force, and where each comes from"),
    ("ctxbudget config --all --session review", "all of them, for one session"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--session",
        metavar="ID",
        help="with the settings of this session (default: CTXBUDGET_SESSION, else the default session)",
    )
    parser.add_argument("--all", action="store_true", help="settings of editors too, which are left out if not set")
    parser.add_argument("--json", action="store_true", help="all settings as JSON")
    add_store_options(parser)
    add_root_option(parser)


def run(options: Namespace) -> int:
    """Print the settings on stdout, and what is wrong on stderr."""
    try:
        opened = services(options, "config")
        named = session_named(options.session)
        found = opened.call("settings/get", {"sessionId": named}, Cancellation())
    except ProtocolError as error:
        by_variable = error.name == "unknownSession" and not options.session
        more = "; CTXBUDGET_SESSION names it, and its first write creates it" if by_variable else ""
        complain("config", f"{error.message}{more}")
        return WRONG
    if options.json:
        show_json({"workspace": opened.whereabouts.workspace, **found})
    else:
        tell(_lines(found, opened.whereabouts.workspace, every=options.all))
    for problem in found["problems"]:
        place = problem["file"] if problem["line"] is None else f"{problem['file']}:{problem['line']}"
        complain("config", f"{place}: {problem['message']}")
    return WRONG if found["problems"] else FINE


def _lines(found: dict[str, Any], workspace: str, *, every: bool) -> list[str]:
    rows = [
        (each["name"], _value(each["name"], each["value"]), _origin(each, workspace))
        for each in found["settings"]
        if every or each["origin"] != "default" or each["name"].partition(".")[0] in (ACCOUNT | ACCESS.keys())
    ]
    files = list(_files(found))
    return [
        *columns([("SETTING", "VALUE", "FROM"), *rows], right=()),
        "",
        *columns([("FILE, the first counts most", ""), *files], right=()),
        "",
        f"workspace {workspace}, session {found['sessionId']}",
    ]


def _files(found: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, what is made of it)."""
    wrong = {problem["file"] for problem in found["problems"]}
    counting: dict[str, str] = {}
    for each in found["files"]:
        path, whose = each["path"], each["whose"]
        if each["used"]:
            state = "used"
        elif path in wrong:
            state = "nothing of it is used"
        elif not each["exists"]:
            state = "not there"
        else:
            state = f"not read: {counting[whose]} counts instead" if whose in counting else "sets nothing"
        if each["used"] or path in wrong:
            counting.setdefault(whose, Path(path).name)
        yield path, state


def _value(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= MAX_VALUE or name in ACCESS else f"{text[: MAX_VALUE - 1]}…"


def _origin(setting: dict[str, Any], workspace: str) -> str:
    parts = [setting["origin"]]
    if file := setting["file"]:
        path = Path(file)
        shown = path.relative_to(workspace) if path.is_relative_to(workspace) else path
        parts.append(f"{shown}:{setting['line']}" if setting["line"] else str(shown))
    if setting["note"]:
        parts.append(f"({setting['note']})")
    return " ".join(parts)
