"""SQLite's faults as errors that a program can act on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError

BUSY_TIMEOUT_MS = 10_000
"""How long a transaction waits for another process's, in milliseconds."""

CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class StoreReplacedError(ProtocolError):
    """The file that is open is no longer the store; nothing was changed, and the request can be made again."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            "storeUnavailable",
            f"the store {path} was moved, deleted or replaced while it was used; nothing was changed",
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
    """Whether SQLite gives up on a file for what it reads in it, and not for what the system does."""
    return primary_code(fault) in (sqlite3.SQLITE_ERROR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)


def is_full(fault: sqlite3.Error) -> bool:
    """Whether there was no space left to write to."""
    return primary_code(fault) == sqlite3.SQLITE_FULL


def busy(waited_ms: int) -> ProtocolError:
    """The error where the store was locked for so long, in milliseconds."""
    return ProtocolError("storeBusy", "another process keeps the store locked; try again", waitedMs=waited_ms)


def unavailable(path: Path, message: str, reason: str) -> ProtocolError:
    """The store cannot be used, with the reason in short."""
    return ProtocolError("storeUnavailable", message, path=str(path), reason=reason)


def not_a_store(path: Path, why: str) -> ProtocolError:
    """The file at the store's place is something else, and is left alone."""
    return unavailable(path, f"{path} is not a store: {why}; name another file with --store", "not a store")


def as_protocol_error(fault: sqlite3.Error, path: Path) -> ProtocolError:
    """The error to answer with; nothing was changed."""
    code = primary_code(fault)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return busy(BUSY_TIMEOUT_MS)
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_TOOBIG):
        return ProtocolError("storeFull", f"the store cannot grow: {fault}", path=str(path))
    return unavailable(path, f"the store cannot be used: {fault}", str(fault))
