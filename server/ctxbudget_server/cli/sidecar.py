"""`ctxbudget sidecar`: answers hooks and calls of the workspace from one process that has everything loaded."""

from __future__ import annotations

import subprocess
import sys
from argparse import ArgumentParser, Namespace

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_root_option, add_store_options, services
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.service.service import Whereabouts

IDLE_SECONDS = 900


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--idle",
        type=float,
        default=IDLE_SECONDS,
        metavar="SECONDS",
        help="end after so many idle seconds (default: %(default)s)",
    )
    add_store_options(parser)
    add_root_option(parser)


def run(options: Namespace) -> int:
    """Answer until the workspace is idle; at once 0 where another process answers already."""
    if sys.platform == "win32":
        complain("sidecar", "it needs Unix sockets")
        return 2
    from ctxbudget_server.runtime import watchdog

    watching = watchdog.start(stdin=False, parent=False)  # before there are threads
    from ctxbudget_server.sidecar.daemon import answer_callers

    try:
        opened = services(options, "sidecar")
    except ProtocolError as error:
        complain("sidecar", error.message)
        return 1
    answer_callers(opened, options.idle, watching)
    return 0


def start(at: Whereabouts) -> None:
    """Leave a sidecar behind, for the workspace and store that this process works with.

    It has no parent that waits for it: the agent that runs this hook can end without it.
    """
    command = [sys.executable, "-P", "-m", "ctxbudget_server", "sidecar", "--workspace", at.workspace]
    nothing = subprocess.DEVNULL
    subprocess.Popen(
        [*command, "--store", at.store, "--durability", at.durability],
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        cwd=at.workspace,
        start_new_session=True,
    )
