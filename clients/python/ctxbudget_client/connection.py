"""Requests, answers and notifications over one server's pipes, for any number of threads."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
from collections.abc import Callable
from typing import Any

from ctxbudget_client.errors import ConnectionLostError, FramingError, ServerError
from ctxbudget_client.framing import Message, encode, read_message
from ctxbudget_client.pending import Pending
from ctxbudget_client.process import ServerProcess
from ctxbudget_client.trace import Trace

METHOD_NOT_FOUND = -32601
END_SECONDS = 2.0
"""How long a server that closed its output may take to end, before it is made to."""


Orphaned = Callable[["Connection", list[Pending], ConnectionLostError], None]


class Connection:
    """Matches answers with requests. One thread writes and one reads, so that a full pipe blocks no caller."""

    def __init__(
        self, process: ServerProcess, trace: Trace, notified: Callable[[str, Any], None], orphaned: Orphaned
    ) -> None:
        """`notified(method, params)` gets every notification, on the reading thread: it must not wait for answers.

        `orphaned(connection, unanswered, reason)` is called once, when the connection is lost.
        """
        self._process = process
        self._trace = trace
        self._notified = notified
        self._orphaned = orphaned
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._pending: dict[int, Pending] = {}
        self._lost: ConnectionLostError | None = None
        self._outgoing: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="ctxbudget-writer", daemon=True)
        self._reader = threading.Thread(target=self._read, name="ctxbudget-reader", daemon=True)
        self._writer.start()
        self._reader.start()

    def send(self, pending: Pending) -> None:
        """Send a request. Raises `ConnectionLostError` if the server is gone, and what `encode` raises."""
        request_id = next(self._ids)
        message: Message = {"jsonrpc": "2.0", "id": request_id, "method": pending.method}
        if pending.params is not None:
            message["params"] = pending.params
        frame = encode(message)
        with self._lock:
            self._check()
            pending.sent(request_id, self._cancel)
            self._pending[request_id] = pending
            self._outgoing.put(frame)

    def notify(self, method: str, params: Any) -> None:
        """Send a notification. Raises `ConnectionLostError`."""
        message: Message = {"jsonrpc": "2.0", "method": method}
        if params is not None:
            message["params"] = params
        frame = encode(message)
        with self._lock:
            self._check()
            self._outgoing.put(frame)

    def lose(self, reason: str, last: str | None = None) -> None:
        """Give up: nothing can be sent after the notification `last`. Only the first call counts."""
        with self._lock:
            if self._lost is not None:
                return
            if last is not None:
                self._outgoing.put(encode({"jsonrpc": "2.0", "method": last}))
            lost = self._lost = ConnectionLostError(reason, self._process.exit_code, self._process.stderr_tail)
            unanswered = list(self._pending.values())
            self._pending.clear()
            self._outgoing.put(None)
        self._orphaned(self, unanswered, lost)

    @property
    def is_lost(self) -> bool:
        """Whether nothing can be sent any more."""
        with self._lock:
            return self._lost is not None

    def join(self, seconds: float) -> None:
        """Wait for the threads; the process has ended, so that their pipes have, too."""
        for thread in (self._writer, self._reader):
            if thread is not threading.current_thread():
                thread.join(seconds)

    def _check(self) -> None:
        if self._lost is not None:
            raise self._lost

    def _cancel(self, request_id: int) -> None:
        self.notify("$/cancelRequest", {"id": request_id})

    def _write(self) -> None:
        stream = self._process.stdin
        try:
            while (frame := self._outgoing.get()) is not None:
                self._trace.sent(frame)
                stream.write(frame)
                stream.flush()
        except (OSError, ValueError):
            # The reading thread finds out why the server is gone, and says so.
            pass
        finally:
            with contextlib.suppress(OSError):
                stream.close()

    def _read(self) -> None:
        try:
            with self._process.stdout as stream:
                while (message := read_message(stream)) is not None:
                    self._trace.received(message)
                    self._receive(message)
            reason = ""
        except FramingError as fault:
            reason = f"the server sent {fault}"
            self._process.kill()
        except Exception as fault:
            # Without this thread every request would wait for ever.
            reason = f"reading stopped: {fault!r}"
            self._process.kill()
        if not reason:
            ended = self._process.wait(END_SECONDS)
            code = self._process.exit_code
            reason = f"the server ended with exit code {code}" if ended else "the server closed its output"
        self.lose(reason)

    def _receive(self, message: Message) -> None:
        method = message.get("method")
        if isinstance(method, str):
            if "id" in message:
                self._refuse(message["id"], method)
            else:
                self._notified(method, message.get("params"))
            return
        with self._lock:
            request_id = message.get("id")
            pending = self._pending.pop(request_id, None) if isinstance(request_id, int) else None
        if pending is None:
            return  # an error without a request (id null), or an answer after the end
        error = message.get("error")
        if isinstance(error, dict):
            code, text = error.get("code", 0), str(error.get("message", ""))
            pending.fail(ServerError(pending.method, code, text, error.get("data")))
        else:
            pending.resolve(message.get("result"))

    def _refuse(self, request_id: Any, method: str) -> None:
        error = {"code": METHOD_NOT_FOUND, "message": f"this client has no {method}"}
        frame = encode({"jsonrpc": "2.0", "id": request_id, "error": error})
        with self._lock:
            if self._lost is None:
                self._outgoing.put(frame)
