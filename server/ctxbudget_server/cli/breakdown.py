"""`ctxbudget breakdown`: shows where the tokens of a session went: of its account, or of the window a host recorded."""

from __future__ import annotations

import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.agents.session_choice import session_named, session_to_show
from ctxbudget_server.cli.account_here import has_account, no_account
from ctxbudget_server.cli.breakdown_lines import account_lines, recording_lines
from ctxbudget_server.cli.options import add_store_options, services
from ctxbudget_server.cli.recording import ANY_HOST, RecordingError, last_recording
from ctxbudget_server.cli.sessions import asking
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.look import tell
from ctxbudget_server.presentation.output import complain, show_json
from ctxbudget_server.recordings.listing import recorded_as
from ctxbudget_server.recordings.model import MAX_BYTES
from ctxbudget_server.recordings.opencode import MARK
from ctxbudget_server.transcripts.model import FORMATS, HOSTS

DONE, FAILED = 0, 2
"""Exit codes: it was shown; there is no such session or recording, or it cannot be read."""


class Wanted(NamedTuple):
    """What is to be broken down."""

    session: str | None
    """Of the account; None: that of the recording's id, if there is one."""
    recording: dict[str, Any] | None
    root: Path | None = None
    """The folder that may be read for it."""


EXAMPLES = (
    ("ctxbudget breakdown --last", "what the last recorded window holds, and why its cache was written again"),
    ("ctxbudget breakdown review --json", "an account, for a program"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "wanted",
        metavar="SESSION|FILE",
        nargs="?",
        help="a session's id, of the account or of a host, or a file that a host recorded, or - for stdin (default: "
        "CTXBUDGET_SESSION, or the session of the account that changed last)",
    )
    parser.add_argument(
        "--last",
        nargs="?",
        const=ANY_HOST,
        choices=(ANY_HOST, *HOSTS),
        metavar="HOST",
        help="the recorded session of this workspace that changed last, of any host or the one that is named",
    )
    parser.add_argument(
        "--format",
        choices=("auto", *FORMATS),
        default="auto",
        metavar="FORMAT",
        help="the recording's format (default: auto, detected from its content): " + ", ".join(FORMATS),
    )
    parser.add_argument(
        "--largest", type=whole_number(0), default=10, metavar="N", help="how many parts are listed (default: 10)"
    )
    parser.add_argument("--json", action="store_true", help="the result of budget/breakdown as JSON")
    parser.epilog = "Exit codes: 0, it was shown; 2, there is no such session, or it cannot be read."
    add_store_options(parser)


def run(options: Namespace) -> int:
    """Print what the window holds, what costs most, why the cache was written again, and money."""
    try:
        with _asking(options) as (ask, has_sessions, nothing):
            wanted = _wanted(options, ask, has_sessions=has_sessions)
            if wanted is None:
                complain("breakdown", nothing)
                return FAILED
            params: dict[str, Any] = {"largest": options.largest}
            if wanted.session is not None:
                params["sessionId"] = wanted.session
            if wanted.recording is not None:
                params["recording"] = wanted.recording
            found = ask("budget/breakdown", **params)
    except (ProtocolError, RecordingError) as fault:
        complain("breakdown", fault.message if isinstance(fault, ProtocolError) else str(fault))
        return FAILED
    if options.json:
        show_json(found)
        return DONE
    recording = found["recording"]
    for warning in recording["warnings"] if recording else ():
        complain("breakdown", warning)
    lines = recording_lines(recording) if recording else []
    if found["account"] is not None:
        lines += [*([""] if lines else []), *account_lines(found["sessionId"], found["account"])]
    tell(lines)
    return DONE


@contextmanager
def _asking(options: Namespace) -> Iterator[tuple[SendRequest, bool, str]]:
    """(a function that makes requests, whether the workspace has an account, what to say if there is nothing).

    A recording may be read in a workspace without an account, and none is begun by that.
    """
    if (name := options.wanted) not in (None, "-"):
        path = Path(name.rpartition(MARK)[0] if not Path(name).exists() and MARK in name else name)
        options.root = [str(path.absolute().parent)] if path.exists() else []
    if options.last is not None and options.wanted is None:
        options.wanted = last_recording(options.last, options.workspace, "breakdown")
        options.root = [str(Path(options.wanted.rpartition(MARK)[0] or options.wanted).parent)]
    opened = services(options, "breakdown")
    nothing = no_account(opened.whereabouts, options)
    if has_account(opened.whereabouts):
        yield asking(opened), True, nothing
        return
    with tempfile.TemporaryDirectory() as folder:
        options.store = str(Path(folder, "store.db"))
        yield asking(services(options, "breakdown")), False, nothing


def _wanted(options: Namespace, ask: SendRequest, *, has_sessions: bool) -> Wanted | None:
    """What the arguments name; None: nothing is there to show."""
    name = options.wanted
    form = {} if options.format == "auto" else {"format": options.format}
    if name == "-":
        data = sys.stdin.buffer.read(MAX_BYTES)
        return Wanted(None, {"content": data.decode("utf-8", "surrogateescape"), **form})
    if name is not None and (Path(name).exists() or MARK in name):
        return Wanted(None, {"path": str(Path(name).absolute()), **form})
    chosen = session_to_show(session_named(name), ask) if has_sessions or name else None
    if chosen is None:
        return None
    recorded = recorded_as(chosen.session_id)
    known = has_sessions and _is_session(ask, chosen.session_id)
    recording = {"session": chosen.session_id, **form} if recorded else None
    if known or recording is None:
        return Wanted(chosen.session_id, recording)
    return Wanted(None, recording)


def _is_session(ask: SendRequest, session: str) -> bool:
    try:
        ask("budget/status", sessionId=session)
    except ProtocolError as fault:
        if fault.name == "unknownSession":
            return False
        raise
    return True
