"""Order among concurrent work: work with the same key runs in sequence, everything else in parallel."""

from __future__ import annotations

import logging
import threading
from collections import deque
from typing import TypeVar

from ctxbudget_server.runtime.workers import Work, WorkerPool

W = TypeVar("W")

log = logging.getLogger(__name__)


class KeyedSerialQueue:
    """Spreads work over a pool; work with the same key runs in order of arrival."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Work]] = {}

    def submit(self, key: str | None, work: Work) -> None:
        """Queue `work`; without a key it runs at any time."""
        with self._lock:
            if key is not None:
                if key in self._waiting:
                    self._waiting[key].append(work)
                    return
                self._waiting[key] = deque()
        self._pool.submit(lambda: self._drive(key, work))

    def take_next(self, key: str, kind: type[W]) -> W | None:
        """What is next behind the running work of this key, if it is of this kind; that work must run it."""
        with self._lock:
            waiting = self._waiting[key]
            if not waiting or not isinstance(first := waiting[0], kind):
                return None
            waiting.popleft()
            return first

    def _drive(self, key: str | None, first: Work) -> None:
        """Run `first` and then, in the same thread, whatever has queued up behind it."""
        work: Work | None = first
        while work is not None:
            try:
                work()
            except BaseException:  # the queue continues, whatever one piece of work does
                log.exception("work failed")
            work = self._next(key)

    def _next(self, key: str | None) -> Work | None:
        with self._lock:
            if key is None:
                return None
            if self._waiting[key]:
                return self._waiting[key].popleft()
            del self._waiting[key]
            return None
