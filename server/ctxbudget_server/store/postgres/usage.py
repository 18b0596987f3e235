"""What the store's space is used for in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ctxbudget_server.store.postgres.schema import ALL_TABLES

if TYPE_CHECKING:
    from ctxbudget_server.store.postgres.statements import Statements
    from ctxbudget_server.store.space.usage import SpaceUsage

_TABLES: Final = "SELECT sum(pg_total_relation_size(name::regclass))::bigint FROM unnest(%s::text[]) AS name"
_SESSIONS: Final = """
    SELECT id, state, updated_at,
        (SELECT count(*) FROM items WHERE session_id = sessions.id),
        (SELECT coalesce(sum(size), 0)::bigint FROM blobs WHERE session_id = sessions.id),
        (SELECT coalesce(sum(length(data)), 0)::bigint FROM blobs WHERE session_id = sessions.id),
        (SELECT coalesce(sum(octet_length(why) + octet_length(alerts) + length(body)), 0)::bigint
            FROM log WHERE session_id = sessions.id)
        + (SELECT coalesce(sum(octet_length(changes)), 0)::bigint FROM undos WHERE session_id = sessions.id)
        + (SELECT coalesce(sum(octet_length(conversation) + length(digest) + length(body)), 0)::bigint
            FROM fits WHERE session_id = sessions.id)
    FROM sessions
"""
_BLOBS: Final = "SELECT count(*), coalesce(sum(length(data)), 0)::bigint, coalesce(sum(size), 0)::bigint FROM blobs"
_KEYS: Final = """
    SELECT count(*), coalesce(sum(octet_length(key) + length(body)), 0)::bigint,
        count(*) FILTER (WHERE expires_at <= extract(epoch FROM clock_timestamp())) FROM request_keys
"""


_VALUES: Final = """
    SELECT (SELECT coalesce(sum(length(data)), 0) FROM blobs)
        + (SELECT coalesce(sum(octet_length(why) + octet_length(alerts) + length(body)), 0) FROM log)
        + (SELECT coalesce(sum(octet_length(changes)), 0) FROM undos)
        + (SELECT coalesce(sum(length(body)), 0) FROM fits)
        + (SELECT coalesce(sum(length(body)), 0) FROM request_keys)
"""


def used_bytes(sql: Statements) -> int:
    """Bytes of all content, the log and the request keys: what a deletion reduces at once. The tables follow later."""
    return int(sql.value(_VALUES))


def usage(sql: Statements) -> SpaceUsage:
    """What the store's space is used for; reads the whole store."""
    from ctxbudget_server.store.space.usage import SessionUsage, SpaceUsage, SpaceUse

    sessions = [
        SessionUsage(
            id=row[0],
            state=row[1],
            updated_at=row[2],
            items=row[3],
            content_bytes=row[4],
            stored_bytes=row[5],
            log_bytes=row[6],
        )
        for row in sql.rows(_SESSIONS)
    ]
    ((blobs, stored, content),) = sql.send(_BLOBS).rows()
    ((keys, of_keys, expired),) = sql.send(_KEYS).rows()
    entries = int(sql.value("SELECT count(*) FROM log"))
    return SpaceUsage(
        used_bytes=int(sql.value(_TABLES, [*ALL_TABLES])),
        free_bytes=0,
        content_bytes=content,
        blobs=SpaceUse(count=blobs, stored_bytes=stored),
        log=SpaceUse(count=entries, stored_bytes=sum(one.log_bytes for one in sessions)),
        request_keys=SpaceUse(count=keys, stored_bytes=of_keys),
        expired_keys=expired,
        sessions=sorted(sessions, key=lambda one: (-one.stored_bytes - one.log_bytes, one.id)),
    )
