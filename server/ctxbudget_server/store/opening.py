"""From a path to a store that can be used: made, recognised, taken up to date, or replaced where it is damaged."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from ctxbudget_server.store import files, header, judging, reserve
from ctxbudget_server.store.faults import is_corrupt, is_puzzled, unavailable
from ctxbudget_server.store.files import Identity, identity
from ctxbudget_server.store.guard import Guard
from ctxbudget_server.store.handle import Handle
from ctxbudget_server.store.judging import Kind, header_is_current, judge
from ctxbudget_server.store.losses import add_loss
from ctxbudget_server.store.migrating import migrate, refuse_newer
from ctxbudget_server.store.replacing import finish, put_away_companions, replace


def open_store(path: Path, synchronous: str) -> Handle:
    """A connection to the store of this version at the path, which is made if there is none.

    Raises `storeTooNew`, `storeUnsafe`, `storeUnavailable` for a file that is not a store, and OSError.
    """
    files.make_folder(path.parent)
    files.refuse_unsafe(path)
    files.tighten(path)
    if not judging.is_empty(path) and (handle := _current(path, synchronous)):
        return handle
    with closing(Guard(path)) as guard, guard.replacing():
        _settle(path, synchronous)
        reserve.keep(path)
    return Handle(path, synchronous)


def _current(path: Path, synchronous: str) -> Handle | None:
    """A connection if the file is simply right; None if its place must be locked first. Refuses foreign files."""
    try:
        handle = Handle(path, synchronous)
        if _is_current(path, handle):
            return handle
    except sqlite3.Error as fault:
        if is_damage(fault, path) and judging.was_never_a_store(path):
            raise _not_a_store(path, "it is not an SQLite database") from fault
    return None


def _is_current(path: Path, handle: Handle) -> bool:
    """Whether nothing is to be done; else the handle is closed."""
    try:
        if header_is_current(handle.sql):
            return True
        if judge(handle.sql).kind is Kind.FOREIGN:
            raise _not_a_store(path, "it is another program's database")
    except BaseException:
        handle.close()
        raise
    handle.close()
    return False


def replace_damaged(path: Path, judged: Identity | None, synchronous: str) -> None:
    """Replace the file in which a fault was met, unless it is another one by now, or is found to be whole."""
    with closing(Guard(path)) as guard, guard.replacing():
        if identity(path) == judged and not is_whole(path, synchronous):
            replace(path)


def is_whole(path: Path, synchronous: str) -> bool:
    """Whether SQLite finds nothing wrong in the whole file."""
    try:
        with closing(Handle(path, synchronous)) as handle:
            found: str = handle.sql.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return found == "ok" and not header.is_wrong(path)
    except sqlite3.Error as fault:
        if is_damage(fault, path):
            return False
        raise


def is_damage(fault: sqlite3.Error, path: Path) -> bool:
    """Whether a fault is the file's: SQLite says so, or it stumbled over a header that cannot be right."""
    if is_corrupt(fault):
        return True
    try:
        return is_puzzled(fault) and header.is_wrong(path)
    except OSError:
        return False


def _settle(path: Path, synchronous: str) -> None:
    """With the place locked: make, migrate or replace what is not simply right."""
    finish(path)
    if not path.exists():
        put_away_companions(path)
    elif judging.is_empty(path) and judging.had_content(path):
        replace(path)
    files.make_file(path)
    try:
        _take_up(path, synchronous)
    except sqlite3.Error as fault:
        if not is_damage(fault, path):
            raise
        replace(path)
        _take_up(path, synchronous)


def _take_up(path: Path, synchronous: str) -> None:
    with closing(Handle(path, synchronous)) as handle:
        verdict = judge(handle.sql)
        if verdict.kind is Kind.FOREIGN:
            raise _not_a_store(path, "it is another program's database")
        refuse_newer(path, verdict.version)
        if not header_is_current(handle.sql):
            migrate(handle.sql, verdict.version)
            if verdict.header_differs:
                message = "the header of the store's file was damaged and has been mended; nothing is lost"
                add_loss(handle.sql, "headerRepaired", message, {})


def _not_a_store(path: Path, why: str) -> Exception:
    return unavailable(path, f"{path} is not a store: {why}; name another file with --store", "not a store")
