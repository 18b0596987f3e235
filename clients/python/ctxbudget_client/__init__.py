"""A small client of the ctxbudget server, on the standard library and the protocol's records."""

from ctxbudget_client.async_client import AsyncClient
from ctxbudget_client.client import Client
from ctxbudget_client.errors import ClientError, ConnectionLostError, FramingError, RequestTimeoutError, ServerError
from ctxbudget_client.legality import IllegalMessage, illegal_messages
from ctxbudget_client.notifications import Notification, Reconnected
from ctxbudget_client.pending import Pending

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "ConnectionLostError",
    "FramingError",
    "IllegalMessage",
    "Notification",
    "Pending",
    "Reconnected",
    "RequestTimeoutError",
    "ServerError",
    "illegal_messages",
]
