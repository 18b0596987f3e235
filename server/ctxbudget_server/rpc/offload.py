"""Work on a worker thread, awaited on the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from ctxbudget_server.rpc.workers import WorkerPool

T = TypeVar("T")


async def offload(pool: WorkerPool, work: Callable[[], T]) -> T:
    """The result of `work`. A cancelled wait does not stop the work: that must look out for it itself."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, fault: BaseException | None) -> None:
        if answer.done():
            return
        if fault is not None:
            answer.set_exception(fault)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, fault = None, None
        try:
            result = work()
        except Exception as exc:
            fault = exc
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, fault)

    pool.submit(run)
    return await answer
