"""pygls' protocol class, hardened: the standard methods of LSP, for what `dispatch` leaves to them.

pygls keeps what it is good at: the standard LSP methods, capabilities, positions. Everything that decides whether and
how a message is answered is ours, because pygls 2.1 leaves any message unanswered that it cannot structure.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import threading
import uuid
from collections.abc import Generator
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, cast

from lsprotocol.types import (
    TEXT_DOCUMENT_DID_CHANGE,
    TEXT_DOCUMENT_DID_CLOSE,
    TEXT_DOCUMENT_DID_OPEN,
    WINDOW_WORK_DONE_PROGRESS_CANCEL,
    WORKSPACE_EXECUTE_COMMAND,
    DidChangeTextDocumentParams,
    DidCloseTextDocumentParams,
    DidOpenTextDocumentParams,
    ExecuteCommandParams,
    InitializeParams,
    InitializeResult,
    ResponseError,
    WorkDoneProgressCancelParams,
)
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol
from pygls.protocol.language_server import lsp_method

from ctxbudget_protocol.errors import ERRORS, ProtocolError
from ctxbudget_protocol.methods import unknown_method
from ctxbudget_server.rpc import handshake, lsp_params
from ctxbudget_server.rpc.codec import Json, MessageId, encode, encode_result
from ctxbudget_server.rpc.envelope import Notification, Response, is_message_id, object_params
from ctxbudget_server.rpc.inflight import Ticket, internal_error

if TYPE_CHECKING:
    from cattrs import Converter
    from pygls.protocol.json_rpc import MessageCallback, MessageHandler

    from ctxbudget_server.rpc.connection import ConnectionContext
    from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)

PRIVATE_PYGLS_NAMES = (
    "_converter",
    "_ctx_msg_id",
    "_execute_handler",
    "_handle_response",
    "_request_futures",
    "_result_types",
    "_send_data",
    "_serialize_message",
)
"""Private parts of pygls that this class uses or overrides; a test fails if one disappears."""

_NAMES_BY_CODE = {spec.code: name for name, spec in ERRORS.items()}


class EditorEvents(Protocol):
    """Events that the protocol passes to the editor's features. All are called on the event loop."""

    def open(self, backend: Backend, params: InitializeParams, encoding: str) -> None:
        """Set up the features; the last step of `initialize`."""

    def opened(self, params: DidOpenTextDocumentParams) -> None:
        """A document was opened."""

    def changed(self, params: DidChangeTextDocumentParams) -> None:
        """A document was changed."""

    def closed(self, uri: str) -> None:
        """A document was closed."""

    async def command(self, params: ExecuteCommandParams) -> Any:
        """Run one of our commands."""

    def progress_cancelled(self, token: str | int) -> None:
        """The user cancelled the progress display with this token."""


class Host(LanguageServer):
    """What the protocol needs from its server."""

    connection: ConnectionContext
    editor: EditorEvents


