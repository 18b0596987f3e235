"""Order among concurrent work: one lane, one after the other; different lanes, at the same time."""

from __future__ import annotations

import logging
import threading
from collections import deque

from ctxbudget_server.runtime.workers import Work, WorkerPool

log = logging.getLogger(__name__)


class Lanes:
    """Spreads work over a pool; work of one lane is done in the order of arrival."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Work]] = {}
        self._unfinished = 0

    @property
    def unfinished(self) -> int:
        """How much work is queued or being done."""
        return self._unfinished

    def submit(self, lane: str | None, work: Work) -> None:
        """Have `work` done; None is no lane: at any time."""
        with self._lock:
            self._unfinished += 1
            if lane is not None:
                if lane in self._waiting:
                    self._waiting[lane].append(work)
                    return
                self._waiting[lane] = deque()
        self._pool.submit(lambda: self._drive(lane, work))

    def _drive(self, lane: str | None, first: Work) -> None:
        """Do `first` and then, in the same thread, whatever has queued up behind it."""
        work: Work | None = first
        while work is not None:
            try:
                work()
            except BaseException:  # the lane goes on, whatever one piece of work does
                log.exception("work failed")
            work = self._next(lane)

    def _next(self, lane: str | None) -> Work | None:
        with self._lock:
            self._unfinished -= 1
            if lane is None:
                return None
            if self._waiting[lane]:
                return self._waiting[lane].popleft()
            del self._waiting[lane]
            return None
