"""Replaces a damaged store with what can be read of it. The path must be locked. The damaged file is always kept.

The new file is created beside the damaged one, from a copy of it. Once complete it is named `.salvaged-N`, the damaged
files become `.damaged-N`, and it moves to the store's path. A process that dies in between leaves a `.salvaged-N` and
no store at the path, and the next process finishes the work.
"""

from __future__ import annotations

import errno
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.damage.losses import add_loss
from ctxbudget_server.store.damage.salvage import Salvaged, salvage
from ctxbudget_server.store.errors import is_full
from ctxbudget_server.store.file import header
from ctxbudget_server.store.file.migration import migrate
from ctxbudget_server.store.file.paths import COMPANIONS, beside, make_file
from ctxbudget_server.store.file.permissions import make_private

CHUNK = 1 << 20
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

NAMED_BY_SESSION = ("sessions", "items", "events", "blobs")
"""Tables whose losses are named session by session. Most others are rebuilt from these."""

BESIDES_SESSIONS = {
    "calibrations": "calibrations of token counts are lost, if usage was recorded",
    "request_keys": "request keys are lost, if any were used: a request repeated with one is carried out again",
    "losses": "earlier notices are lost, if there were any",
    "fits": "decisions of fits are lost, if there were any: their conversations are cut afresh",
}
"""What is said of tables whose rows no session's log tells."""

COUNTED = {
    "originals": "the originals of {} items",
    "undos": "the undos of {} revisions",
    "phaseNames": "the names of {} phases",
    "leaseExpiry": "the expiry of {} leases, which count as expired",
}
WHOLE = {
    "settings": "its settings",
    "allocation": "its allocation to phases",
    "calibration": "the calibration of its counts",
}
UNCERTAIN = {
    "session": "its state, level and peak",
    "phases": "its phases",
    "waves": "its waves",
    "layers": "the peaks of its layers",
    "leases": "its leases",
    "undos": "its undos",
}


def replace(path: Path) -> None:
    """Replace the damaged store with what can be read of it, and set the damaged files aside.

    Raises `storeFull`, and leaves everything as it is, if there is no room for the copy.
    """
    import logging  # hooks do not need it

    stamp = str(time.time_ns())
    aside = beside(path, f".damaged-{stamp}")
    try:
        with _copied(path, beside(path, f".copy-{stamp}")) as copy:
            made = _made(copy, beside(path, f".making-{stamp}"), aside.name)
    except (OSError, sqlite3.Error) as fault:
        if (isinstance(fault, sqlite3.Error) and is_full(fault)) or getattr(fault, "errno", None) in NO_ROOM:
            raise _no_room(path, fault) from fault
        raise
    made.rename(beside(path, f".salvaged-{stamp}"))
    _move(path, stamp)
    logging.getLogger(__name__).warning("%s was damaged and is kept as %s", path, aside.name)


def finish(path: Path) -> None:
    """Finish what a process had begun before it died, and remove what it left behind."""
    for ready in sorted(path.parent.glob(f"{path.name}.salvaged-*")):
        if path.exists():
            ready.unlink()  # it died before moving anything: the file will be examined again
        else:
            _move(path, ready.name.rpartition("-")[2])
    for pattern in ("copy", "making"):
        for left in path.parent.glob(f"{path.name}.{pattern}-*"):
            left.unlink()


def put_away_companions(path: Path) -> None:
    """Set aside what is left of a store whose database was deleted: a new one must not start with the old log."""
    _set_aside(path, str(time.time_ns()), COMPANIONS)


def _move(path: Path, stamp: str) -> None:
    # The database first: a missing one is how the next process sees that the rest is not done.
    _set_aside(path, stamp, ("", *COMPANIONS))
    beside(path, f".salvaged-{stamp}").rename(path)


def _set_aside(path: Path, stamp: str, suffixes: tuple[str, ...]) -> None:
    aside = beside(path, f".damaged-{stamp}")
    for suffix in suffixes:
        with suppress(FileNotFoundError):
            beside(path, suffix).rename(beside(aside, suffix))
            make_private(beside(aside, suffix))


