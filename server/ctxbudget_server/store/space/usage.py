"""What a store's space is used for."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from ctxbudget_protocol.words import SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionUsage:
    """What one session uses. A blob shared by several sessions is counted for each of them."""

    id: str
    state: SessionState
    updated_at: str
    items: int
    content_bytes: int
    """Content before compression."""
    stored_bytes: int
    """The same content, compressed."""
    log_bytes: int
    """Its events, undos and decisions of fits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUse:
    """One kind of stored thing: how many there are, and the bytes of their values."""

    count: int
    stored_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpaceUsage:
    """What a store's space is used for."""

    used_bytes: int
    free_bytes: int
    """Pages that are in the file but not in use."""
    content_bytes: int
    """All blobs before compression."""
    blobs: SpaceUse
    log: SpaceUse
    request_keys: SpaceUse
    expired_keys: int
    """Request keys past their lifetime."""
    sessions: list[SessionUsage]
    """The one that uses most first."""


_CONTENT = """
    SELECT holders.session_id, sum(blobs.size), sum(length(blobs.data))
    FROM (SELECT DISTINCT hash, session_id FROM blob_holders) AS holders JOIN blobs ON blobs.hash = holders.hash
    GROUP BY holders.session_id
"""

_LOG = """
    SELECT session_id, count(*), sum(length(why) + length(changes) + length(detail) + length(alerts)
        + coalesce(length(body), 0))
    FROM events GROUP BY session_id
"""

_UNDOS = "SELECT session_id, count(*), sum(length(changes)) FROM undos GROUP BY session_id"

_FITS = "SELECT session_id, sum(length(conversation) + length(digest) + length(body)) FROM fits GROUP BY session_id"

_KEYS = "SELECT count(*), coalesce(sum(length(key) + length(result) + coalesce(length(body), 0)), 0) FROM request_keys"


def used_bytes(connection: sqlite3.Connection) -> int:
    """Bytes of the pages in use."""
    return (_figure(connection, "page_count") - _figure(connection, "freelist_count")) * _figure(
        connection, "page_size"
    )


def usage(connection: sqlite3.Connection) -> SpaceUsage:
    """What the store's space is used for; reads the whole store."""
    content = {row[0]: row[1:] for row in connection.execute(_CONTENT)}
    log = {row[0]: row[1:] for row in connection.execute(_LOG)}
    undos = {row[0]: row[1:] for row in connection.execute(_UNDOS)}
    fits = dict(connection.execute(_FITS).fetchall())
    items = dict(connection.execute("SELECT session_id, count(*) FROM items GROUP BY session_id").fetchall())
    sessions = [
        SessionUsage(
            id=session_id,
            state=state,
            updated_at=updated_at,
            items=items.get(session_id, 0),
            content_bytes=content.get(session_id, (0, 0))[0],
            stored_bytes=content.get(session_id, (0, 0))[1],
            log_bytes=log.get(session_id, (0, 0))[1] + undos.get(session_id, (0, 0))[1] + fits.get(session_id, 0),
        )
        for session_id, state, updated_at in connection.execute("SELECT id, state, updated_at FROM sessions")
    ]
    blobs = _row(connection, "SELECT count(*), coalesce(sum(length(data)), 0), coalesce(sum(size), 0) FROM blobs")
    keys = _row(connection, _KEYS)
    (expired,) = _row(connection, "SELECT count(*) FROM request_keys WHERE expires_at <= ?", int(time.time()))
    return SpaceUsage(
        used_bytes=used_bytes(connection),
        free_bytes=_figure(connection, "freelist_count") * _figure(connection, "page_size"),
        content_bytes=blobs[2],
        blobs=SpaceUse(count=blobs[0], stored_bytes=blobs[1]),
        log=SpaceUse(count=sum(one[0] for one in log.values()), stored_bytes=sum(one.log_bytes for one in sessions)),
        request_keys=SpaceUse(count=keys[0], stored_bytes=keys[1]),
        expired_keys=expired,
        sessions=sorted(sessions, key=lambda one: (-one.stored_bytes - one.log_bytes, one.id)),
    )


def _row(connection: sqlite3.Connection, query: str, *values: Any) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query, values).fetchone()
    return row


def _figure(connection: sqlite3.Connection, pragma: str) -> int:
    figure: int = connection.execute(f"PRAGMA {pragma}").fetchone()[0]
    return figure
