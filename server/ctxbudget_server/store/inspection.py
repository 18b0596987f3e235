"""A look at a store's files that changes nothing: no file is made, no log is folded in, nothing is waited for long."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from ctxbudget_server.store.schema import VERSION

BUSY_SECONDS: Final = 1.0
MAX_FAULTS: Final = 20
"""Faults of the file that are named."""
COMPANIONS: Final = ("-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder: whose it is, its mode, its size in bytes."""

    path: str
    owner: int
    mode: int
    size: int
    is_regular: bool

    @property
    def is_ours(self) -> bool:
        """Whether it is this user's."""
        return not hasattr(os, "geteuid") or self.owner == os.geteuid()

    @property
    def readable_by_others(self) -> bool:
        """Whether others may read it or write to it."""
        return bool(self.mode & 0o077)

    @property
    def writable_by_others(self) -> bool:
        """Whether others may write to it."""
        return bool(self.mode & 0o022)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in the database. `faults` are sentences; empty where it is whole."""

    version: int | None
    supported: int
    sessions: int | None
    is_store: bool
    faults: list[str] = field(default_factory=list)
    losses: list[tuple[str, str]] = field(default_factory=list)
    """(when, sentence) of each that nobody has acknowledged."""


def entry(path: Path | str) -> Entry | None:
    """A file or folder; None if there is none. Raises OSError if it cannot be looked at."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = stat.S_IMODE(found.st_mode) if os.name == "posix" else 0o600
    return Entry(str(path), found.st_uid, mode, found.st_size, stat.S_ISREG(found.st_mode))


def files(path: Path) -> list[Entry]:
    """The files of the store at the path: itself, its log and its shared memory."""
    return [found for suffix in ("", *COMPANIONS) if (found := entry(f"{path}{suffix}"))]


def set_aside(path: Path) -> list[Entry]:
    """The damaged files that are kept beside it, the oldest first."""
    named = sorted(path.parent.glob(f"{path.name}.damaged-*"))
    return [found for each in named if not str(each).endswith(COMPANIONS) and (found := entry(each))]


def contents(path: Path) -> Contents:
    """Read all of the database. Raises TimeoutError where a process keeps it locked, and OSError."""
    with path.open("rb"):  # SQLite would not say why it cannot
        pass
    found = _looked_through(path, log := _has_log(path))
    if found.faults and not log and _has_log(path):  # somebody began to write: what was read was not one state
        found = _looked_through(path, log=True)
    return found


def _looked_through(path: Path, log: bool) -> Contents:
    try:
        with closing(_opened(path, log)) as connection:
            return _read(connection)
    except sqlite3.OperationalError as fault:
        if fault.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise TimeoutError(f"another process keeps {path} locked") from fault
        return Contents(None, VERSION, None, is_store=True, faults=[str(fault)])
    except sqlite3.DatabaseError as fault:
        return Contents(None, VERSION, None, is_store=_begins_as_database(path), faults=[str(fault)])


def _has_log(path: Path) -> bool:
    log = entry(f"{path}-wal")
    return log is not None and log.size > 0


def _opened(path: Path, log: bool) -> sqlite3.Connection:
    """To read alone. Without a log nothing else is needed; with one SQLite reads it where it is, and leaves it."""
    how = "mode=ro" if log else "immutable=1"
    name = quote(os.fsencode(path.resolve()))
    return sqlite3.connect(f"file:{name}?{how}", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _read(connection: sqlite3.Connection) -> Contents:
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    faults = [str(row[0]) for row in connection.execute(f"PRAGMA integrity_check({MAX_FAULTS})") if row[0] != "ok"]
    is_store = {"sessions", "items", "events", "blobs"} <= tables
    sessions = connection.execute("SELECT count(*) FROM sessions").fetchone()[0] if "sessions" in tables else None
    losses: list[tuple[str, str]] = []
    if "losses" in tables:
        query = "SELECT found_at, message FROM losses WHERE acknowledged_at IS NULL ORDER BY id"
        losses = connection.execute(query).fetchall()
    return Contents(version, VERSION, sessions, is_store, faults, losses)


def _begins_as_database(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0" or path.suffix.lower() in (".db", ".sqlite", ".sqlite3")
