"""Answers the one-shot commands of a workspace on its socket."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from contextlib import suppress

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.runtime.byte_limit import ByteLimit
from ctxbudget_server.runtime.session_queues import KeyedSerialQueue
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.sidecar.backend import OneShotBackend
from ctxbudget_server.sidecar.endpoint import peer
from ctxbudget_server.sidecar.identity import difference
from ctxbudget_server.sidecar.wire import (
    AT_WORK,
    MAX_LINE_BYTES,
    TAKEN,
    OneShotRequest,
    read_head,
    read_lengths,
    refusal,
)

if sys.platform != "win32":
    from ctxbudget_server.sidecar.lock import SocketLock

log = logging.getLogger(__name__)

POLL_INTERVAL_SECONDS = 1.0
"""How often a sidecar checks whether it may listen, or whether its socket is still there."""
MAX_CONNECTIONS = 512
MAX_WAIT_SECONDS = 0.7
"""How long a caller is kept waiting if there is no room for its body; after a second it would answer itself anyway."""
HEAD_SECONDS = 2.0
BODY_SECONDS = 30.0
"""How long a caller may take to send its body, and to read its answer."""
AT_WORK_SECONDS = 0.2
"""How often a caller gets a sign of life while its request is being worked on: several times before it would give up.
"""


class SidecarServer:
    """Listens while this process holds the lock. A caller that is refused or cut off answers itself."""

    def __init__(
        self, backend: OneShotBackend, pool: WorkerPool, queue: KeyedSerialQueue, limits: Limits, byte_limit: ByteLimit
    ) -> None:
        self._backend = backend
        self._pool = pool
        self._queue = queue
        self._limits = limits
        self._byte_limit = byte_limit
        self._loop = asyncio.get_running_loop()
        self._lock = SocketLock(*backend.place())
        self._server: asyncio.Server | None = None
        self._identity: list[str] = []
        self._connections: set[Connection] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._left = self._loop.time()

    @property
    def idle_seconds(self) -> float:
        """How long there has been no connection."""
        return 0.0 if self._connections else self._loop.time() - self._left

    async def run(self, *, patient: bool = True) -> None:
        """Run until cancelled, or until there can be no socket. `patient`: wait for the end of another sidecar."""
        try:
            self._identity = await self._pool.result_of(self._backend.identity)
            while (listener := await self._pool.result_of(self._lock.acquire)) is None:
                if not patient:
                    return
                await asyncio.sleep(POLL_INTERVAL_SECONDS)
        except OSError as fault:
            log.warning("no socket for one-shot callers: %s", fault)
            return
        self._server = await self._loop.create_unix_server(lambda: Connection(self), sock=listener)
        log.info("one-shot callers are answered in %s", self._backend.place()[0])
        while await self._pool.result_of(self._lock.is_in_place):
            self._pool.submit(self._fold_in)
            await asyncio.sleep(POLL_INTERVAL_SECONDS)
        log.warning("the socket for one-shot callers was deleted")

    def _fold_in(self) -> None:
        try:
            self._backend.fold_in()
        except OSError as fault:
            log.warning("waiting events cannot be read: %s", fault)

    # ------------------------------------------------------------------ callers

    def enter(self, connection: Connection) -> str | None:
        """Register a caller; the reason why it is refused, or None."""
        self._connections.add(connection)
        self._empty.clear()
        return "too many callers" if len(self._connections) > MAX_CONNECTIONS else None

    def leave(self, connection: Connection) -> None:
        """Remove a caller that has gone."""
        self._connections.discard(connection)
        self._left = self._loop.time()
        if not self._connections:
            self._empty.set()

    def objection(self, request: OneShotRequest, body_bytes: int) -> str | None:
        """The reason why the caller must answer itself, or None."""
        if (other := difference(self._identity, request.identity)) is not None:
            return f"another {other}"
        return "the body is too large" if body_bytes > self._limits.max_message_bytes else None

    def acquire(self, size: int) -> bool:
        """Reserve room for a body of `size` bytes until it is released; False if there is none now."""
        if not self._byte_limit.fits(size):
            return False
        self._byte_limit.acquire(size)
        return True

    def release(self, size: int) -> None:
        """Release the room of a body."""
        self._byte_limit.release(size)

    async def wait_to_acquire(self, size: int) -> bool:
        """Like `acquire`, but waits a while if need be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(MAX_WAIT_SECONDS):
                await self._byte_limit.wait_until(lambda: self._byte_limit.fits(size))
        return self.acquire(size)

    def start(self, connection: Connection, request: OneShotRequest) -> None:
        """Answer a request: parse it in any thread, then run it in the order of its session."""

        def read() -> None:
            try:
                prepared = self._backend.prepare(request, connection.process)
            except Exception as fault:
                log.info("a caller must answer %s itself: %r", request.command, fault)
                self._tell(connection, b"")
                return

            def work() -> None:
                frame = b""
                try:
                    connection.cancellation.check()
                    frame = prepared.run(connection.cancellation).frame()
                    log.info("answered %s %s", request.command, request.arguments)
                except Cancelled:
                    log.info("cancelled %s %s", request.command, request.arguments)
                except BaseException:  # also SystemExit: the worker goes on, and the caller does the work itself
                    log.exception("%s %s failed", request.command, request.arguments)
                self._tell(connection, frame)

            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._queue.submit, prepared.queue_key, work)

        self._pool.submit(read)

    def _tell(self, connection: Connection, frame: bytes) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(connection.answer, frame)

    # ------------------------------------------------------------------ the end

    def stop_listening(self) -> None:
        """Accept no more callers."""
        if self._server is not None:
            self._server.close()

    async def emptied(self, timeout: float) -> None:
        """Wait until every caller has been answered, but at most `timeout` seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._empty.wait()

    def cancel_all(self) -> None:
        """Cancel what can still be cancelled, because the server is ending."""
        for connection in self._connections:
            connection.cancellation.cancel()

    def close(self) -> None:
        """Remove the socket. Blocks briefly."""
        self._lock.release()


class Connection(asyncio.Protocol):
    """One caller, on the event loop. If it hangs up, its request is cancelled; if it is too slow, it is cut off."""

    def __init__(self, server: SidecarServer) -> None:
        self._server = server
        self._transport: asyncio.Transport
        self._deadline: asyncio.TimerHandle
        self._received = bytearray()
        self._lengths: tuple[int, int] | None = None
        self._request: OneShotRequest | None = None
        self._started = False
        self._waiting: asyncio.Task[None] | None = None
        self._reporting: asyncio.TimerHandle | None = None
        self.cancellation = Cancellation()
        self.process = 0
        self._held = 0  # bytes reserved for the body until the request is answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._set_deadline(HEAD_SECONDS)
        objection = self._server.enter(self)
        try:
            user, self.process = peer(transport.get_extra_info("socket"))
        except OSError:
            user = -1
        if user != os.geteuid():
            objection = "another user"
        if objection:
            self._refuse(objection)

    def data_received(self, data: bytes) -> None:
        """Part of asyncio's protocol."""
        if self._started or self._waiting is not None or self._transport.is_closing():
            return
        self._received += data
        try:
            if self._request is not None or self._read_head():
                self._read_body()
        except ValueError as fault:
            self._refuse(str(fault))

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's protocol: the caller has hung up, or has got its answer."""
        self._deadline.cancel()
        self._stop_reporting()
        self.cancellation.cancel()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._request is not None:
            self._server.release(self._held)
        self._server.leave(self)

    def answer(self, frame: bytes) -> None:
        """Send the answer; an empty one makes the caller answer itself."""
        self._stop_reporting()
        if not self._transport.is_closing():
            self._set_deadline(BODY_SECONDS)
            self._transport.write(frame)
            self._transport.close()

    def _read_head(self) -> bool:
        if self._lengths is None:
            line, found, _ = self._received[: MAX_LINE_BYTES + 1].partition(b"\n")
            if not found:
                if len(line) > MAX_LINE_BYTES:
                    raise ValueError("another protocol")
                return False
            self._lengths = read_lengths(bytes(line))
            del self._received[: len(line) + 1]
        head, body = self._lengths
        if len(self._received) < head:
            return False
        request = read_head(bytes(self._received[:head]))
        del self._received[:head]
        if objection := self._server.objection(request, body):
            self._refuse(objection)
            return False
        if not self._server.acquire(body):
            self._waiting = asyncio.create_task(self._wait_for_room(request, body))
            return False
        self._begin(request, body)
        return True

    async def _wait_for_room(self, request: OneShotRequest, body: int) -> None:
        acquired = await self._server.wait_to_acquire(body)
        self._waiting = None
        if acquired:
            self._begin(request, body)
        else:
            self._refuse("the body is too large")

    def _begin(self, request: OneShotRequest, body: int) -> None:
        self._request, self._held = request, body
        self._set_deadline(BODY_SECONDS)
        self._transport.write(TAKEN)

    def _read_body(self) -> None:
        assert self._request is not None
        if len(self._received) < self._held:
            return
        if len(self._received) > self._held:
            raise ValueError("more bytes than announced")
        self._deadline.cancel()
        self._started = True
        self._request.body, self._received = self._received, bytearray()
        self._reporting = asyncio.get_running_loop().call_later(AT_WORK_SECONDS, self._report_work)
        self._server.start(self, self._request)

    def _report_work(self) -> None:
        self._transport.write(AT_WORK)
        self._reporting = asyncio.get_running_loop().call_later(AT_WORK_SECONDS, self._report_work)

    def _stop_reporting(self) -> None:
        if self._reporting is not None:
            self._reporting.cancel()

    def _refuse(self, reason: str) -> None:
        log.info("a one-shot caller was refused: %s", reason)
        self._transport.write(refusal(reason))
        self._transport.close()

    def _set_deadline(self, seconds: float) -> None:
        if hasattr(self, "_deadline"):
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._transport.abort)
