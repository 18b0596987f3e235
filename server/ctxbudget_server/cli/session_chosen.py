"""The session that a command is about: the one that is named, else the one that changed last."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import NamedTuple

from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.output import complain


class ChosenSession(NamedTuple):
    """A session, and a function that makes requests to its service."""

    session_id: str
    ask: SendRequest


def add_session_argument(parser: ArgumentParser) -> None:
    """The argument that names the session, and the options that say where it is."""
    parser.add_argument(
        "session",
        metavar="SESSION",
        nargs="?",
        help="the session's id (default: CTXBUDGET_SESSION, or the one that changed last)",
    )
    add_store_options(parser)


def chosen_session(options: Namespace, command: str) -> ChosenSession | None:
    """The session that the options name; None after complaining that there is none. Raises `ProtocolError`."""
    opened = services(options, command)
    ask = asking(opened)
    chosen = session_to_show(session_named(options.session), ask) if has_account(opened.whereabouts) else None
    if chosen is None:
        complain(command, no_account(opened.whereabouts, options))
        return None
    if chosen.rule == "changedLast" and (total := ask("session/list", limit=1)["total"]) > 1:
        complain(command, f"of {total:,} sessions this is {chosen.session_id}, which changed last")
    return ChosenSession(chosen.session_id, ask)
