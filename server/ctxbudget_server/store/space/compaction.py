"""Space: what was deleted leaves the files, and free pages go back to the disk."""

from __future__ import annotations

import sqlite3
from typing import Final

from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS

STEP_PAGES: Final = 256
"""Pages that are given back in one transaction: other writers get their turn in between."""

MAX_STEPS: Final = 400
"""Steps after one deletion, 400 MiB; the next deletion goes on with what is left."""

MAX_WAIT_MS: Final = 200
"""How long to wait for readers that still need the WAL."""

INCREMENTAL: Final = 2
"""`PRAGMA auto_vacuum` of a file that can give pages back without being rewritten."""


SMALL_BYTES: Final = 1 << 20
"""A store that uses no more than this is rewritten after every deletion, which takes some 10 ms."""

MAX_REWRITTEN_BYTES: Final = 16 << 20
"""A larger one is never rewritten by itself: others would wait too long for the lock."""

WORTHWHILE_SHARE: Final = 4
"""One in between is rewritten when this share of what stays has become free: the cost keeps to what was deleted."""


def give_back(connection: sqlite3.Connection) -> bool:
    """Give free pages back to the disk, and empty the WAL, which has the deleted content still.

    SQLite zeroes what is deleted; but where it once moved rows from one page to another, the unused part of a page may
    keep a copy, until the file is rewritten. That is done here as far as it is cheap.

    False if other processes' transactions did not let it: it is to be done again later. Needs no transaction open.
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
    """Move what the WAL has into the file, and empty it; False if a reader still needs it after `wait_ms`."""
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
    """Give free pages back to the disk, a few in each transaction, where the file was made for that."""
    for _ in range(MAX_STEPS):
        if not _figure(connection, "freelist_count"):
            return
        # The pragma moves one page for each row that is fetched.
        connection.execute(f"PRAGMA incremental_vacuum({STEP_PAGES})").fetchall()


def rewrite(connection: sqlite3.Connection) -> bool:
    """Rewrite the whole file: as small as it can be, without a trace of what was deleted.

    Needs as much free disk as the store is large. Others cannot write meanwhile. False if a reader still needs the
    WAL, which has the old pages.
    """
    _vacuum(connection)
    return empty_wal(connection, MAX_WAIT_MS)


def _figure(connection: sqlite3.Connection, pragma: str) -> int:
    figure: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return figure
