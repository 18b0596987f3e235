"""Creates the tables of a store, or brings them to the version of this program, one process at a time."""

from __future__ import annotations

from typing import Any, Final

import psycopg
from psycopg import sql

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.store.postgres.connection import Connection
from ctxbudget_server.store.postgres.errors import unavailable
from ctxbudget_server.store.postgres.schema import MIGRATIONS, OLDEST_THAT_MAY_GO_ON, VERSION
from ctxbudget_server.store.postgres.transaction import lock_number

_STATE: Final = (
    "SELECT to_regnamespace(%(schema)s) IS NOT NULL, to_regclass(%(schema)s || '.store_version') IS NOT NULL,"
    " pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
)

ENCODING: Final = "UTF8"


def prepare(connection: Connection, schema: str, shown: str) -> None:
    """Make sure that the schema has tables of a version that this program can work with.

    Raises `storeTooNew`, `storeUnavailable`, and psycopg's errors.
    """
    if _version(connection, schema, shown) == VERSION:
        return
    with connection.transaction():
        connection.execute("SET LOCAL TRANSACTION ISOLATION LEVEL READ COMMITTED")
        connection.execute("SELECT pg_advisory_xact_lock(%s::bigint)", [lock_number(schema, "/migration")])
        found = _version(connection, schema, shown)
        if found < VERSION:
            _migrate(connection, schema, found, shown)


def _version(connection: Connection, schema: str, shown: str) -> int:
    """The version of the tables; 0: there are none. Raises `storeTooNew`."""
    there, has_version, encoding = _row(connection.execute(_STATE, {"schema": schema}))
    if encoding != ENCODING:
        message = f"the database of the store has encoding {encoding}; only {ENCODING} holds every text"
        raise unavailable(shown, message, "encoding")
    if not (there and has_version):
        return 0
    table = sql.Identifier(schema, "store_version")
    row = connection.execute(sql.SQL("SELECT version, oldest FROM {}").format(table)).fetchone()
    version, oldest = row or (0, 0)
    if version > VERSION and oldest > VERSION:
        raise ProtocolError(
            "storeTooNew",
            f"the store's tables are of version {version}, and this program knows them up to {VERSION}: upgrade it",
            path=shown,
            found=version,
            supported=VERSION,
        )
    return min(int(version), VERSION)


def _migrate(connection: Connection, schema: str, found: int, shown: str) -> None:
    name = sql.Identifier(schema)
    if not _row(connection.execute("SELECT to_regnamespace(%s) IS NOT NULL", [schema]))[0]:
        try:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(name))
        except psycopg.errors.InsufficientPrivilege as fault:
            message = f"there is no schema {schema!r}, and this role may not create it"
            raise unavailable(shown, message, "no schema") from fault
    connection.execute(sql.SQL("SET LOCAL search_path TO {}").format(name))
    if found == 0:
        connection.execute("CREATE TABLE store_version (version INTEGER NOT NULL, oldest INTEGER NOT NULL)")
        connection.execute("INSERT INTO store_version VALUES (0, 0)")
    for migration in MIGRATIONS[found:]:
        connection.execute(migration)
    connection.execute("UPDATE store_version SET version = %s, oldest = %s", [VERSION, OLDEST_THAT_MAY_GO_ON])


def _row(cursor: psycopg.Cursor[tuple[Any, ...]]) -> tuple[Any, ...]:
    row = cursor.fetchone()
    if row is None:
        raise psycopg.DataError("the server gave no row")
    return row
