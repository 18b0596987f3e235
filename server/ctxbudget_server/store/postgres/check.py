"""Checks what a store in PostgreSQL holds: its figures, its logs and its content. Reads all of it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ctxbudget_server.store.damage.check import MAX_NAMED, StoreFinding
from ctxbudget_server.store.encoding.content import unpacked
from ctxbudget_server.store.postgres.transaction import PostgresReader

if TYPE_CHECKING:
    from ctxbudget_server.store.postgres.statements import Statements

_ACCOUNTS: Final = """
    SELECT id, retained, processed,
        (SELECT coalesce(sum(tokens), 0)::bigint FROM items WHERE session_id = sessions.id AND state = 'retained'),
        (SELECT coalesce(sum(tokens), 0)::bigint FROM items WHERE session_id = sessions.id AND brought_in),
        (SELECT coalesce(sum(retained), 0)::bigint FROM sums WHERE session_id = sessions.id),
        (SELECT coalesce(sum(processed), 0)::bigint FROM sums WHERE session_id = sessions.id)
    FROM sessions
"""


def findings(sql: Statements) -> list[StoreFinding]:
    """What is wrong; nothing of it can be repaired from here."""
    return [*_accounts(sql), *_logs(sql), *_originals(sql)]


def _accounts(sql: Statements) -> Iterator[StoreFinding]:
    for session_id, retained, processed, *others in sql.rows(_ACCOUNTS):
        if others != [retained, processed] * 2:
            message = f"session {session_id} has {retained} tokens retained on record; its items add up to {others[0]}"
            yield StoreFinding("account", message, False)


def _logs(sql: Statements) -> Iterator[StoreFinding]:
    reader = PostgresReader(sql)
    for session in reader.sessions():
        last = 0
        try:
            for entry in reader.log(session).entries(0, session.revision):
                follows, last = entry.revision == last + 1, entry.revision
                if entry.hash is not None and follows and sha256(entry.line).digest() != entry.hash:
                    raise ValueError(entry.revision)
        except ValueError:
            yield StoreFinding("log", f"entry {max(last, 1)} of the log of session {session.id} was changed", False)


def _originals(sql: Statements) -> Iterator[StoreFinding]:
    named, after = 0, ("", "")
    while rows := sql.send(
        "SELECT hash, session_id, data FROM blobs WHERE (hash, session_id) > (%s, %s) ORDER BY hash, session_id"
        " LIMIT 64",
        *after,
    ).rows():
        after = rows[-1][:2]
        for digest, session_id, data in rows:
            if unpacked(digest, data) is None:
                yield StoreFinding("original", f"content {digest} of session {session_id} is damaged", False)
                named += 1
                if named == MAX_NAMED:
                    return
