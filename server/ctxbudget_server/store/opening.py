"""From a path to a store that can be used: made, recognised, taken up to date, or replaced where it is damaged."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from ctxbudget_server.store import files, judging
from ctxbudget_server.store.faults import is_corrupt, unavailable
from ctxbudget_server.store.files import COMPANIONS, Identity, beside, identity
from ctxbudget_server.store.guard import Guard
from ctxbudget_server.store.handle import Handle
from ctxbudget_server.store.judging import Kind, header_is_current, judge
from ctxbudget_server.store.migrating import migrate, refuse_newer


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
    return Handle(path, synchronous)


def _current(path: Path, synchronous: str) -> Handle | None:
    """A connection if the file is simply right; None if its place must be locked first. Refuses foreign files."""
    try:
        handle = Handle(path, synchronous)
        if _is_current(path, handle):
            return handle
    except sqlite3.Error as fault:
        if is_corrupt(fault) and judging.was_never_a_store(path):
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
    """Set the file aside in which a fault was met, unless it is another one by now, or is found to be whole."""
    with closing(Guard(path)) as guard, guard.replacing():
        if identity(path) == judged and not _is_whole(path, synchronous):
            set_aside(path)


def _is_whole(path: Path, synchronous: str) -> bool:
    try:
        with closing(Handle(path, synchronous)) as handle:
            found: str = handle.sql.execute("PRAGMA integrity_check(1)").fetchone()[0]
            return found == "ok"
    except sqlite3.Error as fault:
        if is_corrupt(fault):
            return False
        raise


def _settle(path: Path, synchronous: str) -> None:
    """With the place locked: make, migrate or replace what is not simply right."""
    if judging.is_empty(path) and judging.had_content(path):
        set_aside(path)
    files.make_file(path)
    try:
        _take_up(path, synchronous)
    except sqlite3.Error as fault:
        if not is_corrupt(fault):
            raise
        set_aside(path)
        files.make_file(path)
        _take_up(path, synchronous)


def _take_up(path: Path, synchronous: str) -> None:
    with closing(Handle(path, synchronous)) as handle:
        verdict = judge(handle.sql)
        if verdict.kind is Kind.FOREIGN:
            raise _not_a_store(path, "it is another program's database")
        refuse_newer(path, verdict.version)
        if not header_is_current(handle.sql):
            migrate(handle.sql, verdict.version)


def _not_a_store(path: Path, why: str) -> Exception:
    return unavailable(path, f"{path} is not a store: {why}; name another file with --store", "not a store")


def set_aside(path: Path) -> Path:
    """Move a damaged file, with its log, out of the way: it is never overwritten. The place must be locked."""
    aside = beside(path, f".damaged-{time.time_ns()}")
    for suffix in ("", *COMPANIONS):
        with suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
            files.make_private(Path(f"{aside}{suffix}"))
    import logging  # hooks do without it

    logging.getLogger(__name__).warning("%s was damaged and is kept as %s", path, aside.name)
    return aside
