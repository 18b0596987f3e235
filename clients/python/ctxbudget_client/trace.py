"""A record of every frame in both directions, one JSON line each."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from ctxbudget_client.framing import Message

Direction = Literal["sent", "received"]
TraceSink = TextIO | Callable[[dict[str, Any]], None]
"""A text file that gets JSON lines, or a function that gets the entries themselves."""


class Trace:
    """Passes entries on to a sink, one at a time, whichever thread they come from.

    A sink that fails is left alone from then on, and `fault` says why: the conversation matters more than its record.
    """

    def __init__(self, sink: TraceSink | None) -> None:
        self.fault: Exception | None = None
        self._sink = sink
        self._lock = threading.Lock()

    def sent(self, frame: bytes) -> None:
        """Note a frame that goes out now."""
        if self._sink is not None:
            self._record("sent", json.loads(frame.partition(b"\r\n\r\n")[2]))

    def received(self, message: Message) -> None:
        """Note a message that came in."""
        if self._sink is not None:
            self._record("received", message)

    def _record(self, direction: Direction, message: Message) -> None:
        with self._lock:
            at = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
            entry = {"at": at, "direction": direction, "message": message}
            try:
                self._pass_on(entry)
            except Exception as fault:
                self.fault = fault
                self._sink = None

    def _pass_on(self, entry: dict[str, Any]) -> None:
        if callable(self._sink):
            self._sink(entry)
        elif self._sink is not None:
            self._sink.write(json.dumps(entry) + "\n")
            self._sink.flush()
