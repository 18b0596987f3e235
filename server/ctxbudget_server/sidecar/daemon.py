"""A sidecar without a client: it answers one-shot callers until nobody has asked for a while."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.rpc.lifecycle import on_signals
from ctxbudget_server.rpc.room import Room
from ctxbudget_server.runtime.session_queues import Lanes
from ctxbudget_server.runtime.watchdog import TICK_SECONDS, Watchdog
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.backend import Backend
from ctxbudget_server.sidecar.server import LOOK_SECONDS, Desk

GRACE_SECONDS = 1.0
"""For callers that are being answered when the end comes."""


def answer_callers(backend: Backend, idle_seconds: float, watchdog: Watchdog | None = None) -> None:
    """Listen until nobody has asked for `idle_seconds`, or a signal comes. Ends at once where another one listens."""
    try:
        asyncio.run(_answer(backend, idle_seconds, watchdog))
    finally:
        backend.close()


async def _answer(backend: Backend, idle_seconds: float, watchdog: Watchdog | None) -> None:
    one_shots = backend.one_shots()
    if one_shots is None:
        return
    loop = asyncio.get_running_loop()
    pool = WorkerPool(loop.call_later)
    desk = Desk(one_shots, pool, Lanes(pool), Limits(), Room())
    told = asyncio.Event()
    on_signals((signal.SIGTERM, signal.SIGINT, signal.SIGHUP), told.set, watchdog)
    beating = asyncio.create_task(_beat(watchdog)) if watchdog is not None else None
    pool.submit(backend.warm_up)
    listening = asyncio.create_task(desk.run(patient=False))
    try:
        while not told.is_set() and not listening.done() and desk.idle_seconds < idle_seconds:
            with suppress(TimeoutError):
                await asyncio.wait_for(told.wait(), LOOK_SECONDS)
        if watchdog is not None:
            watchdog.ending()
        desk.stop_listening()
        await desk.emptied(GRACE_SECONDS)
        desk.cancel_all()
    finally:
        listening.cancel()
        await pool.result_of(desk.withdraw)
        if beating is not None:
            beating.cancel()


async def _beat(watchdog: Watchdog) -> None:
    while True:
        watchdog.beat()
        await asyncio.sleep(TICK_SECONDS)
