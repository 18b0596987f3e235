"""`ctxbudget sidecar`: answers the workspace's hooks and calls from one process that has everything loaded."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.cli.options import add_root_option, add_store_options, fault_of_variable, observed, services
from ctxbudget_server.presentation.arguments import number, whole_number
from ctxbudget_server.presentation.output import complain
from ctxbudget_server.service.service import Whereabouts
from ctxbudget_server.sidecar.client import ask_sidecar
from ctxbudget_server.sidecar.identity import identity
from ctxbudget_server.sidecar.wire import OneShotRequest
from ctxbudget_server.store.location import socket_place

IDLE_SECONDS = 900
LOG_VARIABLE = "CTXBUDGET_LOG"
"""Environment variable with the log file of a sidecar started in the background."""
STOP_SECONDS = 3.0
"""How long `--stop` waits for the sidecar to end."""
POLL_INTERVAL = 0.02

EXAMPLES = (
    ("ctxbudget sidecar --idle 600 &", "answer calls and hooks from one process; end after ten idle minutes"),
    ("ctxbudget sidecar --stop", "end the one that runs"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--idle",
        type=number(0),
        default=IDLE_SECONDS,
        metavar="SECONDS",
        help="end after this many idle seconds (default: %(default)s)",
    )
    parser.add_argument(
        "--for", type=whole_number(1), dest="process", metavar="PID", help="also end when this process ends"
    )
    parser.add_argument("--log-file", metavar="PATH", help="append a log to this file (default: no log)")
    parser.add_argument("--stop", action="store_true", help="end the sidecar that was started with --for PID")
    add_store_options(parser)
    add_root_option(parser)


def run(options: Namespace) -> int:
    """Answer until the workspace is idle; returns 0 at once if another process already answers."""
    if sys.platform == "win32":
        complain("sidecar", "requires Unix sockets")
        return 2
    if fault := fault_of_variable():
        complain("sidecar", fault)
        return 2
    from ctxbudget_server.runtime import watchdog

    watching = watchdog.start(stdin=False, parent=False)  # before there are threads
    if options.log_file:
        _log_to(options.log_file)
    from ctxbudget_server.sidecar.daemon import answer_callers

    try:
        opened = services(options, "sidecar")
    except ProtocolError as error:
        complain("sidecar", error.message)
        return 1
    if options.stop:
        _stop(opened.whereabouts, options.process)
    else:
        observed(opened, "sidecar")
        answer_callers(opened, options.idle, watching, options.process)
    return 0


def start(at: Whereabouts, process: int | None = None) -> None:
    """Start a background sidecar for this process's workspace and store; it ends when `process` ends.

    It is detached, so that the agent that runs this hook can end without it.
    """
    command = [sys.executable, "-P", "-m", "ctxbudget_server", "sidecar", "--workspace", at.workspace]
    command += ["--store", at.store, "--durability", at.durability]
    if process is not None:
        command += ["--for", str(process)]
    nothing = subprocess.DEVNULL
    if log := os.environ.get(LOG_VARIABLE):
        command += ["--log-file", str(Path(log).absolute())]
    subprocess.Popen(command, stdin=nothing, stdout=nothing, stderr=nothing, cwd=at.workspace, start_new_session=True)


def _log_to(file: str) -> None:
    import logging

    from ctxbudget_server.presentation.logs import SafeFormatter

    logging.basicConfig(level=logging.INFO, filename=file)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SafeFormatter(f"%(asctime)s ctxbudget[{os.getpid()}] %(levelname)s %(name)s: %(message)s"))


def _stop(at: Whereabouts, process: int | None) -> None:
    """End the sidecar if it was started for the process; any other continues."""
    ask = OneShotRequest(identity(at.workspace, at.store, at.durability, at.roots), "", "end", [str(process)])
    if ask_sidecar(ask, at.workspace, at.store) is None:
        return
    socket = Path(*socket_place(at.workspace, at.store))
    until = time.monotonic() + STOP_SECONDS
    while os.path.lexists(socket) and time.monotonic() < until:
        time.sleep(POLL_INTERVAL)
