"""Checks a store in PostgreSQL: whether it can be reached, and whether its server is one that this was tested with."""

from __future__ import annotations

import time
from collections.abc import Iterator

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.doctor.finding import Finding
from ctxbudget_server.store.places import store_at
from ctxbudget_server.store.sqlite import SqliteStore

TESTED: tuple[int, ...] = (15,)
"""Major versions of PostgreSQL with which the tests run."""

NEWS_SECONDS = 3.0
"""How long news of a notification may take before it is missed."""


def findings(url: str) -> Iterator[Finding]:
    """All findings about the store at a URL. Nothing in it is read or changed, and no tables are created."""
    try:
        store = store_at(url, "full")
    except ProtocolError as fault:
        yield Finding("store.database", "error", fault.message)
        return
    if isinstance(store, SqliteStore):
        return
    try:
        facts = store.server_facts()
    except ProtocolError as fault:
        yield Finding("store.database", "error", fault.message)
        return
    where = f"schema {store.address.schema} of {url}"
    data = {"url": url, "schema": store.address.schema, **facts._asdict()}
    made = "" if facts.has_tables else "; it has no tables yet, which the first request creates"
    yield Finding("store.database", "ok", f"{where}, answered in {facts.answer_ms:.1f} ms{made}", None, data)
    if facts.major not in TESTED:
        tested = ", ".join(map(str, TESTED))
        yield Finding("store.version", "notice", f"PostgreSQL {facts.major}; the tests run with {tested}")
    if facts.encoding != "UTF8":
        yield Finding("store.encoding", "error", f"the database has encoding {facts.encoding}; it must be UTF8")
    if facts.fsync != "on":
        yield Finding("store.durability", "warning", "the server has fsync off: a crash may lose acknowledged writes")
    if not store.hears_news(time.monotonic() + NEWS_SECONDS):
        message = (
            "notifications do not arrive, so changes by others are noticed late or never: the URL is probably that of"
            " a pooler, and CTXBUDGET_STORE_DIRECT must name the server itself"
        )
        yield Finding("store.news", "warning", message)
    store.close()