@contextmanager
def _copied(path: Path, copy: Path) -> Iterator[Path]:
    """A copy of the database and its log to read from, with a header that SQLite accepts.

    Closing a file gives up all locks that this process has on it, which its other connections still need; so the
    originals are closed at the very end.
    """
    opened = []
    try:
        for suffix in ("", COMPANIONS[0]):
            with suppress(FileNotFoundError):
                opened.append(source := os.open(beside(path, suffix), os.O_RDONLY | getattr(os, "O_CLOEXEC", 0)))
                make_file(beside(copy, suffix))
                with beside(copy, suffix).open("wb") as target:
                    while data := os.read(source, CHUNK):
                        target.write(data)
        header.mend(copy, beside(copy, COMPANIONS[0]))
        yield copy
    finally:
        for suffix in ("", *COMPANIONS):
            beside(copy, suffix).unlink(missing_ok=True)
        for descriptor in opened:
            os.close(descriptor)


def _made(copy: Path, target: Path, kept: str) -> Path:
    """Create a store at `target` with what can be read of the copy."""
    make_file(target)
    with closing(sqlite3.connect(target, isolation_level=None)) as fresh:
        migrate(fresh, 0)
        fresh.execute("BEGIN IMMEDIATE")
        with closing(sqlite3.connect(copy, isolation_level=None)) as damaged:
            damaged.text_factory = lambda data: data.decode("utf-8", "replace")
            found = salvage(damaged, fresh)
        add_loss(fresh, "salvaged", _sentence(found, kept), _figures(found, kept))
        fresh.execute("COMMIT")
        fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return target


def _figures(found: Salvaged, kept: str) -> dict[str, Any]:
    return {
        "kept": kept,
        "salvaged": {name: found.rows[name] for name in ("sessions", "items", "events", "blobs")},
        "incomplete": found.incomplete,
        "sessions": list(found.sessions.values()),
    }


def _sentence(found: Salvaged, kept: str) -> str:
    read = f"{found.rows['sessions']} sessions with {found.rows['items']} items"
    lost = [_lost(session) for session in found.sessions.values()]
    lost += [words for table, words in BESIDES_SESSIONS.items() if table in found.incomplete]
    doubtful = [table for table in NAMED_BY_SESSION if table in found.incomplete]
    if not lost and doubtful:
        lost = [f"rows of {', '.join(doubtful)} may be lost"]
    known = "; ".join(lost) or "nothing is known to be lost"
    return f"the store was damaged: the file is kept as {kept}, and {read} were read from it; {known}"


def _lost(session: dict[str, Any]) -> str:
    said = []
    if "madeAgain" in session:
        said.append("was made again from its items and its log")
    if parts := _parts(session):
        said.append(f"lost {', '.join(parts)}")
    if "itemsFromLog" in session:
        said.append(f"got {session['itemsFromLog']} items back from its log")
    if "retained" in session:
        said.append(f"retains {session['retained']['after']:,} tokens ({session['retained']['before']:,} on record)")
    if "uncertain" in session:
        words = ", ".join(UNCERTAIN[name] for name in session["uncertain"])
        said.append(f"lacks what only lost events said about {words}")
    return f"session {session['sessionId']} {' and '.join(said)}"


def _parts(session: dict[str, Any]) -> list[str]:
    parts = []
    for name in ("items", "events"):
        if name in session:
            parts.append(f"{session[name]} {name}")
    for name, words in COUNTED.items():
        if name in session:
            parts.append(words.format(len(session[name])))
    return parts + [words for name, words in WHOLE.items() if name in session]


def _no_room(path: Path, fault: Exception) -> ProtocolError:
    return ProtocolError(
        "storeFull",
        f"the store {path} is damaged, and there is no room beside it for what can be read of it: {fault}",
        path=str(path),
    )
