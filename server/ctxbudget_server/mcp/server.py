"""The MCP server, based on the official SDK, over stdio."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, NoReturn

import anyio
import mcp_types as types
from mcp.server import Server, ServerRequestContext
from mcp.server.stdio import stdio_server

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server import __version__
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.mcp.session import chosen_session
from ctxbudget_server.mcp.tools import PRUNE, TOOLS, Tool, answer
from ctxbudget_server.presentation.terminal import line
from ctxbudget_server.runtime.watchdog import TICK_SECONDS, Watchdog
from ctxbudget_server.service.service import BudgetService


class Offer(NamedTuple):
    """What a host is offered: these tools, on the account of this session, else of the one that is found."""

    service: BudgetService
    session: str | None
    tools: Sequence[Tool]


def serve(
    service: BudgetService, session: str | None, watchdog: Watchdog | None = None, *, allow_prune: bool = False
) -> None:
    """Serve the host on stdin and stdout until it disconnects, or until SIGINT or SIGTERM ends the process.

    With `allow_prune` the model may prune as well.
    """
    offer = Offer(service, session, (*TOOLS, PRUNE) if allow_prune else TOOLS)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    try:
        anyio.run(_serve, offer, watchdog)
    except* BrokenPipeError:  # it disconnected during an answer
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # discard what is left to flush


def _end(number: int, _: object) -> NoReturn:
    """Exit at once: the SDK's thread that waits for the host's next line can be neither stopped nor waited for.

    There is nothing to finish: all tools but one only read, and a prune is one transaction, made or not made.
    """
    os._exit(128 + number)


async def _serve(offer: Offer, watchdog: Watchdog | None) -> None:
    async def listed(_: ServerRequestContext, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_told(tool) for tool in offer.tools])

    async def call(_: ServerRequestContext, params: types.CallToolRequestParams) -> types.CallToolResult:
        cancellation = Cancellation()
        work = partial(_answer, offer, cancellation, params)
        try:
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
        except anyio.get_cancelled_exc_class():
            cancellation.cancel()  # the thread stops at its next check
            raise

    server: Server[Any] = Server("ctxbudget", version=__version__, on_list_tools=listed, on_call_tool=call)
    async with anyio.create_task_group() as beside:
        if watchdog is not None:
            beside.start_soon(_beat, watchdog)
        async with stdio_server() as (inbound, outbound):
            await server.run(inbound, outbound, server.create_initialization_options())
        beside.cancel_scope.cancel()


async def _beat(watchdog: Watchdog) -> None:
    while True:
        watchdog.beat()
        await anyio.sleep(TICK_SECONDS)


def _told(tool: Tool) -> types.Tool:
    """What a host is told of a tool."""
    return types.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=tool.schema,
        annotations=types.ToolAnnotations(read_only_hint=tool is not PRUNE),
    )


def _answer(offer: Offer, cancellation: Cancellation, asked: types.CallToolRequestParams) -> types.CallToolResult:
    meta = {"_meta": dict(asked.meta)} if asked.meta else {}

    def ask(method: str, **params: Any) -> dict[str, Any]:
        return offer.service.call(method, params | meta, cancellation)

    try:
        session = chosen_session(offer.session, ask)
        text, failed = answer(ask, session, offer.tools, asked.name, asked.arguments or {}), False
    except ProtocolError as error:
        text, failed = line(f"{error.name}: {error.message}"), True
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=failed)
