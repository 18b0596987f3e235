"""A small client of the ctxbudget server, on the standard library alone."""

from ctxbudget_client.client import Client
from ctxbudget_client.errors import ClientError, ConnectionLostError, FramingError, RequestTimeoutError, ServerError
from ctxbudget_client.notifications import Notification
from ctxbudget_client.pending import Pending

__all__ = [
    "Client",
    "ClientError",
    "ConnectionLostError",
    "FramingError",
    "Notification",
    "Pending",
    "RequestTimeoutError",
    "ServerError",
]
