"""Translates SQLite errors into errors that a program can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError

BUSY_TIMEOUT_MS = 10_000
"""How long a transaction waits for another process's, in milliseconds."""

CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class StoreLostError(ProtocolError):
    """The store went away during the request, which can be made again."""

    may_be_applied = False
    """Whether the change may have been made: it must not be repeated then without a request key."""


class StoreReplacedError(StoreLostError):
    """The open file is no longer the store; nothing was changed, and the request can be retried."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            "storeUnavailable",
            f"the store {path} was moved, deleted or replaced while in use; nothing was changed",
            path=str(path),
            reason=reason,
        )


def primary_code(fault: sqlite3.Error) -> int:
    """The primary result code of a fault (the low byte of the extended one); 0 if it has none."""
    return (getattr(fault, "sqlite_errorcode", None) or 0) & 0xFF


def is_corrupt(fault: sqlite3.Error) -> bool:
    """Whether the file itself is damaged, or not a database at all."""
    return primary_code(fault) in CORRUPT


def is_unreadable(fault: sqlite3.Error) -> bool:
    """Whether SQLite rejects the file because of its contents rather than because of a system error."""
    return primary_code(fault) in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def is_full(fault: sqlite3.Error) -> bool:
    """Whether the disk was full."""
    return primary_code(fault) == sqlite3.SQLITE_FULL


def busy(waited_ms: int) -> ProtocolError:
    """The error for a store that stayed locked for `waited_ms` milliseconds."""
    return ProtocolError("storeBusy", "another process has the store locked; try again", waitedMs=waited_ms)


def unavailable(path: Path, message: str, reason: str) -> ProtocolError:
    """The error for a store that cannot be used; `reason` is the short form."""
    return ProtocolError("storeUnavailable", message, path=str(path), reason=reason)


def not_a_store(path: Path, why: str) -> ProtocolError:
    """The error for a file at the store's path that is not a store; it is left alone."""
    return unavailable(path, f"{path} is not a store: {why}; name another file with --store", "not a store")


def as_protocol_error(fault: sqlite3.Error, path: Path) -> ProtocolError:
    """The error to answer a request with after this SQLite error; nothing was changed."""
    code = primary_code(fault)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(BUSY_TIMEOUT_MS)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_TOOBIG):
        return ProtocolError("storeFull", f"the store cannot grow: {fault}", path=str(path))
    return unavailable(path, f"the store cannot be used: {fault}", str(fault))
