"""A small client of the ctxbudget server, on the standard library and the protocol's records."""

from typing import TYPE_CHECKING

from ctxbudget_client.client import Client
from ctxbudget_client.edits import edited_messages
from ctxbudget_client.errors import (
    ClientError,
    ConnectionLostError,
    FramingError,
    LeaseExpiredError,
    RequestTimeoutError,
    ServerError,
)
from ctxbudget_client.legality import IllegalMessage, illegal_messages
from ctxbudget_client.notifications import Notification, Reconnected
from ctxbudget_client.pending import Pending
from ctxbudget_client.runs import Run

if TYPE_CHECKING:
    from ctxbudget_client.async_client import AsyncClient
    from ctxbudget_client.async_runs import AsyncRun
    from ctxbudget_client.leases import AsyncLease, Lease
else:
    # Imported when they are used: asyncio takes as long to import as everything else.
    _LATER = {
        "AsyncClient": "ctxbudget_client.async_client",
        "AsyncRun": "ctxbudget_client.async_runs",
        "AsyncLease": "ctxbudget_client.leases",
        "Lease": "ctxbudget_client.leases",
    }

    def __getattr__(name: str) -> object:
        from importlib import import_module

        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_LATER[name]), name)


__all__ = [
    "AsyncClient",
    "AsyncLease",
    "AsyncRun",
    "Client",
    "ClientError",
    "ConnectionLostError",
    "FramingError",
    "IllegalMessage",
    "Lease",
    "LeaseExpiredError",
    "Notification",
    "Pending",
    "Reconnected",
    "RequestTimeoutError",
    "Run",
    "ServerError",
    "edited_messages",
    "illegal_messages",
]
