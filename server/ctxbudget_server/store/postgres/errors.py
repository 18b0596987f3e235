"""Translates errors of PostgreSQL and of connections to it into errors that a program can act on."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import errors

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.errors import StoreLostError, busy

_FULL: Final = (errors.DiskFull, errors.OutOfMemory, errors.ProgramLimitExceeded)
_WAITED: Final = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)
_ENDED: Final = ("57P01", "57P02", "57P03", "57P05")
"""The server is shutting down, has crashed, is starting, or ended an idle connection."""


class ConnectionLostError(StoreLostError):
    """The connection was lost before the commit was sent; nothing was changed, and the request can be retried."""

    def __init__(self, shown: str, reason: str) -> None:
        super().__init__(
            "storeUnavailable",
            f"the connection to the store was lost ({reason}); nothing was changed",
            path=shown,
            reason=reason,
        )
        self.reason = reason


class CommitUnknownError(StoreLostError):
    """The connection was lost between the commit and its answer: a repetition with the same request key tells."""

    may_be_applied = True

    def __init__(self, shown: str, reason: str) -> None:
        super().__init__(
            "storeUnavailable",
            f"the connection to the store was lost during the commit ({reason}): the change may have been made."
            " Repeating the request with the same request key makes it once and gives its result",
            path=shown,
            reason=reason,
        )


class TooSlowError(psycopg.OperationalError):
    """The server did not answer in time; the connection is closed."""


def is_lost(fault: psycopg.Error, closed: bool) -> bool:
    """Whether the connection, rather than a statement, has failed."""
    return closed or fault.sqlstate in _ENDED


def reason_of(fault: BaseException) -> str:
    """What libpq or the server says, in one line. Neither ever says a password."""
    return " ".join(str(fault).split()) or type(fault).__name__


def as_protocol_error(fault: psycopg.Error, shown: str, waited_ms: int) -> ProtocolError:
    """The error to answer a request with after this one; nothing was changed."""
    if isinstance(fault, _WAITED):
        return busy(waited_ms)
    if isinstance(fault, _FULL):
        return ProtocolError("storeFull", f"the store cannot grow: {reason_of(fault)}", path=shown)
    return unavailable(shown, f"the store cannot be used: {reason_of(fault)}", reason_of(fault))


def unavailable(shown: str, message: str, reason: str) -> ProtocolError:
    """The error for a store that cannot be used; `reason` is the short form."""
    return ProtocolError("storeUnavailable", message, path=shown, reason=reason)
