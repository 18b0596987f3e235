"""The URL of a store, taken apart: what is for libpq, and what is ours."""

from __future__ import annotations

import os
import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ctxbudget_protocol.errors import ProtocolError

DEFAULT_SCHEMA: Final = "ctxbudget"

DIRECT_VARIABLE: Final = "CTXBUDGET_STORE_DIRECT"
"""The URL under which the server itself can be reached, if the store's URL is that of a pooler."""

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECRETS: Final = frozenset({"password", "sslpassword"})


class Address(NamedTuple):
    """Where a store is. Neither part has a password: that comes from where libpq looks for it."""

    server: str
    """The URL for libpq."""
    schema: str
    """The schema in which the tables are: that of the tenant."""
    direct: str
    """The URL for the connection that listens, which must not go through a pooler."""
    shown: str
    """The URL as the user wrote it."""


def address_of(url: str) -> Address:
    """The parts of a store's URL. Raises `storeUnavailable` for one that has a password in it or a wrong schema."""
    server, schema = _taken_apart(url)
    other = os.environ.get(DIRECT_VARIABLE)
    return Address(server, schema, _taken_apart(other)[0] if other else server, url)


def _taken_apart(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        given = parse_qsl(parts.query, keep_blank_values=True)
        has_password = parts.password is not None or any(name.lower() in _SECRETS for name, _ in given)
    except ValueError as fault:
        raise _refused("the URL of the store cannot be read", "not a URL") from fault
    if has_password:
        raise _refused(
            "the URL of the store contains a password, which lists of processes would show: leave it out, and put it"
            " into PGPASSWORD, ~/.pgpass or a service file",
            "password in URL",
        )
    schemas = [value for name, value in given if name == "schema"]
    schema = schemas[-1] if schemas else DEFAULT_SCHEMA
    if not _SCHEMA.fullmatch(schema) or schema.startswith("pg_"):
        raise _refused(
            "the schema in the URL of the store must be lower-case letters, digits and `_`, not begin with a digit or"
            " `pg_`, and have at most 63 characters",
            "wrong schema",
        )
    rest = [(name, value) for name, value in given if name != "schema"]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(rest), "")), schema


def _refused(message: str, reason: str) -> ProtocolError:
    return ProtocolError("storeUnavailable", message, path="postgresql:", reason=reason)
