"""`ctxbudget bash-client`: where the file is that bash scripts source."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.shipped import client_folder
from ctxbudget_server.presentation.output import show_path


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--shim", action="store_true", help="print the folder to set CLAUDE_CONFIG to, for scripts that source its libs"
    )


def run(options: Namespace) -> int:
    """Print the path."""
    folder = client_folder("bash")
    if folder is None:
        return 1
    show_path(folder / ("shim" if options.shim else "ctxbudget.sh"))
    return 0
