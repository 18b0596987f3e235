"""The client's incoming messages: handled in order, within limits, and never refused because there are many.

What the server cannot work on yet waits here; when too much is waiting, nothing more is read from the client. Control
messages (a cancellation, an answer to one of our requests, the end) overtake what is waiting.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from ctxbudget_protocol.errors import ProtocolError, invalid
from ctxbudget_server.rpc.codec import Json, MessageId, TooDeepError, decode, decode_large
from ctxbudget_server.rpc.connection import ConnectionContext
from ctxbudget_server.rpc.dispatch import Dispatcher
from ctxbudget_server.rpc.envelope import (
    BadEnvelopeError,
    Envelope,
    Notification,
    Request,
    Response,
    classify,
    is_message_id,
)
from ctxbudget_server.rpc.framing import EDGE_BYTES, Frame, Oversize, request_id_from_edges
from ctxbudget_server.rpc.lsp_names import CANCEL_REQUEST, EXIT, PROGRESS_CANCEL, SHUTDOWN

LARGE_BYTES = 64 * 1024
"""A larger body is decoded by a worker, since it would hold up everything else on the event loop."""
LOOK_AHEAD_BYTES = 2 * 1024 * 1024
"""Bytes of messages that may wait behind the next one; beyond that, nothing more is read from the client."""

OVERTAKING = frozenset({CANCEL_REQUEST, EXIT, SHUTDOWN, PROGRESS_CANCEL})


@dataclass(slots=True, eq=False)
class _Waiting:
    """A waiting message. `body` is set while it has not been decoded yet."""

    size: int
    envelope: Envelope | None = None
    body: bytes | bytearray | None = None
    dropped: bool = False

    def id(self) -> MessageId | None:
        """The id, if it is a request and its id is known."""
        if self.body is not None:
            return request_id_from_edges(bytes(self.body[:EDGE_BYTES]), bytes(self.body[-EDGE_BYTES:]))
        return self.envelope.id if isinstance(self.envelope, Request) else None


class Intake:
    """Lives on the event loop."""

    def __init__(self, connection: ConnectionContext, dispatcher: Dispatcher) -> None:
        self._connection = connection
        self._dispatcher = dispatcher
        self._waiting: deque[_Waiting] = deque()
        self._waiting_bytes = 0
        self._cancelled: set[MessageId] = set()
        """Ids cancelled while undecoded messages were waiting, one of which may be the request."""
        self._changed = asyncio.Event()

    def take(self, frame: Frame) -> None:
        """Take the next message from the wire: work on it, or let it wait."""
        if isinstance(frame, Oversize):
            limit = self._connection.limits.max_message_bytes
            self._dispatcher.refuse(request_id_from_edges(frame.head, frame.tail), _too_large(frame.size, limit))
        elif len(frame) > LARGE_BYTES and self._connection.lifecycle.takes_notifications():
            self._wait(_Waiting(len(frame), body=frame))
        else:
            self._take_small(frame)

    def _take_small(self, body: bytes | bytearray) -> None:
        envelope, size = self._envelope(lambda: decode(body), body), len(body)
        if envelope is None:
            return
        if self._overtakes(envelope):
            self._overtake(envelope, size)
        elif self._waiting or not self._fits(envelope, size):
            self._wait(_Waiting(size, envelope))
        else:
            self._dispatcher.take(envelope, size)

    def _envelope(self, read: Callable[[], Json], body: bytes | bytearray) -> Envelope | None:
        """The message that `read` returns of this body; None if it was refused."""
        try:
            return classify(read())
        except TooDeepError as error:
            message_id = request_id_from_edges(bytes(body[:EDGE_BYTES]), bytes(body[-EDGE_BYTES:]))
            self._dispatcher.refuse(message_id, error if message_id is None else invalid([], error.message, "too_deep"))
        except ProtocolError as error:
            self._dispatcher.refuse(None, error)
        except BadEnvelopeError as bad:
            self._dispatcher.refuse(bad.id, bad.error)
        return None

    def _overtakes(self, envelope: Envelope) -> bool:
        if not self._connection.lifecycle.takes_notifications():
            return True  # it is refused, or ignored
        return isinstance(envelope, Response) or envelope.method in OVERTAKING

    def _overtake(self, envelope: Envelope, size: int) -> None:
        if isinstance(envelope, Notification) and envelope.method == CANCEL_REQUEST and self._waiting:
            cancelled = envelope.params.get("id") if isinstance(envelope.params, dict) else None
            if is_message_id(cancelled) and cancelled not in self._connection.inflight:
                self._cancel(cancelled)
                return
        self._dispatcher.take(envelope, size)

    def _cancel(self, message_id: MessageId) -> None:
        for waiting in self._waiting:
            if waiting.id() == message_id:
                self._drop(waiting)
                self._dispatcher.refuse(message_id, _cancelled("the client cancelled the request"))
                return
        if any(waiting.body is not None for waiting in self._waiting):
            self._cancelled.add(message_id)

    def _fits(self, envelope: Envelope | None, size: int) -> bool:
        """Whether a message can be taken now; None is one not yet decoded."""
        if envelope is not None and not self._dispatcher.is_ready_for(envelope):
            return False
        return isinstance(envelope, Notification | Response) or self._connection.inflight.fits(size)

    # ------------------------------------------------------------------ what waits

    @property
    def is_full(self) -> bool:
        """Whether too much is waiting behind the first message (whatever its size) to read any more."""
        return bool(self._waiting) and self._waiting_bytes - self._waiting[0].size > LOOK_AHEAD_BYTES

    async def has_room(self) -> None:
        """Wait until more may be read."""
        while self.is_full:
            self._changed.clear()
            await self._changed.wait()

    async def emptied(self, timeout: float) -> None:
        """Wait until nothing is waiting, but at most `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while self._waiting:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return

    def refuse_all(self) -> None:
        """Refuse everything that is waiting, because the server is ending."""
        for waiting in list(self._waiting):
            self._drop(waiting)
            if (message_id := waiting.id()) is not None:
                self._dispatcher.refuse(message_id, _cancelled("the server ended before the request was started"))

    def _wait(self, waiting: _Waiting) -> None:
        self._waiting.append(waiting)
        self._waiting_bytes += waiting.size
        self._changed.set()

    def _drop(self, waiting: _Waiting) -> None:
        self._waiting.remove(waiting)
        waiting.dropped = True
        self._waiting_bytes -= waiting.size
        self._changed.set()

    async def run(self) -> None:
        """Work on waiting messages, in order, until cancelled."""
        while True:
            while not self._waiting:
                self._changed.clear()
                await self._changed.wait()
            await self._work_on(self._waiting[0])
            await asyncio.sleep(0)

    async def _work_on(self, first: _Waiting) -> None:
        await self._connection.byte_limit.wait_until(lambda: first.dropped or self._fits(first.envelope, first.size))
        envelope = first.envelope
        if (body := first.body) is not None:
            decoding = asyncio.ensure_future(self._connection.pool.result_of(lambda: decode_large(body)))
            await asyncio.wait([decoding])
            envelope = None if first.dropped else self._envelope(decoding.result, body)
            if envelope is not None:
                await self._connection.byte_limit.wait_until(
                    lambda: first.dropped or self._dispatcher.is_ready_for(envelope)
                )
        if first.dropped:  # it was cancelled, or the server is ending
            return
        self._drop(first)
        cancelled = self._is_cancelled(envelope)
        if not any(waiting.body is not None for waiting in self._waiting):
            self._cancelled.clear()
        if cancelled is not None:
            self._dispatcher.refuse(cancelled, _cancelled("the client cancelled the request"))
        elif envelope is not None:
            self._dispatcher.take(envelope, first.size, waited=True)

    def _is_cancelled(self, envelope: Envelope | None) -> MessageId | None:
        """The id of a request that was cancelled before it was decoded."""
        if not isinstance(envelope, Request) or envelope.id in self._connection.inflight:
            return None
        return envelope.id if envelope.id in self._cancelled else None


def _cancelled(why: str) -> ProtocolError:
    return ProtocolError("requestCancelled", why)


def _too_large(size: int, limit: int) -> ProtocolError:
    return ProtocolError(
        "payloadTooLarge", f"the message has {size} bytes; the limit is {limit}", limit=limit, size=size
    )