class BudgetProtocol(LanguageServerProtocol):
    """One connection with a client."""

    _server: Host

    def __init__(self, server: Host, converter: Converter) -> None:
        super().__init__(server, converter)
        self._connection: ConnectionContext = server.connection
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        self.set_writer(self._connection.outlet)

    # ------------------------------------------------------------------ messages in

    def structure_message(self, data: dict[str, Any]) -> dict[str, Any]:
        """Leave data alone: a nested member called "jsonrpc" is just data."""
        return data

    def start(self, ticket: Ticket, method: str, raw_params: Json) -> None:
        """Start a request; raises ProtocolError if it cannot be."""
        handler = self._handler(method)
        if handler is None or method.startswith("$/") or lsp_params.is_notification(method):
            raise ProtocolError("methodNotFound", unknown_method(method))
        params = lsp_params.structure(self._converter, method, object_params(raw_params))
        ticket.cancel = partial(self._cancel_handler, ticket)
        self._run_handler(ticket, handler, params, partial(self._answer, ticket, method))

    def notified(self, notification: Notification) -> None:
        """Take a notification."""
        method = notification.method
        if lsp_params.is_request(method):
            log.warning("%s ignored: it is a request, and has no id", method)
        elif (handler := self._handler(method)) is not None:
            self._notify_handler(handler, notification)
        elif not method.startswith("$/"):
            log.info("notification %s ignored: unknown method", method)

    def _notify_handler(self, handler: MessageHandler, notification: Notification) -> None:
        method = notification.method
        try:
            params = lsp_params.structure(self._converter, method, object_params(notification.params))
            self._run_handler(object(), handler, params, partial(self._check_notification, method))
        except ProtocolError as error:
            log.warning("notification %s ignored: %s", method, error)
        except BaseException:  # also SystemExit from a handler
            log.exception("notification %s failed", method)

    def answered(self, response: Response) -> None:
        """Hand the client's answer to whoever asked. The client's own requests are keyed by `Ticket`s."""
        if not is_message_id(response.id) or response.id not in self._request_futures:
            log.warning("a response with an unknown id: %r", response.id)
            return
        expected = self._result_types.pop(response.id, None)
        message = {"result": None, **response.message}
        try:
            if message.get("error") is not None:
                error = self._converter.structure(message["error"], ResponseError)
                self._handle_response(response.id, None, error)
            elif expected is not None:
                self._handle_response(response.id, self._converter.structure(message, expected).result)
            else:
                self._handle_response(response.id, message["result"])
        except Exception as exc:  # the asker must not wait forever for an answer that has arrived
            log.warning("the client's response %r does not fit: %r", response.id, exc)
            unfit = ResponseError(ERRORS["internalError"].code, "the client's response does not fit")
            self._handle_response(response.id, None, unfit)

    # ------------------------------------------------------------------ pygls' handlers

    def _handler(self, method: str) -> MessageHandler | None:
        if method == WORKSPACE_EXECUTE_COMMAND:  # pygls' own handler continues when the request is cancelled
            return self._server.editor.command
        handler: MessageHandler | None = self.fm.builtin_features.get(method) or self.fm.features.get(method)
        return handler

    def _run_handler(self, key: object, handler: MessageHandler, params: object, callback: MessageCallback) -> None:
        msg_id = cast(MessageId, key)  # pygls only hashes and compares it

        def run() -> None:
            self._ctx_msg_id.set(msg_id)
            self._execute_handler(msg_id, handler, callback, (params,))

        contextvars.copy_context().run(run)

    def _execute_handler(
        self,
        msg_id: MessageId,
        handler: MessageHandler,
        callback: MessageCallback,
        args: tuple[Any, ...] | None = None,
        kwargs: dict[str, Any] | None = None,
    ) -> None:
        """Remove the handler when it is done, which pygls fails to do, and continue on the event loop only."""

        def settled(future: Future[Any]) -> None:
            self._request_futures.pop(msg_id, None)
            callback(future)

        def on_loop(future: Future[Any]) -> None:
            if threading.get_ident() == self._loop_thread:
                settled(future)
            else:
                self._loop.call_soon_threadsafe(settled, future)

        super()._execute_handler(msg_id, handler, on_loop, args, kwargs)

    def _cancel_handler(self, ticket: Ticket) -> bool:
        future = self._request_futures.get(cast(MessageId, ticket))
        if future is not None:
            future.cancel()
        return False  # answered when the handler ends, with a result if it ignores the cancellation

    def _answer(self, ticket: Ticket, method: str, future: Future[Any]) -> None:
        error: ProtocolError | None = None
        try:
            result = future.result()
        except ProtocolError as exc:
            error = exc
        except JsonRpcException as exc:
            error = _named(exc, method)
        except Exception:
            log.exception("request %r, %s, failed", ticket.id, method)
            error = internal_error(method)
        except BaseException:  # CancelledError of either kind
            error = ProtocolError("requestCancelled", "the request was cancelled")
        if error is None:
            ticket.answer(encode_result(ticket.id, result, self._serialize_message))
        else:
            ticket.refuse(error)

    def _check_notification(self, method: str, future: Future[Any]) -> None:
        if not future.cancelled() and (exc := future.exception()) is not None:
            log.error("notification %s failed", method, exc_info=exc)

    # ------------------------------------------------------------------ the LSP lifecycle

    def initialize(self, params: InitializeParams, backend: Backend) -> dict[str, Any]:
        """Let pygls work out its capabilities, add ours, and set up the features; the answer as plain JSON."""
        result = _returned(self.lsp_initialize(params))
        result.capabilities.experimental = handshake.advertisement(self._connection.limits)
        self._server.editor.open(backend, params, str(result.capabilities.position_encoding))
        plain: dict[str, Any] = json.loads(json.dumps(result, default=self._serialize_message))
        return plain

    # pygls would keep its own texts, and every edit would cost as much as the whole text.

    @lsp_method(TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: DidOpenTextDocumentParams) -> None:
        """Leave the text to the editor's features."""
        self._server.editor.opened(params)

    @lsp_method(TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: DidChangeTextDocumentParams) -> None:
        """Leave the text to the editor's features."""
        self._server.editor.changed(params)

    @lsp_method(TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: DidCloseTextDocumentParams) -> None:
        """Leave the text to the editor's features."""
        self._server.editor.closed(params.text_document.uri)

    @lsp_method(WINDOW_WORK_DONE_PROGRESS_CANCEL)
    def lsp_work_done_progress_cancel(self, params: WorkDoneProgressCancelParams) -> None:
        """The user cancelled a command."""
        if is_message_id(params.token):  # lsprotocol accepts anything here
            self._server.editor.progress_cancelled(params.token)

    # ------------------------------------------------------------------ messages out

    def tell(self, method: str, params: dict[str, Any]) -> None:
        """Send a notification whose params are plain JSON."""
        self._send_data({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, params: object) -> Future[Any]:
        """Send a request whose params are plain JSON; the result is plain JSON too."""
        message_id = str(uuid.uuid4())
        answer: Future[Any] = Future()
        self._request_futures[message_id] = answer
        self._send_data({"jsonrpc": "2.0", "id": message_id, "method": method, "params": params})
        return answer

    def _send_data(self, data: object) -> None:
        """Send a request or notification; everything that pygls sends goes through here."""
        try:
            frame = encode(data, self._serialize_message)
        except Exception:
            log.exception("a message to the client cannot be encoded as JSON")
            return
        self._connection.outlet.write(frame)


def _returned(steps: Generator[Any, Any, InitializeResult]) -> InitializeResult:
    """What a handler of pygls returns that has nothing to wait for."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: InitializeResult = end.value
            return result


def _named(exc: JsonRpcException, method: str) -> ProtocolError:
    """pygls' exceptions as our errors, without the tracebacks that they may carry."""
    name = _NAMES_BY_CODE.get(exc.code)
    if name is None or name == "internalError":
        log.error("%s failed", method, exc_info=exc)
        return internal_error(method)
    if name == "invalidParams":
        return ProtocolError.invalid_params([{"loc": [], "msg": exc.message, "type": "value_error"}])
    return ProtocolError(name, exc.message)
