"""`ctxbudget export`: a session as lines of JSON that others can verify."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.agents.model import SendRequest
from ctxbudget_server.cli.session_chosen import add_session_argument, chosen_session
from ctxbudget_server.presentation.output import complain, show, show_exactly
from ctxbudget_server.workspace.writing import write_whole

EXAMPLES = (
    ("ctxbudget export build --out build.jsonl", "its figures and its log"),
    ("ctxbudget export build --content > build.jsonl", "with the content of its items"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--content", action="store_true", help="also the originals of all items")
    parser.add_argument("--out", metavar="FILE", help="write to this file (default, and with -: standard output)")
    parser.add_argument("--force", action="store_true", help="with --out: replace a file that exists")
    add_session_argument(parser)


def run(options: Namespace) -> int:
    """Write the lines; returns the exit code."""
    try:
        chosen = chosen_session(options, "export")
        if chosen is None:
            return 1
        lines = _lines(chosen.ask, chosen.session_id, content=options.content)
        if options.out in (None, "-"):
            for line in lines:
                show_exactly(line)
            return 0
        write_whole(Path(options.out), (line.encode() + b"\n" for line in lines), overwrite=options.force)
    except FileExistsError:
        why = "is a folder" if Path(options.out).is_dir() else "exists already; --force replaces it"
        complain("export", f"{options.out} {why}")
        return 1
    except OSError as fault:
        complain("export", f"{options.out}: {fault.strerror}")
        return 1
    except ProtocolError as error:
        complain("export", error.message)
        return 1
    receipt = chosen.ask("session/receipt", sessionId=chosen.session_id)
    show([f"{options.out}: session {chosen.session_id}, revision {receipt['revision']}, head {receipt['hash']}"])
    return 0


def _lines(ask: SendRequest, session: str, *, content: bool) -> Iterator[str]:
    page = ask("session/export", sessionId=session, content=content)
    yield from page["lines"]
    while page["next"] is not None:
        page = ask("session/export", sessionId=session, content=content, cursor=page["next"])
        yield from page["lines"]
