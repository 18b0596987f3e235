"""The client's requests that await their response: each gets exactly one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rpc.codec import MessageId, encode_error
from ctxbudget_server.runtime.byte_limit import ByteLimit


class Ticket:
    """The right to answer one request, once. Lives on the event loop.

    Inside pygls it also replaces the id, since pygls keeps the ids of both directions in one table.
    """

    __slots__ = ("_table", "answered", "cancel", "id", "size", "working")

    def __init__(self, table: InFlight, message_id: MessageId, size: int) -> None:
        self._table = table
        self.id = message_id
        self.size = size
        """Bytes of the request."""
        self.answered = False
        self.working = False
        """Whether its work is still going on, even if it was answered as cancelled; until `finished` is called."""
        self.cancel: Callable[[], bool] | None = None
        """Asks the work to stop; returns whether the request may be answered as cancelled at once."""

    def answer(self, frame: bytes) -> None:
        """Send the response, unless the request has already been answered."""
        if not self.answered:
            self.answered = True
            self._table.close(self, frame)

    def refuse(self, error: ProtocolError) -> None:
        """Answer with an error."""
        self.answer(encode_error(self.id, error))

    def finished(self, frame: bytes) -> None:
        """The work has ended: answer, and make room."""
        self.answer(frame)
        self._table.make_room(self)


class InFlight:
    """The requests being worked on, by id."""

    def __init__(self, send: Callable[[bytes], None], limit: int, byte_limit: ByteLimit) -> None:
        self._send = send
        self._limit = limit
        self._byte_limit = byte_limit
        self._occupied = 0
        self.answered = 0
        """How many requests were answered so far."""
        self._tickets: dict[MessageId, Ticket] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._tickets)

    def __contains__(self, message_id: MessageId) -> bool:
        return message_id in self._tickets

    def fits(self, size: int) -> bool:
        """Whether a request of `size` bytes may be worked on too; cancelled work counts until it has stopped."""
        return self._occupied < self._limit and self._byte_limit.fits(size)

    def admit(self, message_id: MessageId, size: int) -> Ticket:
        """Issue a ticket for a new request of `size` bytes, whether it fits or not."""
        if message_id in self._tickets:
            raise ProtocolError("invalidRequest", f"a request with the id {message_id!r} is in flight")
        ticket = self._tickets[message_id] = Ticket(self, message_id, size)
        self._occupied += 1
        self._byte_limit.acquire(size)
        self._empty.clear()
        return ticket

    def cancel(self, message_id: MessageId) -> bool:
        """Cancel a request; False if there is none, or if its work must still answer."""
        ticket = self._tickets.get(message_id)
        return ticket is not None and _cancel(ticket, "the client cancelled the request")

    def cancel_all(self) -> None:
        """Cancel whatever can still be cancelled, because the server is ending."""
        for ticket in list(self._tickets.values()):
            _cancel(ticket, "the server ended before the request was done")

    async def emptied(self, timeout: float) -> bool:
        """Wait until every request is answered; False if that took too long."""
        try:
            async with asyncio.timeout(timeout):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def close(self, ticket: Ticket, frame: bytes) -> None:
        """Remove a ticket and send its response."""
        del self._tickets[ticket.id]
        self.answered += 1
        if not self._tickets:
            self._empty.set()
        self._send(frame)
        if not ticket.working:
            self.make_room(ticket)

    def make_room(self, ticket: Ticket) -> None:
        """Free the ticket's bytes, because its work has ended."""
        self._occupied -= 1
        self._byte_limit.release(ticket.size)


def internal_error(method: str) -> ProtocolError:
    """The error for a fault of ours, which only the log describes."""
    return ProtocolError("internalError", f"{method} failed; see the server's log")


def _cancel(ticket: Ticket, why: str) -> bool:
    if ticket.cancel is None or not ticket.cancel():
        return False
    ticket.refuse(ProtocolError("requestCancelled", why))
    return True
