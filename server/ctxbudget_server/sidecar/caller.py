"""One connection of a short process: its head, its body, its answer."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.sidecar.endpoint import peer
from ctxbudget_server.sidecar.wire import AT_WORK, MAX_LINE_BYTES, TAKEN, Ask, read_head, read_lengths, refusal

if TYPE_CHECKING:
    from ctxbudget_server.sidecar.server import Desk

log = logging.getLogger(__name__)

HEAD_SECONDS = 2.0
BODY_SECONDS = 30.0
"""How long a caller may take to send its body, and to read its answer."""
AT_WORK_SECONDS = 0.2
"""How often a caller is told that its request is being worked on: several times in the silence that it bears."""


class Caller(asyncio.Protocol):
    """Lives on the event loop. A caller that hangs up cancels its request; one that dawdles is cut off."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._transport: asyncio.Transport
        self._deadline: asyncio.TimerHandle
        self._received = bytearray()
        self._lengths: tuple[int, int] | None = None
        self._ask: Ask | None = None
        self._started = False
        self._waiting: asyncio.Task[None] | None = None
        self._telling: asyncio.TimerHandle | None = None
        self.cancellation = Cancellation()
        self.process = 0
        self._held = 0  # bytes of the body, on its way or here, until the request is answered

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Part of asyncio's protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._give(HEAD_SECONDS)
        objection = self._desk.enter(self)
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
            if self._ask is not None or self._read_head():
                self._read_body()
        except ValueError as fault:
            self._refuse(str(fault))

    def connection_lost(self, exc: Exception | None) -> None:
        """Part of asyncio's protocol: the caller hung up, or has its answer."""
        self._deadline.cancel()
        self._stop_telling()
        self.cancellation.cancel()
        if self._waiting is not None:
            self._waiting.cancel()
        if self._ask is not None:
            self._desk.give(self._held)
        self._desk.leave(self)

    def answer(self, frame: bytes) -> None:
        """Send the answer; an empty one leaves the caller to itself."""
        self._stop_telling()
        if not self._transport.is_closing():
            self._give(BODY_SECONDS)
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
        ask = read_head(bytes(self._received[:head]))
        del self._received[:head]
        if objection := self._desk.objection(ask, body):
            self._refuse(objection)
            return False
        if not self._desk.take(body):
            self._waiting = asyncio.create_task(self._wait_for_room(ask, body))
            return False
        self._begin(ask, body)
        return True

    async def _wait_for_room(self, ask: Ask, body: int) -> None:
        taken = await self._desk.taken(body)
        self._waiting = None
        if taken:
            self._begin(ask, body)
        else:
            self._refuse("too much to read")

    def _begin(self, ask: Ask, body: int) -> None:
        self._ask, self._held = ask, body
        self._give(BODY_SECONDS)
        self._transport.write(TAKEN)

    def _read_body(self) -> None:
        assert self._ask is not None
        if len(self._received) < self._held:
            return
        if len(self._received) > self._held:
            raise ValueError("more than was announced")
        self._deadline.cancel()
        self._started = True
        self._ask.body, self._received = self._received, bytearray()
        self._telling = asyncio.get_running_loop().call_later(AT_WORK_SECONDS, self._tell_of_work)
        self._desk.start(self, self._ask)

    def _tell_of_work(self) -> None:
        self._transport.write(AT_WORK)
        self._telling = asyncio.get_running_loop().call_later(AT_WORK_SECONDS, self._tell_of_work)

    def _stop_telling(self) -> None:
        if self._telling is not None:
            self._telling.cancel()

    def _refuse(self, reason: str) -> None:
        log.info("a one-shot caller was refused: %s", reason)
        self._transport.write(refusal(reason))
        self._transport.close()

    def _give(self, seconds: float) -> None:
        if hasattr(self, "_deadline"):
            self._deadline.cancel()
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._transport.abort)
