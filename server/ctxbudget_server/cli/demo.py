"""`ctxbudget demo`: runs a harness and a server through a complete workflow on real files."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace

EXAMPLES = (
    ("ctxbudget demo", "a workflow of six phases on the example documents"),
    ("ctxbudget demo -v", "every step, and what came of it"),
    ("ctxbudget demo specs/plans/012 --trace frames.jsonl", "on your own files, with every frame written down"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        help="Markdown, text and log files to work on (default: the included examples)",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="show every step and what came of it")
    parser.add_argument("--trace", metavar="FILE", help="write every frame in both directions to FILE, as JSON lines")


def run(options: Namespace) -> int:
    """Run the demo; returns 1 if there is nothing to show or the server failed."""
    from ctxbudget_server.demo.launch import launch

    # So that the server and its store are shut down in order, as with Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    return launch(options.folder, options.trace, in_full=options.verbose)
