"""A stand-alone sidecar: answers one-shot callers until it has been idle for a while or its owner's process ends."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.runtime.allocator import limit_arenas
from ctxbudget_server.runtime.byte_limit import ByteLimit
from ctxbudget_server.runtime.processes import is_alive
from ctxbudget_server.runtime.session_queues import KeyedSerialQueue
from ctxbudget_server.runtime.signals import on_signals
from ctxbudget_server.runtime.watchdog import TICK_SECONDS, Watchdog
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.service import BudgetService
from ctxbudget_server.sidecar.commands import one_shots
from ctxbudget_server.sidecar.server import POLL_INTERVAL_SECONDS, SidecarServer

GRACE_SECONDS = 1.0
"""Time for callers that are being answered when the sidecar ends."""


def answer_callers(
    service: BudgetService, idle_seconds: float, watchdog: Watchdog | None = None, process: int | None = None
) -> None:
    """Listen until idle for `idle_seconds`, until the process `process` has ended, or until a signal arrives.

    Returns at once if another sidecar is listening.
    """
    try:
        asyncio.run(_answer(service, idle_seconds, watchdog, process))
    finally:
        service.close()


async def _answer(service: BudgetService, idle_seconds: float, watchdog: Watchdog | None, process: int | None) -> None:
    backend = one_shots(service)
    if backend is None:
        return
    if process is not None:
        backend.ends_with(process)
    loop = asyncio.get_running_loop()
    pool = WorkerPool(loop.call_later)
    server = SidecarServer(backend, pool, KeyedSerialQueue(pool), Limits(), ByteLimit())
    told = asyncio.Event()
    on_signals((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), told.set, watchdog)
    beating = asyncio.create_task(_beat(watchdog)) if watchdog is not None else None
    pool.submit(limit_arenas)
    pool.submit(service.warm_up)
    listening = asyncio.create_task(server.run(patient=False))
    try:
        while not (told.is_set() or listening.done() or server.idle_seconds >= idle_seconds or _ended(process)):
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), POLL_INTERVAL_SECONDS)
        if watchdog is not None:
            watchdog.ending()
        server.stop_listening()
        await server.emptied(GRACE_SECONDS)
        server.cancel_all()
    finally:
        listening.cancel()
        await pool.result_of(server.close)
        if beating is not None:
            beating.cancel()


def _ended(process: int | None) -> bool:
    return process is not None and not is_alive(process)


async def _beat(watchdog: Watchdog) -> None:
    while True:
        watchdog.beat()
        await asyncio.sleep(TICK_SECONDS)
