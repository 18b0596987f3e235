"""Who is told of notifications: callbacks by method, and a mailbox for what nobody has asked to be told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from ctxbudget_client.namespaces import decode
from ctxbudget_client.notifications import Notification, Notifications
from ctxbudget_protocol.results.budget import AlertNote, DidChange

Callback = Callable[[Any], None]

RECORDS = {"budget/didChange": DidChange, "budget/alert": AlertNote}
"""The notifications that callbacks get as records."""


class Callbacks:
    """Callbacks by method. They run on the reading thread, which must not wait for answers."""

    def __init__(self, on_any: Callable[[str, Any], None] | None) -> None:
        self.kept = Notifications()
        self._on_any = on_any
        self._lock = threading.Lock()
        self._by_method: dict[str, list[Callback]] = {}

    def add(self, method: str, callback: Callback) -> Callable[[], None]:
        """Call `callback` with each notification of `method`; the function that is returned ends that."""
        with self._lock:
            self._by_method.setdefault(method, []).append(callback)

        def remove() -> None:
            with self._lock:
                self._by_method[method].remove(callback)

        return remove

    def tell(self, method: str, params: Any) -> None:
        """Pass on a notification."""
        with self._lock:
            wanted = list(self._by_method.get(method, ()))
        if self._on_any is not None:
            self._on_any(method, params)
        elif not wanted:
            self.kept.put(Notification(method, params))
        if wanted:
            record = RECORDS.get(method)
            said = decode(record, params) if record is not None else params
            for callback in wanted:
                callback(said)
