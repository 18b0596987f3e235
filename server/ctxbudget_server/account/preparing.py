"""Prepares what the next cut of a continued conversation will need, while its host waits for the model.

A cut asks of each result what it is about and which names it has. Both can be computed as soon as the result is there:
a separate thread does so after the answer, once no request has come for a moment. A cut computes whatever is not ready
by then, so only its speed depends on this.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Condition, Thread

PAUSE_SECONDS = 0.03
"""Without a request, before any work begins."""
MAX_WAITING = 10_000
"""Pieces of work that wait; older ones are forgotten."""

Work = Callable[[], object]


class Preparing:
    """Work that waits for a pause."""

    def __init__(self) -> None:
        self._waiting: deque[Work] = deque(maxlen=MAX_WAITING)
        self._changed = Condition()
        self._asking = 0
        self._asked_at = 0.0
        self._thread: Thread | None = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """A request, for whose answer the work waits."""
        with self._changed:
            self._asking += 1
        try:
            yield
        finally:
            with self._changed:
                self._asking -= 1
                self._asked_at = time.monotonic()

    def later(self, work: list[Work]) -> None:
        """Do this in the next pause."""
        with self._changed:
            self._waiting.extend(work)
            if self._thread is None and work:
                self._thread = Thread(target=self._run, daemon=True, name="preparing")
                self._thread.start()
            self._changed.notify()

    def finish(self) -> None:
        """Do all that waits now."""
        while self._waiting:
            self._waiting.popleft()()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._changed.wait()
            left = PAUSE_SECONDS if self._asking else self._asked_at + PAUSE_SECONDS - time.monotonic()
            if left > 0:
                time.sleep(left)
                continue
            with suppress(Exception):  # a cut meets the same fault, and reports it
                self._waiting.popleft()()


PREPARING = Preparing()
"""That of this process."""
