"""`ctxbudget bash-client`: prints the path of the file to source in bash scripts."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.shipped import client_folder
from ctxbudget_server.presentation.output import show_path

EXAMPLES = (
    ('source "$(ctxbudget bash-client)"', "use the functions in a script"),
    ('CLAUDE_CONFIG="$(ctxbudget bash-client --shim)" ./workflow.sh', "for scripts that source its libraries"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--shim", action="store_true", help="print the folder to use as CLAUDE_CONFIG, for scripts that source its libs"
    )


def run(options: Namespace) -> int:
    """Print the path."""
    folder = client_folder("bash")
    if folder is None:
        return 1
    show_path(folder / ("shim" if options.shim else "ctxbudget.sh"))
    return 0
