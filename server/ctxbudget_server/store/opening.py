"""From a path to a store that can be used: made, recognised, taken up to date, or replaced where it is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ctxbudget_server.store.damage.check import check_store
from ctxbudget_server.store.damage.losses import add_loss
from ctxbudget_server.store.damage.replacement import finish, put_away_companions, replace
from ctxbudget_server.store.errors import is_corrupt, is_unreadable, unavailable
from ctxbudget_server.store.file import classification, header
from ctxbudget_server.store.file.classification import Kind, classify, header_is_current
from ctxbudget_server.store.file.connection import StoreConnection
from ctxbudget_server.store.file.migration import migrate, refuse_newer
from ctxbudget_server.store.file.paths import Identity, identity, make_file, make_folder
from ctxbudget_server.store.file.permissions import refuse_unsafe, restrict
from ctxbudget_server.store.file.replacement_lock import ReplacementLock
from ctxbudget_server.store.space import reserve


def open_store(path: Path, synchronous: str) -> StoreConnection:
    """A connection to the store of this version at the path, which is made if there is none.

    Raises `storeTooNew`, `storeUnsafe`, `storeUnavailable` for a file that is not a store, and OSError.
    """
    make_folder(path.parent)
    refuse_unsafe(path)
    restrict(path)
    if not classification.is_empty(path) and (connection := _current(path, synchronous)):
        return connection
    with closing(ReplacementLock(path)) as lock, lock.replacing():
        _prepare(path, synchronous)
        reserve.keep(path)
    return StoreConnection(path, synchronous)


def _current(path: Path, synchronous: str) -> StoreConnection | None:
    """A connection if the file is simply right; None if its place must be locked first. Refuses foreign files."""
    try:
        connection = StoreConnection(path, synchronous)
        if _is_current(path, connection):
            return connection
    except sqlite3.Error as fault:
        if is_damage(fault, path) and classification.was_never_a_store(path):
            raise _not_a_store(path, "it is not an SQLite database") from fault
    return None


def _is_current(path: Path, connection: StoreConnection) -> bool:
    """Whether nothing is to be done; else the connection is closed."""
    try:
        if header_is_current(connection.sql):
            return True
        if classify(connection.sql).kind is Kind.FOREIGN:
            raise _not_a_store(path, "it is another program's database")
    except BaseException:
        connection.close()
        raise
    connection.close()
    return False


def replace_damaged(path: Path, found: Identity | None, synchronous: str) -> None:
    """Replace the file in which a fault was met, unless it is another one by now, or is found to be whole."""
    with closing(ReplacementLock(path)) as lock, lock.replacing():
        if identity(path) == found and not is_whole(path, synchronous):
            replace(path)


def repair_store(path: Path, synchronous: str) -> None:
    """Replace a store with what can be read of it, if it is damaged or its accounts are not right."""
    if any(finding.kind == "account" for finding in check_store(path)):
        with closing(ReplacementLock(path)) as lock, lock.replacing():
            replace(path)
    elif identity(path) is not None:
        replace_damaged(path, identity(path), synchronous)


def is_whole(path: Path, synchronous: str) -> bool:
    """Whether SQLite finds nothing wrong in the whole file."""
    try:
        with closing(StoreConnection(path, synchronous)) as connection:
            verdict: str = connection.sql.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return verdict == "ok" and not header.is_wrong(path)
    except sqlite3.Error as fault:
        if is_damage(fault, path):
            return False
        raise


def is_damage(fault: sqlite3.Error, path: Path) -> bool:
    """Whether a fault is the file's: SQLite says so, or it stumbled over a header that cannot be right."""
    if is_corrupt(fault):
        return True
    try:
        return is_unreadable(fault) and header.is_wrong(path)
    except OSError:
        return False


def _prepare(path: Path, synchronous: str) -> None:
    """With the place locked: make, migrate or replace what is not simply right."""
    finish(path)
    if not path.exists():
        put_away_companions(path)
    elif classification.is_empty(path) and classification.had_content(path):
        replace(path)
    make_file(path)
    try:
        _migrate_if_older(path, synchronous)
    except sqlite3.Error as fault:
        if not is_damage(fault, path):
            raise
        replace(path)
        _migrate_if_older(path, synchronous)


def _migrate_if_older(path: Path, synchronous: str) -> None:
    with closing(StoreConnection(path, synchronous)) as connection:
        found = classify(connection.sql)
        if found.kind is Kind.FOREIGN:
            raise _not_a_store(path, "it is another program's database")
        refuse_newer(path, found.version)
        if not header_is_current(connection.sql):
            migrate(connection.sql, found.version)
            if found.header_differs:
                message = "the header of the store's file was damaged and has been mended; nothing is lost"
                add_loss(connection.sql, "headerRepaired", message, {})


def _not_a_store(path: Path, why: str) -> Exception:
    return unavailable(path, f"{path} is not a store: {why}; name another file with --store", "not a store")
