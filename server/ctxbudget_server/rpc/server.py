"""`serve`: the process from its first byte to its exit code."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import time
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.limits import Limits
from ctxbudget_server.rpc.connection import BackendFactory, ConnectionContext
from ctxbudget_server.rpc.dispatch import Dispatcher
from ctxbudget_server.rpc.framing import Frame, FrameParser, FramingError
from ctxbudget_server.rpc.intake import Intake
from ctxbudget_server.rpc.lifecycle import End
from ctxbudget_server.rpc.transport import CHUNK_BYTES, Inlet, Outlet, Stdio, claim_stdio, open_streams
from ctxbudget_server.runtime.signals import on_signals
from ctxbudget_server.runtime.watchdog import Watchdog

log = logging.getLogger(__name__)

FORCE_THREADS_VARIABLE = "CTXBUDGET_FORCE_THREAD_READER"

GRACE_SECONDS = 0.8
"""Time for requests in flight when the client ends the connection, so that a piped script gets its answers."""
COMMIT_SECONDS = 0.2
"""Time for requests that had already committed when the others were cancelled."""
FLUSH_SECONDS = 0.3
CLOSE_SECONDS = 0.2
TURN_SECONDS = 0.002
"""How long requests that are answered at once may hold up everything else on the event loop."""
STALL_SECONDS = 1.0
"""How long a client that has closed stdin may leave its answers unread."""
SWITCH_SECONDS = 0.0005
"""How long a computing thread may keep the others from running. A small request takes the interpreter lock a dozen
times, and may wait this long each time.
"""


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """Options of `serve`.

    `force_thread_reader` uses threads instead of polling for pipes too, as is done for regular files and on Windows; so
    does a non-empty environment variable CTXBUDGET_FORCE_THREAD_READER. `client_process_id` is a process whose end also
    ends the server; `initialize` can name one only later. `watchdog` ends the process if it cannot end itself. `roots`
    are real paths of folders outside the workspace that imports may be read from. `workspace` is the one that the user
    chose, if any.
    """

    limits: Limits = field(default_factory=Limits)
    force_thread_reader: bool = False
    client_process_id: int | None = None
    watchdog: Watchdog | None = None
    roots: Sequence[str] = ()
    workspace: str | None = None


def serve(backend_factory: BackendFactory, options: ServeOptions | None = None) -> NoReturn:
    """Serve the client on stdin and stdout until the end; then exit the process with the exit code.

    Python's normal exit would wait for threads, on a busy machine long enough for the watchdog to step in.
    """
    options = options or ServeOptions()
    sys.setswitchinterval(SWITCH_SECONDS)
    stdio = claim_stdio()
    _exit_now(asyncio.run(_serve(stdio, backend_factory, options)))


async def _serve(stdio: Stdio, backend_factory: BackendFactory, options: ServeOptions) -> int:
    force_threads = options.force_thread_reader or bool(os.environ.get(FORCE_THREADS_VARIABLE))
    inlet, outlet = await open_streams(stdio, force_threads)
    connection = ConnectionContext(
        outlet,
        options.limits,
        backend_factory,
        options.watchdog,
        roots=options.roots,
        workspace=options.workspace,
    )
    connection.parent.name(options.client_process_id)
    dispatcher = Dispatcher(connection)
    intake = Intake(connection, dispatcher)
    taking = _guarded(connection, intake.run())
    on_signals((signal.SIGTERM, signal.SIGINT), lambda: connection.lifecycle.end(End.SIGNAL), options.watchdog)
    tasks = [
        _guarded(connection, _read(inlet, connection, dispatcher, intake)),
        _guarded(connection, dispatcher.run()),
        _guarded(connection, _end_with_output(connection)),
    ]
    watching = _guarded(connection, connection.parent.run())
    reason = await connection.lifecycle.ending()
    connection.parent.ending()
    for task in tasks:
        task.cancel()
    code = connection.lifecycle.exit_code(reason)
    await _wind_up(connection, intake, reason)
    taking.cancel()
    watching.cancel()
    if connection.pool.busy:
        _exit_now(code)
    return code


async def _read(inlet: Inlet, connection: ConnectionContext, dispatcher: Dispatcher, intake: Intake) -> None:
    """Take messages as long as the client sends any and reads its answers."""
    parser = FrameParser(connection.limits.max_message_bytes)
    try:
        while chunk := await _chunk(inlet):
            frames = parser.feed(chunk)
            while True:
                if connection.outlet.congested and not await _uncongested(inlet, connection.outlet):
                    connection.lifecycle.end(End.END_OF_INPUT)
                    return
                await _room_in(intake, inlet)
                if not _take_some(connection, intake, frames):
                    break
                # Work just started must get its turn before the next message, however many are in the buffer.
                await asyncio.sleep(0)
    except FramingError as exc:
        dispatcher.refuse(None, ProtocolError("parseError", str(exc)))
        connection.lifecycle.end(End.STREAM_BROKEN)
        return
    try:
        parser.end()
    except FramingError as exc:
        dispatcher.refuse(None, ProtocolError("parseError", str(exc)))
    connection.lifecycle.end(End.END_OF_INPUT)


def _take_some(connection: ConnectionContext, intake: Intake, frames: Iterator[Frame]) -> bool:
    """Take messages up to the first that is not answered at once, or for a turn; False if there are no more."""
    until = time.monotonic() + TURN_SECONDS
    with connection.outlet.gathered():
        for frame in frames:
            answered = connection.inflight.answered
            intake.take(frame)
            if connection.inflight.answered == answered or time.monotonic() > until:
                return True
    return False


async def _chunk(inlet: Inlet) -> bytes:
    try:
        return await inlet.stream.read(CHUNK_BYTES)
    except OSError:  # a reset socket has ended too
        return b""


async def _room_in(intake: Intake, inlet: Inlet) -> None:
    """Wait while too much is waiting. What a client left in the pipe before closing stdin is still read."""
    while intake.is_full and not inlet.hung_up():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STALL_SECONDS):
                await intake.has_room()


async def _uncongested(inlet: Inlet, outlet: Outlet) -> bool:
    """Wait for a client that does not read; False if it has also closed stdin, which means that it has gone."""
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                await outlet.drained()
                return True
        except TimeoutError:
            if inlet.ended:
                return False


async def _end_with_output(connection: ConnectionContext) -> None:
    await connection.outlet.lost.wait()
    connection.lifecycle.end(End.OUTPUT_CLOSED)


async def _wind_up(connection: ConnectionContext, intake: Intake, reason: End) -> None:
    """Answer what can still be answered, within two seconds in all."""
    if connection.sidecar is not None:
        connection.sidecar.stop_listening()
    if reason in (End.EXIT, End.END_OF_INPUT):
        await _answered(connection, intake, GRACE_SECONDS)
    intake.refuse_all()
    connection.inflight.cancel_all()
    if connection.sidecar is not None:
        connection.sidecar.cancel_all()
    await _answered(connection, intake, COMMIT_SECONDS)
    connection.outlet.close()
    try:
        async with asyncio.timeout(FLUSH_SECONDS):
            await connection.outlet.lost.wait()
    except TimeoutError:
        log.info("the client did not read its last answers")
    connection.close_backend(CLOSE_SECONDS)


async def _answered(connection: ConnectionContext, intake: Intake, timeout: float) -> None:
    begun = asyncio.get_running_loop().time()
    await intake.emptied(timeout)
    timeout -= asyncio.get_running_loop().time() - begun
    waits: list[Coroutine[Any, Any, object]] = [connection.inflight.emptied(timeout)]
    if connection.sidecar is not None:
        waits.append(connection.sidecar.emptied(timeout))
    await asyncio.gather(*waits)


def _guarded(connection: ConnectionContext, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that ends the server if it fails, since none of them is dispensable."""

    def check(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (exc := task.exception()) is not None:
            log.critical("the server failed", exc_info=exc)
            connection.lifecycle.end(End.FAULT)

    task = asyncio.create_task(work)
    task.add_done_callback(check)
    return task


def _exit_now(code: int) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # it may be missing, or closed at the other end
            stream.flush()
    logging.shutdown()
    os._exit(code)
