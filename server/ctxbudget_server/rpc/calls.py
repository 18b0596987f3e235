"""Our own methods: from a ticket on the event loop to the backend on a worker thread and back."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation, Cancelled
from ctxbudget_server.rpc.codec import encode_error, encode_result
from ctxbudget_server.rpc.inflight import Ticket
from ctxbudget_server.rpc.transport import Outlet
from ctxbudget_server.runtime.session_queues import KeyedSerialQueue
from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)

Call = Callable[[str, dict[str, Any], Cancellation], dict[str, Any]]


@dataclass(eq=False, slots=True)
class _SmallWrite:
    """A write that may share a commit with its neighbours in the queue `key`."""

    calls: BackendCalls
    key: str
    ticket: Ticket
    method: str
    params: dict[str, Any]
    cancellation: Cancellation

    def __call__(self) -> None:
        self.calls.write(self)

    def answer(self) -> bytes:
        """Do it; returns the answer."""
        return self.calls.answer(self.ticket, self.method, self.params, self.cancellation)


class BackendCalls:
    """Runs requests on the backend. After each answer, `done` is called on the loop with the method's name."""

    def __init__(self, backend: Backend, queue: KeyedSerialQueue, outlet: Outlet, done: Callable[[str], None]) -> None:
        self._backend = backend
        self._queue = queue
        self._outlet = outlet
        self._answers: deque[tuple[Ticket, str, bytes]] = deque()
        """Answers that threads have ready for the loop."""
        self._is_told = False
        """Whether the loop will look at the answers."""
        self._done = done
        self._loop = asyncio.get_running_loop()

    def start(self, ticket: Ticket, method: str, params: dict[str, Any]) -> None:
        """Answer a quick request at once, and queue any other. The ticket will be answered even if it is cancelled."""
        cancellation = Cancellation()
        if self._is_quick(method, params):
            call = self._backend.call_quickly
            ticket.answer(self.answer(ticket, method, params, cancellation, call))
            self._done(method)
            return
        ticket.cancel = cancellation.cancel
        ticket.working = True

        key = self._queue_key(method, params)
        if key is not None and self._may_share_commit(method, params):
            self._queue.submit(key, _SmallWrite(self, key, ticket, method, params, cancellation))
            return

        def work() -> None:
            self._tell(ticket, method, self.answer(ticket, method, params, cancellation))

        self._queue.submit(key, work)

    def write(self, first: _SmallWrite) -> None:
        """Answer a small write, and with the same commit those behind it in the queue."""
        writes = [first]
        frames = self._answers_together(writes)
        for n, one in enumerate(writes):
            self._tell(one.ticket, one.method, one.answer() if frames is None else frames[n])

    def _answers_together(self, writes: list[_SmallWrite]) -> list[bytes] | None:
        """The answers to these and to further writes, which are added to them; None: each must be done by itself."""
        frames: list[bytes] = []
        try:
            with self._backend.together() as shared:
                for one in writes:
                    shared.next_request()
                    frames.append(one.answer())
                    if shared.broken:
                        break
                    if len(frames) == len(writes) and not shared.is_over:
                        more = self._queue.take_next(one.key, _SmallWrite)
                        writes += [] if more is None else [more]
        except ProtocolError as error:
            return [encode_error(one.ticket.id, error) for one in writes]
        except BaseException:
            log.exception("the commit of %d requests failed", len(writes))
            fault = ProtocolError("internalError", "the commit failed; see the server's log")
            return [encode_error(one.ticket.id, fault) for one in writes]
        return None if shared.broken else frames

    def _may_share_commit(self, method: str, params: dict[str, Any]) -> bool:
        try:
            return self._backend.may_share_commit(method, params)
        except Exception:  # params are not validated yet
            log.exception("a request of %s cannot be looked at", method)
            return False

    def _is_quick(self, method: str, params: dict[str, Any]) -> bool:
        try:
            return self._backend.is_quick(method, params)
        except Exception:  # params are not validated yet; `call` will say what is wrong with them
            log.exception("whether a request of %s is quick cannot be told", method)
            return False

    def _queue_key(self, method: str, params: dict[str, Any]) -> str | None:
        try:
            return self._backend.queue_key(method, params)
        except Exception:  # params are not validated yet; `call` will say what is wrong with them
            log.exception("no queue key for a request of %s", method)
            return None

    def answer(
        self,
        ticket: Ticket,
        method: str,
        params: dict[str, Any],
        cancellation: Cancellation,
        call: Call | None = None,
    ) -> bytes:
        """Make one request of the backend; returns the answer's frame. `call` may be a quicker one than `call`."""
        try:
            cancellation.check()
            return encode_result(ticket.id, (call or self._backend.call)(method, params, cancellation))
        except Cancelled:
            return encode_error(ticket.id, ProtocolError("requestCancelled", "the request was cancelled"))
        except ProtocolError as error:
            return encode_error(ticket.id, error)
        except BaseException:  # also SystemExit: no request goes unanswered
            log.exception("a request of %s failed", method)
            return encode_error(ticket.id, ProtocolError("internalError", f"{method} failed; see the server's log"))

    def _tell(self, ticket: Ticket, method: str, frame: bytes) -> None:
        self._answers.append((ticket, method, frame))
        if self._is_told:  # and has not looked yet: it finds this one too
            return
        self._is_told = True
        try:
            self._loop.call_soon_threadsafe(self._finish)
        except RuntimeError:
            log.debug("the answer to %r came after the event loop had ended", ticket.id)

    def _finish(self) -> None:
        """Give the answers that are ready, in one write."""
        self._is_told = False  # before looking: whoever adds an answer from now on calls again
        with self._outlet.gathered():
            while self._answers:
                ticket, method, frame = self._answers.popleft()
                ticket.finished(frame)
                self._done(method)
