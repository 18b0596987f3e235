"""`ctxbudget serve`: runs the server on stdin and stdout."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.cli.options import (
    add_retention_option,
    add_root_option,
    add_store_options,
    fault_of_variable,
    observed,
    service_options,
)
from ctxbudget_server.presentation.arguments import whole_number
from ctxbudget_server.presentation.output import complain

if TYPE_CHECKING:
    from ctxbudget_server.sidecar.backend import OneShotBackend

MAX_ACTOR_CHARACTERS = 80
"""Maximum length of a client's name in the log."""
SWITCH_SECONDS = 0.0005
"""How long a thread may hold the interpreter lock while others wait for it."""

EXAMPLES = (
    ("ctxbudget serve", "speak JSON-RPC on stdin and stdout: a harness or an editor starts this"),
    ("ctxbudget serve --workspace /srv/project --log-file /tmp/ctxbudget.log -v", "for another folder, with a log"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments. Some exist only because editors pass them."""
    parser.add_argument("--stdio", action="store_true", help="speak on stdin and stdout (this is the default)")
    parser.add_argument(
        "--clientProcessId", type=whole_number(), metavar="PID", help="the client's process; the server ends with it"
    )
    parser.add_argument("--log-file", metavar="FILE", help="write the log to FILE instead of stderr")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="log more; twice for everything")
    parser.add_argument("--version", action="store_true", dest="print_version", help="print the version and exit")
    parser.add_argument(
        "--no-socket", action="store_true", help="do not answer `ctxbudget call` and hooks of this workspace"
    )
    add_store_options(parser)
    add_root_option(parser)
    add_retention_option(parser)
    defaults = Limits()
    parser.add_argument(
        "--max-message-bytes",
        type=whole_number(1),
        metavar="N",
        default=defaults.max_message_bytes,
        help="the largest message accepted (default: %(default)s)",
    )
    parser.add_argument(
        "--max-document-bytes",
        type=whole_number(1),
        metavar="N",
        default=defaults.max_document_bytes,
        help="the largest document accepted (default: %(default)s)",
    )


def run(options: Namespace) -> int:
    """Serve until the client is done; the exit code is 0 after `shutdown`, 2 if a setting is wrong, else 1."""
    from ctxbudget_server.runtime import watchdog

    watching = watchdog.start(stdin=True, parent=True)  # while the process is small and has no threads

    import gc
    import logging
    import sys

    from ctxbudget_server.presentation.logs import SafeFormatter

    # Extraction is pure Python: with the usual 5 ms, every other request would wait that long at each turn.
    sys.setswitchinterval(SWITCH_SECONDS)
    level = (logging.WARNING, logging.INFO, logging.DEBUG)[min(options.verbose, 2)]
    log_format = f"%(asctime)s ctxbudget[{os.getpid()}] %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=level, filename=options.log_file)
    for handler in logging.getLogger().handlers:
        handler.setFormatter(SafeFormatter(log_format))
    if fault := fault_of_variable(options):
        complain("serve", fault)
        if options.log_file:
            logging.getLogger(__name__).error("%s", fault)
        raise SystemExit(2)

    # Hundreds of classes are about to be created, and none of them will be garbage.
    gc.disable()
    from ctxbudget_server.rpc.connection import Served
    from ctxbudget_server.rpc.server import ServeOptions, serve
    from ctxbudget_server.service.service import BudgetService
    from ctxbudget_server.settings.access import roots_of_user, user_access
    from ctxbudget_server.sidecar.client import switched_on

    gc.freeze()
    gc.enable()
    limits = Limits(max_message_bytes=options.max_message_bytes, max_document_bytes=options.max_document_bytes)
    chosen = service_options(options, limits)
    offered = switched_on() and not options.no_socket
    roots = roots_of_user(options.root, user_access())
    told = ServeOptions(
        limits=limits,
        roots=roots,
        client_process_id=options.clientProcessId,
        watchdog=watching,
        workspace=chosen.workspace,
    )

    def opened(root: str | None, client: str | None) -> Served:
        service = BudgetService(chosen, root=root, actor=_actor(client))
        closing = observed(service, "serve")

        def answer_one_shots() -> OneShotBackend | None:
            from ctxbudget_server.sidecar.commands import one_shots  # not before `initialize` is answered

            return one_shots(service)

        return Served(service, answer_one_shots if offered else None, closing)

    serve(opened, told)


def _actor(client: str | None) -> str:
    """What the log calls the client: its own name on one line."""
    name = " ".join("".join(c if c.isprintable() else " " for c in client or "").split())
    return name[:MAX_ACTOR_CHARACTERS] or "serve"
