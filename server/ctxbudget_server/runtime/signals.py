"""Signals handled on the event loop."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable
from contextlib import suppress

from ctxbudget_server.runtime.watchdog import Watchdog


def on_signals(numbers: Iterable[signal.Signals], act: Callable[[], object], watchdog: Watchdog | None) -> None:
    """Call `act` on the event loop when one of these signals arrives.

    With a watchdog, signals arrive through its descriptor, so that it sees those that the loop fails to handle.
    """
    loop = asyncio.get_running_loop()
    if watchdog is not None:
        for number in numbers:
            signal.signal(number, lambda *_: None)
        loop.add_reader(watchdog.signals, _took_up, watchdog.signals, act)
        return
    for number in numbers:
        try:
            loop.add_signal_handler(number, act)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))


def _took_up(signals: int, act: Callable[[], object]) -> None:
    with suppress(BlockingIOError):
        os.read(signals, 4096)
        act()
