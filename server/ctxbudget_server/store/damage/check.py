"""Checks the whole store: its file, its figures and its originals. Takes as long as reading all of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from ctxbudget_server.store.encoding.content import unpacked
from ctxbudget_server.store.file import header
from ctxbudget_server.store.file.paths import identity
from ctxbudget_server.store.file.readonly import open_readonly
from ctxbudget_server.store.transaction import SqliteReader

MAX_NAMED = 20
"""Maximum number of findings of one kind that are listed."""


class StoreFinding(NamedTuple):
    """One thing that is wrong: its kind (`file`, `account`, `log` or `original`), a message, and whether `repair` fixes
    it."""

    kind: str
    message: str
    mendable: bool


def check_store(path: Path) -> list[StoreFinding]:
    """What is wrong with the store at the path; empty if there is no store yet. Changes nothing.

    Raises OSError if the file cannot be read at all.
    """
    if identity(path) is None:
        return []
    if header.is_wrong(path):
        return [StoreFinding("file", f"the header of {path} is damaged", True)]
    try:
        with closing(open_readonly(path)) as connection:
            return findings_in(connection)
    except sqlite3.Error as fault:
        return [StoreFinding("file", f"{path} cannot be read: {fault}", True)]


def findings_in(connection: sqlite3.Connection) -> list[StoreFinding]:
    """What is wrong with an open store database. Raises `sqlite3.Error` if it cannot be read at all."""
    return list(_findings(connection))


def _findings(connection: sqlite3.Connection) -> Iterator[StoreFinding]:
    for (said,) in connection.execute(f"PRAGMA integrity_check({MAX_NAMED})").fetchall():
        if said != "ok":
            yield StoreFinding("file", str(said), True)
    yield from _accounts(connection)
    yield from _logs(connection)
    yield from _originals(connection)


def _accounts(connection: sqlite3.Connection) -> Iterator[StoreFinding]:
    """Sessions whose figures do not equal the sums of their items."""
    rows = connection.execute(
        "SELECT id, retained, processed,"
        " (SELECT coalesce(sum(tokens), 0) FROM items WHERE session_id = sessions.id AND state = 'retained'),"
        " (SELECT coalesce(sum(tokens), 0) FROM items WHERE session_id = sessions.id AND brought_in = 1),"
        " (SELECT coalesce(sum(retained), 0) FROM sums WHERE session_id = sessions.id),"
        " (SELECT coalesce(sum(processed), 0) FROM sums WHERE session_id = sessions.id) FROM sessions"
    )
    for session_id, retained, processed, *others in rows:
        if others != [retained, processed] * 2:
            message = f"session {session_id} has {retained} tokens retained on record; its items add up to {others[0]}"
            yield StoreFinding("account", message, True)


def _logs(connection: sqlite3.Connection) -> Iterator[StoreFinding]:
    """Entries of logs that do not have their hashes. What precedes a lost entry is not held against the next one."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'logged_figures'").fetchone() is None:
        return  # an older version wrote it, which kept no hashes
    reader = SqliteReader(connection)
    for session in reader.sessions():
        wrong, last = list[int](), 0
        try:
            for entry in reader.log(session).entries(0, session.revision):
                follows, last = entry.revision == last + 1, entry.revision
                if entry.hash is not None and follows and sha256(entry.line).digest() != entry.hash:
                    wrong.append(entry.revision)
        except ValueError:
            wrong.append(last + 1)
        if wrong:
            yield StoreFinding("log", f"entry {wrong[0]} of the log of session {session.id} was changed", False)


def _originals(connection: sqlite3.Connection) -> Iterator[StoreFinding]:
    """Content that does not match its hash; it cannot be recovered."""
    named = 0
    for digest, data in connection.execute("SELECT hash, data FROM blobs"):
        if unpacked(digest, data) is None:
            named += 1
            holders = connection.execute("SELECT session_id, item_id FROM blob_holders WHERE hash = ?", (digest,))
            items = ", ".join(f"{item} of session {session}" for session, item in holders.fetchall())
            yield StoreFinding("original", f"the content of {items or digest} is damaged", False)
            if named == MAX_NAMED:
                return
