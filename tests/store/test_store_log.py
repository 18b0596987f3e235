"""The log: figures after each change, in groups and pages, and entries chained by their hashes."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.receipts import session_line
from ctxbudget_server.store.records import LogEntry, LogHead, TimelineRow

CHANGES = 23


def opened(folder: Path) -> BudgetService:
    """A service whose default session has had some changes."""
    service = BudgetService(Options(workspace=str(folder), store=str(folder / "store.db")), actor="test")
    for number in range(CHANGES):
        if number % 5 == 4:
            call(service, "context/prune", target={"workflow": True}, policy="aggressive")
        else:
            call(service, "context/add", items=[{"layer": "transient", "tokens": 10 * number, "title": "ü 🜚"}])
    return service


def call(service: BudgetService, method: str, **params: Any) -> dict[str, Any]:
    """One request."""
    return service.call(method, params, Cancellation())


def rows(service: BudgetService, since: int, every: int, limit: int) -> list[TimelineRow]:
    """A page of the timeline."""
    with service.store.read() as reader:
        session = reader.session("default")
        assert session is not None
        return reader.log(session).timeline(since, every, limit)


def chain(service: BudgetService, page: int) -> tuple[bytes, list[LogEntry], LogHead | None]:
    """(the session's line, its entries as read in pages, the head)."""
    with service.store.read() as reader:
        session = reader.session("default")
        assert session is not None
        log, entries = reader.log(session), list[LogEntry]()
        while found := [*log.entries(entries[-1].revision if entries else 0, page)]:
            entries += found
        return session_line(session), entries, log.head()


def test_each_entry_names_the_hash_of_the_one_before(tmp_path: Path) -> None:
    service = opened(tmp_path)
    line, entries, head = chain(service, 1000)
    assert len(entries) == CHANGES
    assert head == LogHead(CHANGES, entries[-1].hash or b"")
    assert all(sha256(entry.line).digest() == entry.hash for entry in entries)
    told = [json.loads(entry.line) for entry in entries]
    assert told[0]["previous"] == sha256(line).hexdigest()
    assert all(later["previous"] == (earlier.hash or b"").hex() for earlier, later in pairwise_of(entries, told))
    assert [entry["revision"] for entry in told] == [*range(1, CHANGES + 1)]
    assert chain(service, 4) == (line, entries, head), "pages join without a seam"
    service.close()


def pairwise_of(entries: list[LogEntry], told: list[dict[str, Any]]) -> list[tuple[LogEntry, dict[str, Any]]]:
    """Each entry with what the next one says."""
    return [(earlier, later) for (earlier, _), (_, later) in pairwise(zip(entries, told, strict=True))]


def test_entries_are_read_with_the_bytes_that_were_hashed_after_a_restart(tmp_path: Path) -> None:
    service = opened(tmp_path)
    before = chain(service, 1000)
    service.close()
    again = BudgetService(Options(workspace=str(tmp_path), store=str(tmp_path / "store.db")), actor="test")
    assert chain(again, 1000) == before
    again.close()


@settings(max_examples=60, deadline=None)
@given(every=st.integers(1, 40), limit=st.integers(1, 9))
def test_groups_join_to_the_whole_timeline_whatever_the_page(tmp_path_factory: Any, every: int, limit: int) -> None:
    service = _shared(tmp_path_factory)
    whole = rows(service, 0, 1, 1000)
    pages: list[TimelineRow] = []
    while page := rows(service, pages[-1].revision if pages else 0, every, limit):
        assert len(page) <= limit
        pages += page
    assert sum(row.changes for row in pages) == CHANGES
    start = 0
    for row in pages:
        group = whole[start : start + row.changes]
        start += row.changes
        assert (row.revision, row.figures) == (group[-1].revision, group[-1].figures)
        assert row.highest == max(one.figures.retained for one in group)
        assert row.revision % every == 0 or row is pages[-1]


@pytest.mark.parametrize("lost", [(6, 17), (1, 9), (12, 23), (4, 4)])
def test_groups_join_where_entries_are_lost(tmp_path: Path, lost: tuple[int, int]) -> None:
    service = opened(tmp_path)
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        for table in ("events", "logged_figures"):
            connection.execute(f"DELETE FROM {table} WHERE revision BETWEEN ? AND ?", lost)
        connection.commit()
    whole = rows(service, 0, 1, 1000)
    assert len(whole) == CHANGES - (lost[1] - lost[0] + 1)
    for every in (1, 2, 3, 5, 7):
        for limit in (1, 2, 3):
            pages: list[TimelineRow] = []
            while page := rows(service, pages[-1].revision if pages else 0, every, limit):
                pages += page
            assert sum(row.changes for row in pages) == len(whole)
            assert {row.revision for row in pages} <= {row.revision for row in whole}
    service.close()


_SERVICES: list[BudgetService] = []


def _shared(factory: Any) -> BudgetService:
    if not _SERVICES:
        _SERVICES.append(opened(factory.mktemp("log")))
    return _SERVICES[0]
