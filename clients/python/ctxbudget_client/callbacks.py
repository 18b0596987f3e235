"""Delivery of notifications: callbacks by method, and a mailbox for those without a callback."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from ctxbudget_client.notifications import Notification, Notifications, record_of

Callback = Callable[[Any], object]


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
                if callback in self._by_method[method]:
                    self._by_method[method].remove(callback)

        return remove

    def tell(self, method: str, params: Any) -> None:
        """Pass on a notification. Never raises: a faulty callback does not end the conversation."""
        with self._lock:
            wanted = list(self._by_method.get(method, ()))
        if self._on_any is not None:
            _call(partial(self._on_any, method, params))
        elif not wanted:
            self.kept.put(Notification(method, params))
        for callback in wanted:
            _call(partial(_with_record, callback, method, params))


def _with_record(callback: Callback, method: str, params: Any) -> None:
    callback(record_of(method, params))


def _call(callback: Callable[[], object]) -> None:
    """What a callback raises is said as that of any thread: on stderr, or where `threading.excepthook` puts it."""
    try:
        callback()
    except BaseException as fault:
        hook = threading.excepthook
        hook(threading.ExceptHookArgs((type(fault), fault, fault.__traceback__, threading.current_thread())))
