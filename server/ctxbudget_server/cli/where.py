"""`ctxbudget where`: shows the workspace, the store and the session that commands use, and the rule that found each."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import DEFAULT_SESSION, SESSION_VARIABLE
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, separate_account
from ctxbudget_server.cli.columns import columns
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.service.service import Whereabouts
from ctxbudget_server.settings.access import SHARED_STORE, is_shared, user_access
from ctxbudget_server.settings.places import user_file
from ctxbudget_server.store.account_above import account_above
from ctxbudget_server.store.location import is_url, marker_in, state_home

Json = dict[str, Any]

EXAMPLES = (
    ("ctxbudget where", "the workspace, the store and the session that commands use"),
    ("ctxbudget where --json", "the same for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--session", metavar="ID", help="the session, as given to other commands")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print what would be used, without creating anything; returns the exit code."""
    try:
        opened = services(options, "where")
        found = _found(opened.whereabouts, options, asking(opened))
    except ProtocolError as error:
        complain("where", error.message)
        return 1
    if options.json:
        show_json(found)
    else:
        tell(_lines(found, separate_account(opened.whereabouts, options)))
    return 0


def _found(at: Whereabouts, options: Namespace, ask: SendRequest) -> Json:
    return {
        "workspace": {
            "path": at.workspace,
            "rule": _workspace_rule(at.workspace, options.workspace),
            "accountAbove": account_above(at.workspace, options.workspace, options.store),
        },
        "store": {"path": at.store, "rule": _store_rule(options.store), "exists": _store_exists(at.store)},
        "session": _session(at, options, ask),
    }


def _store_exists(store: str) -> bool | None:
    """Whether there is a store; None for a URL, whose server is not asked."""
    return None if is_url(store) else Path(store).exists()


def _workspace_rule(workspace: str, option: str | None) -> str:
    if option:
        return "--workspace"
    if os.environ.get("CTXBUDGET_WORKSPACE"):
        return "CTXBUDGET_WORKSPACE"
    return marker_in(workspace) or "folder"


def _store_rule(option: str | None) -> str:
    if option:
        return "--store"
    if os.environ.get("CTXBUDGET_STORE"):
        return "CTXBUDGET_STORE"
    if user_access().store:
        return "userFile"
    return "XDG_STATE_HOME" if os.environ.get("XDG_STATE_HOME") else "stateFolder"


def _session(at: Whereabouts, options: Namespace, ask: SendRequest) -> Json:
    """The session that reads show, and the one to which writes go."""
    named = session_named(options.session)
    there = has_account(at)
    chosen = session_to_show(named, ask) if there else None
    shown = chosen.session_id if chosen else named
    rule = "--session" if options.session else SESSION_VARIABLE if named else "changedLast" if chosen else None
    return {
        "shown": shown,
        "rule": rule,
        "exists": there and shown is not None and _exists(shown, ask),
        "written": named or DEFAULT_SESSION,
    }


def _exists(session: str, ask: SendRequest) -> bool:
    try:
        return bool(ask("budget/status", sessionId=session)["revision"])
    except ProtocolError as error:
        if error.name != "unknownSession":
            raise
        return False


_WORKSPACE_RULES = {
    "--workspace": "named by --workspace",
    "CTXBUDGET_WORKSPACE": "named by CTXBUDGET_WORKSPACE",
    "ctxbudget.toml": "it has ctxbudget.toml",
    ".git": "it has .git",
    "folder": "the current folder: neither it nor any above it has ctxbudget.toml or .git",
}


def _lines(found: Json, separate: str | None) -> list[str]:
    workspace, store, session = found["workspace"], found["store"], found["session"]
    rows = [
        ["workspace", workspace["path"]],
        ["", _WORKSPACE_RULES[workspace["rule"]]],
        *([["", separate]] if separate else []),
        ["store", store["path"]],
        ["", _store_words(store)],
        ["session", session["shown"] or "none yet"],
        ["", _session_words(session)],
    ]
    return columns(rows, right=())


def _store_words(store: Json) -> str:
    named = {"--store": "named by --store", "CTXBUDGET_STORE": "named by CTXBUDGET_STORE"}
    named["userFile"] = f"named by {user_file()}" + (f": {SHARED_STORE}" if is_shared(store["path"]) else "")
    rule = named.get(store["rule"], f"of this workspace, in the state folder {Path(state_home(), 'ctxbudget')}")
    return f"{rule}; does not exist yet" if store["exists"] is False else rule


def _session_words(session: Json) -> str:
    if session["rule"] is None:
        return f"a write that names no session creates `{session['written']}`"
    if session["rule"] == "changedLast":
        return f"what reads for people show: it changed last. Writes that name no session go to `{session['written']}`"
    named = f"named by {session['rule']}"
    return named if session["exists"] else f"{named}; does not exist yet: the first write creates it"
