"""`ctxbudget top`: a live view of the workspace's sessions in the terminal."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.session_choice import session_named
from ctxbudget_server.cli.account_here import has_account
from ctxbudget_server.cli.options import services
from ctxbudget_server.cli.session_chosen import add_session_argument
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.output import complain

if TYPE_CHECKING:
    from ctxbudget_server.service.service import BudgetService
    from ctxbudget_server.top.feed import Source

EXAMPLES = (
    ("ctxbudget top", "the session that changed last; s switches to another"),
    ("ctxbudget top build", "this session"),
    ("ctxbudget top --workspace ../other", "the sessions of another workspace"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    add_session_argument(parser)


def run(options: Namespace) -> int:
    """Show the view until it is ended; needs the extra `top`, and a terminal."""
    try:
        from ctxbudget_server.top.app import TopApp
    except ModuleNotFoundError as missing:
        if missing.name is None or missing.name.partition(".")[0] != "textual":
            raise
        complain("top", "it needs Textual, the extra `top`: pip install 'textual>=8,<9'")
        return 2
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        complain("top", "it needs a terminal; `ctxbudget report` prints a session's figures anywhere")
        return 2
    try:
        opened = services(options, "top")
    except ProtocolError as error:
        complain("top", error.message)
        return 1
    try:
        code = TopApp(source_of(opened), session_named(options.session)).run()
    finally:
        opened.close()
    return 1 if code is None else code  # None: it failed, and has said how


def source_of(opened: BudgetService) -> Source:
    """A service as what feeds the view."""
    from ctxbudget_server.top.feed import Source

    return Source(
        ask=asking(opened),
        mark=lambda: (opened.store.change_mark(), opened.files.now()),
        exists=lambda: has_account(opened.whereabouts),
        workspace=opened.whereabouts.workspace,
    )
