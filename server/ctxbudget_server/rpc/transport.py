"""The client's two byte streams: polled pipes where that works, threads elsewhere.

Both look the same from the event loop: an `asyncio.StreamReader` that stops reading when it is full, and an `Outlet`
that reports when too much is waiting to be written.
"""

from __future__ import annotations

import asyncio
import os
import queue
import select
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

CHUNK_BYTES = 256 * 1024
UNSENT_BYTES = 1024 * 1024
"""When more than this is waiting for a client that does not read, no further requests are read from it."""


@dataclass(frozen=True, slots=True)
class Stdio:
    """The descriptors of the client's streams, moved out of reach of all other code."""

    inlet: int
    outlet: int


def claim_stdio() -> Stdio:
    """Take over descriptors 0 and 1: from now on prints go to stderr, and reads from stdin find its end."""
    while (null := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # a standard descriptor was closed: fill the gap, lest one of the client's streams gets its number
    inlet, outlet = os.dup(0), os.dup(1)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    return Stdio(inlet, outlet)


class Outlet(asyncio.BaseProtocol):
    """Bytes to the client, with backpressure. `write` may be called from any thread."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.WriteTransport
        self._gathered: list[bytes] | None = None
        self.lost = asyncio.Event()
        """Set once nothing more can be written."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol."""
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.set_write_buffer_limits(high=UNSENT_BYTES)

    def pause_writing(self) -> None:
        """Part of asyncio's protocol: the buffer is full."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Part of asyncio's protocol: the buffer has room."""
        self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's protocol: the client closed the stream, or we did."""
        self.lost.set()
        self._writable.set()

    def write(self, data: bytes) -> None:
        """Send; never blocks."""
        if threading.get_ident() == self._thread:
            if self._gathered is None:
                self._transport.write(data)
            else:
                self._gathered.append(data)
        else:
            self._loop.call_soon_threadsafe(self._transport.write, data)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Send what is written inside in one piece at the end; only on the event loop, and without waiting inside."""
        if self._gathered is not None:
            yield
            return
        pieces = self._gathered = []
        try:
            yield
        finally:
            self._gathered = None
            if pieces:
                self._transport.write(b"".join(pieces))

    @property
    def congested(self) -> bool:
        """Whether the client reads more slowly than it sends requests."""
        return not self._writable.is_set()

    async def drained(self) -> None:
        """Wait while the outlet is congested."""
        await self._writable.wait()

    def close(self) -> None:
        """Close once everything is written; `lost` is then set."""
        self._transport.close()


class Inlet(asyncio.StreamReaderProtocol):
    """Bytes from the client. Knows that the stream has ended even before all of it has been consumed."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.stream = asyncio.StreamReader(limit=CHUNK_BYTES)
        super().__init__(self.stream)
        self.ended = False

    def eof_received(self) -> bool | None:
        """Part of asyncio's protocol."""
        self.ended = True
        return super().eof_received()

    def hung_up(self) -> bool:
        """Whether the client has closed the stream, even if some of it has not been read yet; on POSIX only."""
        if self.ended or sys.platform == "win32":
            return self.ended
        poll = select.poll()
        poll.register(self._descriptor, getattr(select, "POLLRDHUP", 0))
        return bool(poll.poll(0))


async def open_streams(stdio: Stdio, force_threads: bool) -> tuple[Inlet, Outlet]:
    """Connect to the client's descriptors, which must be readable and writable."""
    loop = asyncio.get_running_loop()
    inlet, outlet = Inlet(stdio.inlet), Outlet()
    # One socket for both directions cannot be polled: asyncio mistakes incoming data on it for a hang-up.
    threads = force_threads or sys.platform == "win32" or _is_same_file(stdio.inlet, stdio.outlet)
    if threads or not _is_pollable(stdio.inlet):
        ReaderThread(loop, inlet, stdio.inlet)
    else:
        await loop.connect_read_pipe(lambda: inlet, os.fdopen(stdio.inlet, "rb", buffering=0))
    if threads or not _is_pollable(stdio.outlet):
        WriterThread(loop, outlet, stdio.outlet)
    else:
        await loop.connect_write_pipe(lambda: outlet, os.fdopen(stdio.outlet, "wb", buffering=0))
    return inlet, outlet


def _is_pollable(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


def _is_same_file(one: int, other: int) -> bool:
    return os.path.samestat(os.fstat(one), os.fstat(other))


class ReaderThread(asyncio.ReadTransport):
    """Feeds a protocol from blocking reads in its own thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: Inlet, descriptor: int) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._descriptor = descriptor
        self._wanted = threading.Event()
        self._wanted.set()
        protocol.connection_made(self)
        threading.Thread(target=self._run, name="ctxbudget-stdin", daemon=True).start()

    def pause_reading(self) -> None:
        """Stop reading after the current chunk."""
        self._wanted.clear()

    def resume_reading(self) -> None:
        """Continue reading."""
        self._wanted.set()

    def is_closing(self) -> bool:
        """Never closed from this side."""
        return False

    def _run(self) -> None:
        consumed = threading.Semaphore(2)  # chunks on their way to the loop, so that a file is not read all at once

        def deliver(chunk: bytes) -> None:
            consumed.release()
            self._protocol.data_received(chunk)

        while True:
            consumed.acquire()
            self._wanted.wait()
            try:
                chunk = os.read(self._descriptor, CHUNK_BYTES)
            except OSError:
                chunk = b""
            if not _tell(self._loop, deliver, chunk) or not chunk:
                break
        _tell(self._loop, self._protocol.eof_received)


class WriterThread(asyncio.WriteTransport):
    """Writes in its own thread, where a write may block."""

    def __init__(self, loop: asyncio.AbstractEventLoop, protocol: Outlet, descriptor: int) -> None:
        super().__init__()
        self._loop = loop
        self._protocol = protocol
        self._descriptor = descriptor
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._unsent = 0
        self._high, self._low = UNSENT_BYTES, UNSENT_BYTES // 4
        self._paused = False
        self._closing = False
        protocol.connection_made(self)
        threading.Thread(target=self._run, name="ctxbudget-stdout", daemon=True).start()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """When to pause and when to resume the protocol."""
        self._high = UNSENT_BYTES if high is None else high
        self._low = self._high // 4 if low is None else low

    def get_write_buffer_size(self) -> int:
        """Bytes that the thread has not written yet."""
        return self._unsent

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        """Queue bytes for the thread."""
        if self._closing:
            return
        self._unsent += len(data)
        if self._unsent > self._high and not self._paused:
            self._paused = True
            self._protocol.pause_writing()
        self._queue.put(bytes(data))

    def is_closing(self) -> bool:
        """Whether `close` was called, or the client hung up."""
        return self._closing

    def close(self) -> None:
        """Write what is queued, then notify the protocol."""
        if not self._closing:
            self._closing = True
            self._queue.put(None)

    def _run(self) -> None:
        fault: OSError | None = None
        while (data := self._queue.get()) is not None:
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[os.write(self._descriptor, rest) :]
            except OSError as exc:
                fault = exc
                break
            _tell(self._loop, self._written, len(data))
        _tell(self._loop, self._lost, fault)

    def _written(self, size: int) -> None:
        self._unsent -= size
        if self._paused and self._unsent <= self._low:
            self._paused = False
            self._protocol.resume_writing()

    def _lost(self, fault: OSError | None) -> None:
        self._closing = True
        self._protocol.connection_lost(fault)


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[..., object], *args: object) -> bool:
    """Call a function on the loop from a thread; False if the loop has ended, in which case the thread must end too."""
    try:
        loop.call_soon_threadsafe(what, *args)
    except RuntimeError:
        return False
    return True
