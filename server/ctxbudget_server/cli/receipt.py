"""`ctxbudget receipt`: the hash of a log's last entry, to keep elsewhere."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.session_chosen import add_session_argument, chosen_session
from ctxbudget_server.presentation.output import complain, show, show_json

EXAMPLES = (
    ("ctxbudget receipt build >> receipts.txt", "keep it elsewhere; it shows later whether the log was changed"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--json", action="store_true", help="the receipt as JSON")
    add_session_argument(parser)


def run(options: Namespace) -> int:
    """Print the receipt on stdout; returns the exit code."""
    try:
        chosen = chosen_session(options, "receipt")
        if chosen is None:
            return 1
        receipt = chosen.ask("session/receipt", sessionId=chosen.session_id)
    except ProtocolError as error:
        complain("receipt", error.message)
        return 1
    if options.json:
        show_json(receipt)
        return 0
    if receipt["hash"] is None:
        complain("receipt", f"no entry of session {chosen.session_id} has a hash yet; its next change will have one")
        return 1
    show([f"{receipt['hash']}  {chosen.session_id}, revision {receipt['revision']}"])
    return 0
