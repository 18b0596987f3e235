"""Inspects a store's files without changing anything: creates no file, folds in no log, does not wait long."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from ctxbudget_server.store.damage.check import StoreFinding, findings_in
from ctxbudget_server.store.damage.losses import Loss, open_losses
from ctxbudget_server.store.errors import primary_code
from ctxbudget_server.store.file import classification, header
from ctxbudget_server.store.file.classification import Kind, classify
from ctxbudget_server.store.file.paths import ALL_BESIDE
from ctxbudget_server.store.file.readonly import has_log, open_readonly
from ctxbudget_server.store.schema import VERSION


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder: its owner, its mode, its size in bytes."""

    path: str
    owner: int
    mode: int
    size: int
    is_regular: bool

    @property
    def is_ours(self) -> bool:
        """Whether this user owns it."""
        return not hasattr(os, "geteuid") or self.owner == os.geteuid()

    @property
    def readable_by_others(self) -> bool:
        """Whether other users may read it or write to it."""
        return bool(self.mode & 0o077)


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in the database. If it cannot be read there is no version; if it is intact, `faults` is empty."""

    kind: Kind
    version: int | None = None
    sessions: int | None = None
    faults: list[StoreFinding] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    """Losses not yet acknowledged."""


def entry(path: Path | str) -> Entry | None:
    """A file or folder; None if it does not exist. Raises OSError if it cannot be examined."""
    try:
        found = os.stat(path)  # noqa: PTH116
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = stat.S_IMODE(found.st_mode) if os.name == "posix" else 0o600
    return Entry(str(path), found.st_uid, mode, found.st_size, stat.S_ISREG(found.st_mode))


def files(path: Path) -> list[Entry]:
    """The files of the store at the path: the database, and all that lie beside it while it is in use."""
    return [found for suffix in ("", *ALL_BESIDE) if (found := entry(f"{path}{suffix}"))]


def set_aside(path: Path) -> list[Entry]:
    """The damaged files kept beside it with their logs and indexes, oldest first."""
    return [found for each in sorted(path.parent.glob(f"{path.name}.damaged-*")) if (found := entry(each))]


def contents(path: Path) -> Contents:
    """Read the whole database. Raises TimeoutError if another process keeps it locked, and OSError."""
    if classification.is_another_programs(path):
        return Contents(Kind.FOREIGN)
    if header.is_wrong(path):
        return Contents(Kind.OURS, faults=[StoreFinding("file", f"the header of {path} is damaged", True)])
    log = has_log(path)
    found = _looked_through(path)
    if found.faults and not log and has_log(path):  # a writer began meanwhile, so what was read was not one state
        found = _looked_through(path)
    return found


def _looked_through(path: Path) -> Contents:
    try:
        with closing(open_readonly(path)) as connection:
            return _read(connection)
    except sqlite3.Error as fault:
        if primary_code(fault) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise TimeoutError(f"another process has {path} locked") from fault
        return Contents(Kind.OURS, faults=[StoreFinding("file", f"{path} cannot be read: {fault}", True)])


def _read(connection: sqlite3.Connection) -> Contents:
    verdict = classify(connection)
    if verdict.kind is not Kind.OURS:
        return Contents(verdict.kind)
    if verdict.version > VERSION:
        return Contents(Kind.OURS, verdict.version)
    faults = findings_in(connection)
    sessions: int = connection.execute("SELECT count(*) FROM sessions").fetchone()[0]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return Contents(Kind.OURS, verdict.version, sessions, faults, open_losses(connection) if "losses" in tables else [])
