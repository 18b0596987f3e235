"""From a path to a connection to its store. A current store is simply opened; `preparation` handles everything else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ctxbudget_server.store.errors import not_a_store
from ctxbudget_server.store.file import classification
from ctxbudget_server.store.file.classification import Kind, classify, header_is_current
from ctxbudget_server.store.file.connection import StoreConnection
from ctxbudget_server.store.file.header import is_damage
from ctxbudget_server.store.file.paths import make_folder
from ctxbudget_server.store.file.permissions import refuse_unsafe, restrict
from ctxbudget_server.store.file.replacement_lock import ReplacementLock


def open_store(path: Path, synchronous: str) -> StoreConnection:
    """A connection to a store of this version at the path, creating it if there is none.

    Raises `storeTooNew`, `storeUnsafe`, `storeUnavailable` for a file that is not a store, and OSError.
    """
    make_folder(path.parent)
    refuse_unsafe(path)
    restrict(path)
    if not classification.is_empty(path) and (connection := _current(path, synchronous)):
        return connection
    from ctxbudget_server.store.preparation import prepare

    with closing(ReplacementLock(path)) as lock, lock.replacing():
        prepare(path, synchronous)
    return StoreConnection(path, synchronous)


def _current(path: Path, synchronous: str) -> StoreConnection | None:
    """A connection if the file is a current store; None if the path must be locked first. Refuses foreign files."""
    try:
        connection = StoreConnection(path, synchronous)
        if _is_current(path, connection):
            return connection
    except sqlite3.Error as fault:
        if is_damage(fault, path) and classification.is_another_programs(path):
            raise not_a_store(path, "it is another program's file") from fault
    return None


def _is_current(path: Path, connection: StoreConnection) -> bool:
    """Whether nothing needs doing; if not, the connection is closed."""
    try:
        if header_is_current(connection.sql):
            return True
        if classify(connection.sql).kind is Kind.FOREIGN:
            raise not_a_store(path, "it is another program's database")
    except BaseException:
        connection.close()
        raise
    connection.close()
    return False
