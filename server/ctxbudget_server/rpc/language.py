"""The language part of the server: pygls, and the features for editors on it. Importing it takes most of a start."""

from __future__ import annotations

import gc
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from lsprotocol.types import InitializeParams
from pygls.protocol import default_converter

from ctxbudget_server import __version__
from ctxbudget_server.rpc import handshake, lsp_params
from ctxbudget_server.rpc.editor.editor import Editor
from ctxbudget_server.rpc.editor.features import register
from ctxbudget_server.rpc.editor.messages import Messages
from ctxbudget_server.rpc.lsp_names import INITIALIZE
from ctxbudget_server.rpc.plain_handshake import Hello
from ctxbudget_server.rpc.protocol import BudgetProtocol, Host

if TYPE_CHECKING:
    from cattrs import Converter

    from ctxbudget_server.rpc.codec import Json
    from ctxbudget_server.rpc.connection import ConnectionContext
    from ctxbudget_server.rpc.envelope import Notification, Response
    from ctxbudget_server.rpc.inflight import Ticket
    from ctxbudget_server.service.backend import Backend

log = logging.getLogger(__name__)


class Prepared(NamedTuple):
    """What takes long to make, and can be made in any thread."""

    converter: Converter
    params: InitializeParams

    @property
    def hello(self) -> Hello:
        """Who is calling."""
        client = self.params.client_info
        return Hello(handshake.root_uri(self.params), self.params.process_id, client.name if client else None)


def prepared(params: dict[str, Json]) -> Prepared:
    """Prepare for a client with these params of `initialize`; raises `invalidParams` if pygls does not take them."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    structured = lsp_params.structure(converter, INITIALIZE, params)
    assert isinstance(structured, InitializeParams)
    gc.freeze()  # the hundreds of classes that were just created are not garbage
    return Prepared(converter, structured)


class BudgetServer(Host):
    """The language server; features for editors are registered on it."""

    protocol: BudgetProtocol
    editor: Editor

    def __init__(self, connection: ConnectionContext, converter: Converter) -> None:
        self.connection = connection
        super().__init__("ctxbudget", __version__, protocol_cls=BudgetProtocol, converter_factory=lambda: converter)
        self.editor = Editor(connection, Messages(self.protocol.tell, self.protocol.ask))
        register(self, self.editor)
        connection.notify = self.editor.news

    def report_server_error(self, error: Exception, source: object) -> None:
        """Log the error; pygls would open a window in the client's editor each time."""
        log.error("%s", error)


class LanguagePart:
    """pygls' side of one connection. Lives on the event loop."""

    def __init__(self, connection: ConnectionContext, prepared: Prepared, backend: Backend) -> None:
        self._protocol = BudgetServer(connection, prepared.converter).protocol
        self.result: dict[str, Any] = self._protocol.initialize(prepared.params, backend)
        """pygls' answer to `initialize`."""

    def start(self, ticket: Ticket, method: str, raw_params: Json) -> None:
        """Start a request; raises ProtocolError if it cannot be."""
        self._protocol.start(ticket, method, raw_params)

    def notified(self, notification: Notification) -> None:
        """Take a notification."""
        self._protocol.notified(notification)

    def answered(self, response: Response) -> None:
        """Take the client's answer to one of our requests."""
        self._protocol.answered(response)
