"""`ctxbudget demo`: a harness, a server, and a whole workflow on real files."""

from __future__ import annotations

import signal
import sys
from argparse import ArgumentParser, Namespace


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        nargs="?",
        help="Markdown, text and log files to work on (default: the examples that are shipped)",
    )
    parser.add_argument("--trace", metavar="FILE", help="write every frame, in both directions, as a JSON line to FILE")


def run(options: Namespace) -> int:
    """Run the demo; 1 where there is nothing to show, or the server failed."""
    from ctxbudget_server.demo.launch import launch

    # So that the server and its store go in order, as they do at Ctrl-C.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    return launch(options.folder, options.trace)
