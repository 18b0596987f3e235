"""Creates a store, upgrades it, or replaces it if it is damaged, with its path locked meanwhile.

Kept apart from `opening`, which imports it only if something needs doing.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ctxbudget_server.store.damage.check import check_store
from ctxbudget_server.store.damage.losses import add_loss
from ctxbudget_server.store.damage.replacement import finish, put_away_companions, replace
from ctxbudget_server.store.errors import not_a_store
from ctxbudget_server.store.file import classification, header
from ctxbudget_server.store.file.classification import Kind, classify, header_is_current
from ctxbudget_server.store.file.connection import StoreConnection
from ctxbudget_server.store.file.header import is_damage
from ctxbudget_server.store.file.migration import migrate, refuse_newer
from ctxbudget_server.store.file.paths import Identity, identity, make_file
from ctxbudget_server.store.file.replacement_lock import ReplacementLock
from ctxbudget_server.store.space import reserve


def prepare(path: Path, synchronous: str) -> None:
    """With the path locked: create, migrate or replace the store as needed, and set up the reserve beside it."""
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
        _replace(path)
        _migrate_if_older(path, synchronous)
    reserve.keep(path)


def _migrate_if_older(path: Path, synchronous: str) -> None:
    with closing(StoreConnection(path, synchronous)) as connection:
        found = classify(connection.sql)
        if found.kind is Kind.FOREIGN:
            raise not_a_store(path, "it is another program's database")
        refuse_newer(path, found.version)
        if not header_is_current(connection.sql):
            migrate(connection.sql, found.version)
            if found.header_differs:
                message = "the header of the store's file was damaged and has been repaired; nothing is lost"
                add_loss(connection.sql, "headerRepaired", message, {})


def replace_damaged(path: Path, found: Identity | None, synchronous: str) -> None:
    """Replace the file in which an error occurred, unless it has been replaced already or turns out to be intact."""
    with closing(ReplacementLock(path)) as lock, lock.replacing():
        if identity(path) == found and not is_whole(path, synchronous):
            _replace(path)


def repair_store(path: Path, synchronous: str) -> None:
    """Replace a store with what can be read of it if it is damaged or its figures do not add up."""
    if any(finding.kind == "account" for finding in check_store(path)):
        with closing(ReplacementLock(path)) as lock, lock.replacing():
            _replace(path)
    elif identity(path) is not None:
        replace_damaged(path, identity(path), synchronous)


def _replace(path: Path) -> None:
    if classification.is_another_programs(path):
        raise not_a_store(path, "it is another program's file")
    replace(path)


def is_whole(path: Path, synchronous: str) -> bool:
    """Whether SQLite's integrity check finds nothing wrong with the file."""
    try:
        with closing(StoreConnection(path, synchronous)) as connection:
            verdict: str = connection.sql.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return verdict == "ok" and not header.is_wrong(path)
    except sqlite3.Error as fault:
        if is_damage(fault, path):
            return False
        raise
