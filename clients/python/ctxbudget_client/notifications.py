"""What the server tells unasked, kept until somebody takes it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ctxbudget_client.namespaces import decode
from ctxbudget_protocol.methods.budget.alert import AlertNote
from ctxbudget_protocol.methods.budget.did_change import DidChange
from ctxbudget_protocol.records import Record, described

KEPT = 10_000
"""Maximum number of kept notifications; beyond it, the oldest are dropped."""


class Reconnected(Record):
    """Params of `ctxbudget/reconnected`, which the client itself tells after a restart of the server."""

    restarts_left: int = described(
        "How often the client may restart the server now; a restart counts for three minutes."
    )


class Message(Record):
    """Params of `window/logMessage` and `window/showMessage`: a sentence for people."""

    type: int = described("1: error, 2: warning, 3: info, 4: log, 5: debug.")
    message: str


RECORDS: dict[str, type[Record]] = {
    "budget/alert": AlertNote,
    "budget/didChange": DidChange,
    "ctxbudget/reconnected": Reconnected,
    "window/logMessage": Message,
    "window/showMessage": Message,
}
"""The records of notifications; other params, such as those of an editor's notifications, stay JSON."""


def record_of(method: str, params: Any) -> Any:
    """The record of a notification's params; params that have no record as they are."""
    record = RECORDS.get(method)
    return params if record is None or not isinstance(params, dict) else decode(record, params)


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification of the server, with its params as JSON."""

    method: str
    params: Any

    @property
    def record(self) -> Any:
        """The params as callbacks of `Client.on` get them: a record such as `AlertNote`, or JSON if there is none."""
        return record_of(self.method, self.params)


Fits = Callable[[Notification], bool]


class Notifications:
    """A mailbox for several threads."""

    def __init__(self) -> None:
        self._kept: deque[Notification] = deque(maxlen=KEPT)
        self._arrived = threading.Condition()

    def put(self, notification: Notification) -> None:
        """Keep one that arrived."""
        with self._arrived:
            self._kept.append(notification)
            self._arrived.notify_all()

    def take(self, method: str | None = None) -> list[Notification]:
        """All that arrived, or those of one method, in their order; they are taken out."""
        with self._arrived:
            taken = [note for note in self._kept if method in (None, note.method)]
            for note in taken:
                self._kept.remove(note)
        return taken

    def wait(self, method: str, timeout: float, fits: Fits = lambda _: True) -> Notification | None:
        """The first one of `method` that fits, taken out; None if none came within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                for note in self._kept:
                    if note.method == method and fits(note):
                        self._kept.remove(note)
                        return note
                left = deadline - time.monotonic()
                if left <= 0 or not self._arrived.wait(left):
                    return None
