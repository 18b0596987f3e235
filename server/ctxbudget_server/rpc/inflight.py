"""The requests of the client that wait for their response: each gets exactly one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.rpc.codec import MessageId, encode_error


class Ticket:
    """The right to answer one request, once. Lives on the event loop.

    It also stands in for the id inside pygls, whose one table holds the ids of both directions.
    """

    __slots__ = ("_table", "answered", "cancel", "id")

    def __init__(self, table: InFlight, message_id: MessageId) -> None:
        self._table = table
        self.id = message_id
        self.answered = False
        self.cancel: Callable[[], bool] | None = None
        """Asks the work to stop; True if the request may be answered as cancelled at once."""

    def answer(self, frame: bytes) -> None:
        """Send the response, unless the request has been answered before."""
        if not self.answered:
            self.answered = True
            self._table.close(self, frame)

    def refuse(self, error: ProtocolError) -> None:
        """Answer with an error."""
        self.answer(encode_error(self.id, error))


class InFlight:
    """The table of incoming ids."""

    def __init__(self, send: Callable[[bytes], None], limit: int) -> None:
        self._send = send
        self._limit = limit
        self._tickets: dict[MessageId, Ticket] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._tickets)

    def admit(self, message_id: MessageId, *, working: int, always: bool) -> Ticket:
        """A ticket for a new request.

        `working` is how many requests occupy the workers, those cancelled but not yet stopped included;
        `always` lets a request in that is no work.
        """
        if message_id in self._tickets:
            raise ProtocolError("invalidRequest", f"a request with the id {message_id!r} is in flight")
        if not always and max(len(self._tickets), working) >= self._limit:
            raise ProtocolError("tooManyRequests", f"{self._limit} requests are in flight already", limit=self._limit)
        ticket = self._tickets[message_id] = Ticket(self, message_id)
        self._empty.clear()
        return ticket

    def cancel(self, message_id: MessageId) -> bool:
        """Cancel a request; False if there is none, or if its work must answer itself."""
        ticket = self._tickets.get(message_id)
        return ticket is not None and _cancel(ticket, "the client cancelled the request")

    def cancel_all(self) -> None:
        """Cancel whatever can still be cancelled, because the server ends."""
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
        """Strike a ticket off and send its response."""
        del self._tickets[ticket.id]
        if not self._tickets:
            self._empty.set()
        self._send(frame)


def _cancel(ticket: Ticket, why: str) -> bool:
    if ticket.cancel is None or not ticket.cancel():
        return False
    ticket.refuse(ProtocolError("requestCancelled", why))
    return True
