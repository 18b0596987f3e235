"""What the file at a store's path is: a store of ours (and of which version) or something else.

The header has the application id and the version. Both are four bytes that may be damaged, and the first versions of
the store had no application id, so the tables are better evidence.
"""

from __future__ import annotations

import enum
import sqlite3
from contextlib import closing
from pathlib import Path

from ctxbudget_protocol.values import NamedTuple
from ctxbudget_server.store.file.paths import SEEN_SUFFIX, beside
from ctxbudget_server.store.location import STORE_NAME
from ctxbudget_server.store.schema import APPLICATION_ID, VERSION

MAX_EMPTY_BYTES = 1
"""SQLite treats a file of up to this many bytes as a new database."""

SQLITE_MAGIC = b"SQLite format 3\0"
APPLICATION_ID_AT = 68
"""Offset in the file (https://www.sqlite.org/fileformat.html)."""

FIRST_TABLES = {"sessions", "phases", "waves", "layers", "items", "sums", "events", "request_keys", "blobs"}
"""All versions of the store have these tables, and no other program's file has all of them."""


class Kind(enum.Enum):
    """What a database is."""

    EMPTY = enum.auto()
    OURS = enum.auto()
    FOREIGN = enum.auto()


class Classification(NamedTuple):
    """What a database is, the version of its tables, and whether its header contradicts that."""

    kind: Kind
    version: int = 0
    header_differs: bool = False


def header_is_current(connection: sqlite3.Connection) -> bool:
    """Whether the header is that of a store of this version, so that nothing else need be read."""
    return _header(connection) == (APPLICATION_ID, VERSION)


def classify(connection: sqlite3.Connection) -> Classification:
    """What the database is, judged by its tables. Raises `sqlite3.Error` if they cannot be read."""
    stamp, said = _header(connection)
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not tables and stamp in (0, APPLICATION_ID) and not said:
        return Classification(Kind.EMPTY)
    if not tables >= FIRST_TABLES:
        return Classification(Kind.FOREIGN)
    version = _version_of(connection, tables, said)
    return Classification(Kind.OURS, version, version != said or (stamp != APPLICATION_ID and "store_facts" in tables))


def _header(connection: sqlite3.Connection) -> tuple[int, int]:
    stamp: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return stamp, version


def _version_of(connection: sqlite3.Connection, tables: set[str], said: int) -> int:
    if "store_facts" in tables:
        row = connection.execute("SELECT value FROM store_facts WHERE name = 'version'").fetchone()
        return said if row is None else int(row[0])
    if "calibrations" not in tables:
        return 1
    columns = {row[1] for row in connection.execute("PRAGMA table_info(events)")}
    return 3 if "body" in columns else 2


def is_empty(path: Path) -> bool:
    """Whether the file is missing or has no content."""
    try:
        return path.stat().st_size <= MAX_EMPTY_BYTES
    except FileNotFoundError:
        return True


def had_content(path: Path) -> bool:
    """Whether an empty file used to be a store, as shown by a log beside it that was not folded in."""
    try:
        return beside(path, "-wal").stat().st_size > 0
    except FileNotFoundError:
        return False


def is_another_programs(path: Path) -> bool:
    """Whether nothing shows that the file, damaged or not, was ever a store. It must be left alone then.

    Evidence is the name that stores have by default, what ctxbudget keeps beside a store that was written to, the
    application id in the header, and the tables.
    """
    from ctxbudget_server.store.file.readonly import open_readonly

    if path.name == STORE_NAME or beside(path, SEEN_SUFFIX).exists():
        return False
    with path.open("rb") as file:
        file.seek(APPLICATION_ID_AT)
        if file.read(4) == APPLICATION_ID.to_bytes(4, "big"):
            return False
    try:
        with closing(open_readonly(path)) as connection:
            return classify(connection).kind is Kind.FOREIGN
    except sqlite3.Error:
        return True
