"""The server's clock, as far as this process can tell: the only one by which times in the store are set."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class ServerClock:
    """Follows the server's clock between two answers by the monotonic clock. Thread-safe.

    An answer says that its time was between the moments when it was asked for and received. What is assumed of the
    server's clock stays as it is while it agrees with that, and is corrected no further than that otherwise.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ahead: float | None = None
        """What the server's seconds since 1970 are ahead of this process's monotonic clock."""

    @property
    def is_set(self) -> bool:
        """Whether the server has ever told its time."""
        return self._ahead is not None

    def told(self, seconds: float, asked: float, received: float) -> None:
        """The server gave its time in answer to what was asked and received at these moments (`time.monotonic`)."""
        earliest, latest = seconds - received, seconds - asked
        with self._lock:
            if self._ahead is None:
                self._ahead = (earliest + latest) / 2
            else:
                self._ahead = min(max(self._ahead, earliest), latest)

    def now(self) -> datetime:
        """The server's time. Raises ValueError if it has never been told."""
        if self._ahead is None:
            raise ValueError("the server has not told its time")
        return datetime.fromtimestamp(time.monotonic() + self._ahead, UTC)
