"""`ctxbudget bash-client`: where the file is that bash scripts source."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
FOLDERS = (PACKAGE / "bash_client", PACKAGE.parents[1] / "clients" / "bash")
"""In an installed distribution, and in a clone that is installed in place."""


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--shim", action="store_true", help="print the folder to set CLAUDE_CONFIG to, for scripts that source its libs"
    )


def run(options: Namespace) -> int:
    """Print the path."""
    folder = next((folder for folder in FOLDERS if folder.is_dir()), None)
    if folder is None:
        print("ctxbudget bash-client: the file is missing from this installation", file=sys.stderr)
        return 1
    print(folder / ("shim" if options.shim else "ctxbudget.sh"))
    return 0
