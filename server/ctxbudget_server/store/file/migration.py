"""Creating a store's tables, and migrating those of an older version."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.errors import BUSY_TIMEOUT_MS
from ctxbudget_server.store.schema import APPLICATION_ID, AT_BIRTH, MIGRATIONS, VERSION


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Migrate the tables from `version` (0: there are none) to the current version, and stamp the header."""
    for pragma in AT_BIRTH:
        connection.execute(pragma)
    set_wal(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for script in MIGRATIONS[version:]:
            for statement in script.split(";"):
                connection.execute(statement)
        connection.execute("INSERT OR REPLACE INTO store_facts VALUES ('version', ?)", (str(VERSION),))
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={VERSION}")
        connection.execute("COMMIT")
    finally:
        roll_back(connection)


def refuse_newer(path: Path, version: int) -> None:
    """Raise `storeTooNew` for a version newer than this program supports."""
    if version > VERSION:
        raise ProtocolError(
            "storeTooNew",
            f"a newer ctxbudget wrote this store (version {version}; this one supports {VERSION}): use the newer one, "
            "or name another file with --store",
            path=str(path),
            found=version,
            supported=VERSION,
        )


def set_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL. That needs exclusive access for a moment, and several processes may start at once."""
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def roll_back(connection: sqlite3.Connection) -> None:
    """Roll back an uncommitted transaction; does nothing if there is none or the connection is closed."""
    with suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
