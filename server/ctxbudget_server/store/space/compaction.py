"""Compaction: removes deleted content from the files and returns free pages to the disk."""

from __future__ import annotations

import sqlite3
from typing import Final

from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS

STEP_PAGES: Final = 256
"""Pages returned in one transaction; other writers get their turn in between."""

MAX_STEPS: Final = 400
"""Steps after one deletion (400 MiB); the next deletion continues with the rest."""

MAX_WAIT_MS: Final = 200
"""How long to wait for readers that still need the WAL."""

INCREMENTAL: Final = 2
"""`PRAGMA auto_vacuum` of a file that can return pages without being rewritten."""


SMALL_BYTES: Final = 1 << 20
"""A store that uses no more than this is rewritten after every deletion, which takes about 10 ms."""

MAX_REWRITTEN_BYTES: Final = 16 << 20
"""A larger one is never rewritten automatically: others would wait too long for the lock."""

WORTHWHILE_SHARE: Final = 4
"""A store in between is rewritten once 1/N as many pages are free as in use: the cost is in proportion to the gain."""


def give_back(connection: sqlite3.Connection) -> bool:
    """Return free pages to the disk, and empty the WAL, which still has the deleted content.

    SQLite zeroes what is deleted; but where it once moved rows from one page to another, the unused part of a page may
    keep a copy until the file is rewritten. That is done here if it is cheap.

    False if other processes' transactions prevented it, so it must be tried again later. No transaction may be open.
    """
    try:
        if _is_cheap_to_rewrite(connection):
            _vacuum(connection)
        elif _figure(connection, "auto_vacuum") == INCREMENTAL:
            shrink(connection)
    except sqlite3.OperationalError:
        return False
    return empty_wal(connection, MAX_WAIT_MS)


def empty_wal(connection: sqlite3.Connection, wait_ms: int = 0) -> bool:
    """Move the WAL's content into the file and empty the WAL; False if a reader still needs it after `wait_ms`."""
    connection.execute(f"PRAGMA busy_timeout={wait_ms}")
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.OperationalError:
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return not busy


def _is_cheap_to_rewrite(connection: sqlite3.Connection) -> bool:
    free = _figure(connection, "freelist_count")
    used = _figure(connection, "page_count") - free
    size = used * _figure(connection, "page_size")
    return size <= SMALL_BYTES or (size <= MAX_REWRITTEN_BYTES and WORTHWHILE_SHARE * free >= used)


def _vacuum(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA auto_vacuum={INCREMENTAL}")
    connection.execute("VACUUM")


def shrink(connection: sqlite3.Connection) -> None:
    """Return free pages to the disk, a few in each transaction, if the file was created for that."""
    for _ in range(MAX_STEPS):
        if not _figure(connection, "freelist_count"):
            return
        # The pragma frees one page for each row that is fetched.
        connection.execute(f"PRAGMA incremental_vacuum({STEP_PAGES})").fetchall()


def rewrite(connection: sqlite3.Connection) -> bool:
    """Rewrite the whole file: as small as possible, and without a trace of what was deleted.

    Needs as much free disk space as the store takes. Nobody else can write meanwhile. False if a reader still needs the
    WAL, which has the old pages.
    """
    _vacuum(connection)
    return empty_wal(connection, MAX_WAIT_MS)


def _figure(connection: sqlite3.Connection, pragma: str) -> int:
    figure: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return figure
