"""`ctxbudget mcp`: serves the budget as tools for a model, in any host of the Model Context Protocol."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from ctxbudget_server.cli.options import add_root_option, add_store_options, fault_of_variable, observed, services
from ctxbudget_server.presentation.output import complain

EXAMPLES = (
    ("ctxbudget mcp", "offer a model the tools to see its budget"),
    ("ctxbudget mcp --session review --allow-prune", "of one session, and to prune it"),
)


def add_arguments(parser: ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "--session",
        metavar="ID",
        help="the session (default: CTXBUDGET_SESSION, CLAUDE_CODE_SESSION_ID, or the most recently changed one)",
    )
    parser.add_argument(
        "--allow-prune",
        action="store_true",
        help="also offer a tool by which the model drops results that it no longer needs; undone by id",
    )
    add_store_options(parser)
    add_root_option(parser)


def run(options: Namespace) -> int:
    """Serve the host on stdin and stdout; needs the extra `ctxbudget[mcp]`."""
    if fault := fault_of_variable():
        complain("mcp", fault)
        return 2
    from ctxbudget_server.runtime import watchdog

    watching = watchdog.start(stdin=True, parent=True)  # before there are threads
    try:
        from ctxbudget_server.mcp.server import serve
    except ModuleNotFoundError as missing:
        if missing.name not in ("mcp", "mcp_types", "anyio"):
            raise
        complain("mcp", "it needs the MCP SDK, the extra `mcp`: pip install 'mcp>=2.2,<3'")
        return 2
    service = services(options, "mcp")
    if warning := service.settings_warning():
        complain("mcp", warning)
    observed(service, "mcp")
    serve(service, options.session, watching, allow_prune=options.allow_prune)
    if service.observer is not None:
        service.observer.close()
    return 0
