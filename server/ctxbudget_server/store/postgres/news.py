"""News from other machines: one connection of the process listens to what every commit announces."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import suppress
from typing import Final

import psycopg

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.postgres.connection import Connection, connected

RETRY_SECONDS: Final = 0.5
"""Pause before a lost connection is made again."""

ALIVE_SECONDS: Final = 20.0
"""A connection that has been silent for this long is asked whether it is still there."""

_log = logging.getLogger(__name__)


class News:
    """Counts what is announced on a channel. The thread that listens ends with the process, or with `close`."""

    def __init__(self, url: str, shown: str, channel: str) -> None:
        self._url = url
        self._shown = shown
        self._channel = channel
        self._lock = threading.Lock()
        self._heard = 0
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self._listens = threading.Event()

    def mark(self) -> int:
        """A number that has changed if anything was committed since the last call, or may have been.

        The first call begins to listen, and returns once that is so or `RETRY_SECONDS` have passed.
        """
        with self._lock:
            if self._thread is None:
                self._closing.clear()
                self._thread = threading.Thread(target=self._run, name="ctxbudget-news", daemon=True)
                self._thread.start()
        self._listens.wait(RETRY_SECONDS)
        return self._heard

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                with connected(self._url, self._shown, time.monotonic()) as connection:
                    connection.execute(psycopg.sql.SQL("LISTEN {}").format(psycopg.sql.Identifier(self._channel)))
                    self._heard += 1  # whatever was committed while nobody listened
                    self._listens.set()
                    self._listen(connection)
            except (psycopg.Error, ProtocolError, OSError) as fault:
                _log.debug("news of the store: %s", fault)
            self._listens.clear()
            self._closing.wait(RETRY_SECONDS)

    def _listen(self, connection: Connection) -> None:
        while not self._closing.is_set():
            heard = False
            for _ in connection.notifies(timeout=ALIVE_SECONDS, stop_after=1):
                heard = True
                self._heard += 1
            if not heard:
                connection.execute("SELECT 1")

    def close(self) -> None:
        """Stop listening; the thread notices within a moment, and ends with the process at the latest."""
        self._closing.set()
        with self._lock, suppress(RuntimeError):
            self._thread = None
