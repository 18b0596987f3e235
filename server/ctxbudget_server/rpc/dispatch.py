"""Decides what becomes of each message: raw messages in, exactly one response per request out.

Our own methods and the lifecycle are handled here, without pygls. What is left is the language part, on pygls, which
loads once `initialize` is answered. Messages for it wait in the intake until then, and all later ones behind them.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_protocol.methods import METHODS, request_names
from ctxbudget_server.rpc import handshake, plain_handshake
from ctxbudget_server.rpc.codec import Json, MessageId, encode_error, encode_result
from ctxbudget_server.rpc.connection import ConnectionContext
from ctxbudget_server.rpc.envelope import Envelope, Notification, Request, Response, is_message_id, object_params
from ctxbudget_server.rpc.inflight import Ticket, internal_error
from ctxbudget_server.rpc.lifecycle import End
from ctxbudget_server.rpc.lsp_names import CANCEL_REQUEST, EXIT, INITIALIZE, INITIALIZED, PROGRESS_CANCEL, SHUTDOWN

if TYPE_CHECKING:
    from ctxbudget_server.rpc.language import LanguagePart, Prepared
    from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)

_SERVED = frozenset(request_names())
_PLAIN_REQUESTS = _SERVED | {INITIALIZE, SHUTDOWN}
_PLAIN_NOTIFICATIONS = frozenset({EXIT, CANCEL_REQUEST, INITIALIZED, PROGRESS_CANCEL, INITIALIZE, SHUTDOWN}) | set(
    METHODS
)


class Dispatcher:
    """One connection with a client. Lives on the event loop."""

    def __init__(self, connection: ConnectionContext) -> None:
        self._connection = connection
        self._language: LanguagePart | None = None
        self._greeted: asyncio.Future[tuple[dict[str, Json], Backend]] = asyncio.get_running_loop().create_future()
        """The params of `initialize` and the backend opened for them, once they are answered without pygls."""
        self._early: list[Notification] = []
        """`initialized`, until the language part can be told."""
        self._wanted = asyncio.Event()
        """Set when something waits for the language part."""

    def is_ready_for(self, envelope: Envelope) -> bool:
        """Whether a message can be taken now; if not, the language part, which it needs, is loaded at once."""
        if self._language is not None or isinstance(envelope, Response):
            return True
        plain = _PLAIN_REQUESTS if isinstance(envelope, Request) else _PLAIN_NOTIFICATIONS
        if envelope.method in plain:
            return True
        self._wanted.set()
        return False

    async def run(self) -> None:
        """Load the language part: for an editor at once, else when it is needed.

        A client with capabilities for a workspace gets it once the vocabulary is there, because it may be asked for its
        settings. What else it takes, some 20 MB, a client of the account alone does without.
        """
        params, backend = await self._greeted
        connection = self._connection
        if not plain_handshake.is_editor(params):
            events = [self._wanted, *([connection.warmed] if plain_handshake.has_workspace(params) else [])]
            waits = [asyncio.create_task(event.wait()) for event in events]
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in waits:
                task.cancel()
        self._begin(await connection.pool.result_of(lambda: _prepared(params)), backend)

    def _begin(self, prepared: Prepared, backend: Backend) -> LanguagePart:
        from ctxbudget_server.rpc.language import LanguagePart

        language = self._language = LanguagePart(self._connection, prepared, backend)
        for notification in self._early:
            language.notified(notification)
        self._early.clear()
        self._connection.byte_limit.look_again()
        return language

    # ------------------------------------------------------------------ messages in

    def take(self, envelope: Envelope, size: int, *, waited: bool = False) -> None:
        """Take one message of `size` bytes.

        `waited`: it arrived before messages handled since, so a request is accepted even after `shutdown`.
        """
        match envelope:
            case Request():
                self._on_request(envelope, size, waited)
            case Notification():
                self._on_notification(envelope)
            case Response() if self._language is not None:
                self._language.answered(envelope)
            case Response():
                log.warning("a response with an unknown id: %r", envelope.id)

    def _on_request(self, request: Request, size: int, waited: bool) -> None:
        connection, method = self._connection, request.method
        try:
            refusal = connection.lifecycle.refusal(method)
            if refusal is not None and (not waited or method == INITIALIZE):  # a second one, however late it is read
                raise refusal
            ticket = connection.inflight.admit(request.id, size)
        except ProtocolError as error:
            self.refuse(request.id, error)
            return
        try:
            self._start(ticket, method, request.params)
        except ProtocolError as error:
            ticket.refuse(error)
        except BaseException:  # also SystemExit from a handler: no request goes unanswered
            log.exception("request %r, %s, failed", request.id, method)
            ticket.refuse(internal_error(method))
            if method == INITIALIZE:
                connection.initialized(False)

    def _start(self, ticket: Ticket, method: str, raw_params: Json) -> None:
        if method in _SERVED:
            self._connection.call(ticket, method, object_params(raw_params))
        elif method == INITIALIZE:
            self._initialize(ticket, object_params(raw_params))
        elif method == SHUTDOWN:
            object_params(raw_params)
            self._connection.lifecycle.received(SHUTDOWN)
            ticket.answer(encode_result(ticket.id, None))  # those in flight are answered too
        else:
            assert self._language is not None  # the intake has waited for it
            self._language.start(ticket, method, raw_params)

    def _initialize(self, ticket: Ticket, params: dict[str, Json]) -> None:
        """Answer without pygls, or load it first if the params are not clearly valid."""
        connection, prepared = self._connection, None
        hello = plain_handshake.understood(params)
        if hello is None:
            prepared = _prepared(params)
            hello = prepared.hello
        handshake.check_version(params.get("initializationOptions"))
        backend = connection.open_backend(hello.root_uri, hello.process_id, hello.client_name)
        connection.lifecycle.received(INITIALIZE)
        if prepared is not None:
            result = self._begin(prepared, backend).result
        else:
            result = plain_handshake.result(params, handshake.advertisement(connection.limits))
        ticket.answer(encode_result(ticket.id, result))
        connection.initialized(True)
        if prepared is None:
            self._greeted.set_result((params, backend))

    def _on_notification(self, notification: Notification) -> None:
        method, lifecycle = notification.method, self._connection.lifecycle
        if method == EXIT:
            lifecycle.end(End.EXIT)
        elif not lifecycle.takes_notifications():
            log.info("notification %s ignored: not allowed in the current state", method)
        elif method == CANCEL_REQUEST:
            self._on_cancel(notification.params)
        elif method in METHODS or method in (INITIALIZE, SHUTDOWN):
            log.warning("%s ignored: it is a request, and has no id", method)
        elif self._language is not None:
            self._language.notified(notification)
        elif method == INITIALIZED:
            self._early.append(notification)
        else:
            log.info("notification %s ignored: there is nothing that it could be about", method)

    def _on_cancel(self, params: Json) -> None:
        message_id = params.get("id") if isinstance(params, dict) else None
        if is_message_id(message_id):
            self._connection.inflight.cancel(message_id)
        else:
            log.warning("$/cancelRequest ignored: it does not name a request")

    # ------------------------------------------------------------------ messages out

    def refuse(self, message_id: MessageId | None, error: ProtocolError) -> None:
        """Answer a message that has no ticket with an error."""
        self._connection.outlet.write(encode_error(message_id, error))


def _prepared(params: dict[str, Json]) -> Prepared:
    from ctxbudget_server.rpc.language import prepared

    return prepared(params)
