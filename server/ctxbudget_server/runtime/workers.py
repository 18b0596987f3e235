"""Worker threads, started when there is work and no free thread, so that slow work never blocks the server."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar, cast

from ctxbudget_server.runtime.allocator import return_free_memory

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[], None]
Later = Callable[[float, Callable[[], None]], Any]

CORE_THREADS = 4
MAX_THREADS = 256
PATIENCE_SECONDS = 0.01
"""How long work waits for a free thread before the pool grows; a burst of quick work is done sooner."""
GROWTH = 8
"""Maximum number of threads started at a time: each start can cost the event loop a turn of the interpreter lock."""
IDLE_SECONDS = 10.0


class WorkerPool:
    """Daemon threads that take work in order of arrival.

    The most recently idle thread is called first, so that after a burst the others end even under constant light load.
    A few threads start at once, more whenever the oldest work in the queue has waited longer than
    `PATIENCE_SECONDS`. `later` is the event loop's `call_later`; `submit` is called on the loop.
    """

    def __init__(self, later: Later, core: int = CORE_THREADS, most: int = MAX_THREADS) -> None:
        self._later = later
        self._core = core
        self._most = most
        self._lock = threading.Lock()
        self._queue: deque[tuple[float, Work]] = deque()
        self._threads = 0
        self._idle: list[threading.Condition] = []
        self._growing = False

    def submit(self, work: Work) -> None:
        """Run `work` in some thread."""
        with self._lock:
            self._queue.append((time.monotonic(), work))
            if self._idle:
                self._idle.pop().notify()
                return
            if self._threads < self._core and self._start_threads(1):
                return
            if self._growing:
                return
            self._growing = True
        self._later(PATIENCE_SECONDS, self._grow)

    async def result_of(self, work: Callable[[], T]) -> T:
        """Run `work` in some thread; returns or raises what it does."""
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[T] = loop.create_future()

        def settle(result: T | None, fault: Exception | None) -> None:
            if outcome.done():  # nobody awaits it any more
                return
            if fault is None:
                outcome.set_result(cast(T, result))
            else:
                outcome.set_exception(fault)

        def run() -> None:
            result: T | None = None
            fault: Exception | None = None
            try:
                result = work()
            except Exception as exc:
                fault = exc
            with suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(settle, result, fault)

        self.submit(run)
        return await outcome

    @property
    def busy(self) -> bool:
        """Whether any thread is working, or work is queued."""
        with self._lock:
            return bool(self._queue) or len(self._idle) < self._threads

    def _grow(self) -> None:
        with self._lock:
            if not self._queue:
                self._growing = False
                return
            waited = time.monotonic() - self._queue[0][0]
            if waited >= PATIENCE_SECONDS:
                self._start_threads(min(len(self._queue), GROWTH, self._most - self._threads))
        self._later(PATIENCE_SECONDS, self._grow)

    def _start_threads(self, count: int) -> bool:
        for _ in range(count):
            thread = threading.Thread(target=self._run, name=f"ctxbudget-worker-{self._threads}", daemon=True)
            self._threads += 1
            try:
                thread.start()
            except RuntimeError:  # the system cannot start another thread: continue with those there are
                self._threads -= 1
                if not self._threads:
                    raise
                log.warning("cannot start another worker thread besides the %d running", self._threads)
                return False
        return True

    def _run(self) -> None:
        call = threading.Condition(self._lock)
        while (work := self._next(call)) is not None:
            try:
                work()
            except BaseException:  # also SystemExit: a worker outlives whatever its work does
                log.exception("work failed")
        return_free_memory()  # a burst is over

    def _next(self, call: threading.Condition) -> Work | None:
        """The oldest work; None if the thread has been idle for so long that it may end."""
        with self._lock:
            while not self._queue:
                self._idle.append(call)
                if not call.wait(IDLE_SECONDS) and call in self._idle:
                    self._idle.remove(call)
                    if self._threads > self._core:
                        self._threads -= 1
                        return None
            return self._queue.popleft()[1]
