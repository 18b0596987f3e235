"""Answers the short processes of the workspace on its socket, beside the client on stdio."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress

from ctxbudget_protocol.limits import Limits
from ctxbudget_server.account.cancellation import Cancelled
from ctxbudget_server.rpc.room import Room
from ctxbudget_server.runtime.session_queues import Lanes
from ctxbudget_server.runtime.workers import WorkerPool
from ctxbudget_server.service.backend import OneShotBackend
from ctxbudget_server.sidecar.caller import Caller
from ctxbudget_server.sidecar.identity import difference
from ctxbudget_server.sidecar.wire import Ask

if sys.platform != "win32":
    from ctxbudget_server.sidecar.lock import Offer

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""How often a sidecar looks whether it may listen, or whether its socket is still there."""
MOST_CALLERS = 512
ROOM_SECONDS = 0.7
"""How long a caller whose body does not fit is kept waiting: after a second it would answer itself anyway."""


class Desk:
    """Listens while this process has the right to. A caller that is sent away, or cut off, answers itself."""

    def __init__(self, backend: OneShotBackend, pool: WorkerPool, lanes: Lanes, limits: Limits, room: Room) -> None:
        self._backend = backend
        self._pool = pool
        self._lanes = lanes
        self._limits = limits
        self._room = room
        self._loop = asyncio.get_running_loop()
        self._offer = Offer(*backend.place())
        self._server: asyncio.Server | None = None
        self._identity: list[str] = []
        self._callers: set[Caller] = set()
        self._empty = asyncio.Event()
        self._empty.set()
        self._left = self._loop.time()

    @property
    def idle_seconds(self) -> float:
        """For how long nobody has been here."""
        return 0.0 if self._callers else self._loop.time() - self._left

    async def run(self, *, patient: bool = True) -> None:
        """Until cancelled, or until there can be no socket; where another listens, wait for its end if `patient`."""
        try:
            self._identity = await self._pool.result_of(self._backend.identity)
            while (listener := await self._pool.result_of(self._offer.claim)) is None:
                if not patient:
                    return
                await asyncio.sleep(LOOK_SECONDS)
        except OSError as fault:
            log.warning("no socket for one-shot callers: %s", fault)
            return
        self._server = await self._loop.create_unix_server(lambda: Caller(self), sock=listener)
        log.info("one-shot callers are answered in %s", self._backend.place()[0])
        while await self._pool.result_of(self._offer.stands):
            self._pool.submit(self._fold_in)
            await asyncio.sleep(LOOK_SECONDS)
        log.warning("the socket for one-shot callers was deleted")

    def _fold_in(self) -> None:
        try:
            self._backend.fold_in()
        except OSError as fault:
            log.warning("events that wait cannot be read: %s", fault)

    # ------------------------------------------------------------------ callers

    def enter(self, caller: Caller) -> str | None:
        """A caller came; why it is sent away, or None."""
        self._callers.add(caller)
        self._empty.clear()
        return "too many callers" if len(self._callers) > MOST_CALLERS else None

    def leave(self, caller: Caller) -> None:
        """A caller is gone."""
        self._callers.discard(caller)
        self._left = self._loop.time()
        if not self._callers:
            self._empty.set()

    def objection(self, ask: Ask, body_bytes: int) -> str | None:
        """Why the caller must answer itself, or None."""
        if (other := difference(self._identity, ask.identity)) is not None:
            return f"another {other}"
        return "too much to read" if body_bytes > self._limits.max_message_bytes else None

    def take(self, size: int) -> bool:
        """Whether a body of `size` bytes may come in now; then it is held until it is given back."""
        if not self._room.fits(size):
            return False
        self._room.take(size)
        return True

    def give(self, size: int) -> None:
        """A body is no longer held."""
        self._room.give(size)

    async def taken(self, size: int) -> bool:
        """As `take`, after some time if need be."""
        with suppress(TimeoutError):
            async with asyncio.timeout(ROOM_SECONDS):
                await self._room.until(lambda: self._room.fits(size))
        return self.take(size)

    def start(self, caller: Caller, ask: Ask) -> None:
        """Have a request answered: read by any thread, then worked on in its lane."""

        def read() -> None:
            try:
                prepared = self._backend.prepare(ask, caller.process)
            except Exception as fault:
                log.info("a caller must answer %s itself: %r", ask.command, fault)
                self._tell(caller, b"")
                return

            def work() -> None:
                frame = b""
                try:
                    caller.cancellation.check()
                    frame = prepared.run(caller.cancellation).frame()
                    log.info("answered %s %s", ask.command, ask.arguments)
                except Cancelled:
                    log.info("cancelled %s %s", ask.command, ask.arguments)
                except BaseException:  # also SystemExit: the worker goes on, and the caller does the work itself
                    log.exception("%s %s failed", ask.command, ask.arguments)
                self._tell(caller, frame)

            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._lanes.submit, prepared.lane, work)

        self._pool.submit(read)

    def _tell(self, caller: Caller, frame: bytes) -> None:
        with suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(caller.answer, frame)

    # ------------------------------------------------------------------ the end

    def stop_listening(self) -> None:
        """Take no more callers."""
        if self._server is not None:
            self._server.close()

    async def emptied(self, timeout: float) -> None:
        """Wait until every caller is answered, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._empty.wait()

    def cancel_all(self) -> None:
        """Stop what can still be stopped, because the server ends."""
        for caller in self._callers:
            caller.cancellation.cancel()

    def withdraw(self) -> None:
        """Remove the socket. Blocks briefly."""
        self._offer.withdraw()
