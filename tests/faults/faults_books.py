"""Holds a store against what servers have acknowledged: nothing lost, nothing counted twice, nothing half done.

It reads the store as the services do, through a snapshot of its own, also while servers write to it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.content import decode, digest_of
from ctxbudget_server.account.transactions import key_scope
from ctxbudget_server.rules.items import NOTHING, Figures, Item, SumKey, total_of
from ctxbudget_server.store.interface import Reader
from ctxbudget_server.store.records import Event, KeyedResult, Session
from ctxbudget_server.store.sqlite import SqliteStore
from faults.faults_workload import Request

Image = dict[str, Any]


@dataclass
class Books:
    """The store at a path, held against requests."""

    path: Path

    def __post_init__(self) -> None:
        self._store = SqliteStore(self.path)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    def check(self, asked: Callable[[], dict[str, list[Request]]], *, complete: bool) -> None:
        """Fail unless the sessions agree with their requests; `complete`: no request is without an answer.

        With an open request the store may hold its effect or not, but only the whole of it. Others may be writing
        meanwhile: what was answered before the snapshot is in it, and what is in it was asked before it.
        """
        answers = {r.key: (r.result, r.error) for requests in asked().values() for r in requests}
        with self._store.read() as reader:
            for name, requests in asked().items():
                answered = [(r, *answers.get(r.key, (None, None))) for r in requests]
                if complete:
                    assert all(result or error for _, result, error in answered), f"{name}: a request without an answer"
                self._check(reader, name, [(request, result) for request, result, error in answered if not error])

    def check_file(self) -> None:
        """Fail unless SQLite finds the file sound, and every blob has a holder."""
        with closing(sqlite3.connect(self.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            ownerless = "SELECT count(*) FROM blobs WHERE hash NOT IN (SELECT hash FROM blob_holders)"
            assert connection.execute(ownerless).fetchone() == (0,)

    def _check(self, reader: Reader, name: str, asked: list[tuple[Request, Image | None]]) -> None:
        deletion = next(((r, result) for r, result in asked if r.method == "session/delete"), None)
        session = reader.session(name)
        if deletion and (deletion[1] or not session):
            assert session is None, f"{name} was deleted, and is there"
            assert not reader.events(name), f"{name} was deleted; its log is there"
            assert not reader.items(name), f"{name} was deleted; its items are there"
            assert _keyed(reader, deletion[0]), f"{name}: the deletion's own request key is gone"
            return
        known = {r.key: (r, result or _keyed(reader, r)) for r, result in asked}
        done = [(request, result) for request, result in known.values() if result is not None]
        if session is None:
            assert not done, f"{name} is gone; acknowledged: {done[:3]}"
            return
        events = reader.events(name)
        self._check_log(session, events, done)
        items = self._check_accounts(reader, session, events)
        for request, result in done:
            assert _keyed(reader, request) == result, f"{name}: the request key of {request} has another result"
            self._check_leases(reader, request, result)
            self._check_undo(reader, request, result, events)
        self._check_contents(reader, name, items, done)

    def _check_log(self, session: Session, events: list[Event], done: list[tuple[Request, Image]]) -> None:
        """Each done request is one event, and there is no other."""
        assert [event.revision for event in events] == list(range(1, session.revision + 1)), session.id
        by_revision = {result["revision"]: request for request, result in done}
        assert len(by_revision) == len(done), f"{session.id}: two answers with the same revision"
        methods = {revision: request.method for revision, request in by_revision.items()}
        assert {event.revision: event.method for event in events} == methods, f"{session.id}: the log differs"

    def _check_accounts(self, reader: Reader, session: Session, events: list[Event]) -> dict[str, Item]:
        """Items, sums and accounts are the fold of the log; the items by id."""
        images: dict[str, Image] = {}
        peak = 0
        for event in events:
            for change in event.changes:
                before = change["before"] and _plain(change["before"])
                assert before == images.get(change["id"]), f"{session.id} {event.revision}: torn {change}"
                images[change["id"]] = _plain(change["after"])
            peak = max(peak, sum(i["tokens"] for i in images.values() if i["state"] == "retained"))
        items = {item_id: reader.item(session.id, item_id) for item_id in images}
        found = {item_id: item for item_id, item in items.items() if item}
        assert found.keys() == images.keys(), f"{session.id}: items of the log are gone"
        assert {i: _plain(item.image()) for i, item in found.items()} == images
        assert {item.id for item in reader.items(session.id)} <= found.keys(), f"{session.id}: items that no event made"
        sums: dict[SumKey, Figures] = {}
        for item in found.values():
            key = SumKey(item.phase, item.wave, item.layer, item.provenance)
            sums[key] = sums.get(key, NOTHING).plus(item.figures)
        kept = {key: figures for key, figures in reader.sums(session.id).items() if figures != NOTHING}
        assert kept == {key: figures for key, figures in sums.items() if figures != NOTHING}, session.id
        total = total_of(sums.values())
        assert (session.retained, session.processed) == (total.retained, total.processed), session.id
        assert session.peak == peak, session.id
        return found

    def _check_leases(self, reader: Reader, request: Request, result: Image) -> None:
        if request.method not in ("budget/reserve", "budget/settle"):
            return
        lease = reader.lease(request.session, result["leaseId"])
        assert lease is not None, f"a lease is gone: {request}"
        if request.method == "budget/settle":
            assert (lease.state, lease.used) == ("settled", request.params["used"]), f"{request}: {lease}"

    def _check_undo(self, reader: Reader, request: Request, result: Image, events: list[Event]) -> None:
        if not (token := result.get("undo")):
            return
        undo = reader.undo(request.session, token)
        assert undo is not None, f"the undo record is gone: {request}"
        assert undo.revision == result["revision"], f"{request}: {undo.revision}"
        logged = {change["id"]: change for change in events[undo.revision - 1].changes}
        for item_id, before in undo.before.items():
            change = logged[item_id]
            taken_back = None if before is None else _plain({**change["after"], **before})
            assert taken_back == (change["before"] and _plain(change["before"])), f"{request}: not what the log says"

    def _check_contents(
        self, reader: Reader, name: str, items: dict[str, Item], done: list[tuple[Request, Image]]
    ) -> None:
        """Each item has the bytes that were acknowledged for it, and all bytes are those of their hash."""
        texts: dict[str, str] = {}
        for request, result in sorted(done, key=lambda each: each[1]["revision"]):
            if request.method == "context/add":
                for entered, given in zip(result["items"], request.params["items"], strict=True):
                    assert entered["id"] in items, f"an acknowledged item is gone: {request}"
                    if "content" in given:
                        texts[entered["id"]] = given["content"]
            elif request.method == "context/append":
                texts[request.params["itemId"]] += request.params["content"]
        for item_id, item in items.items():
            if item.hash is None:
                continue
            data = reader.content(item)
            assert digest_of(data) == item.hash, f"{name}: {item_id} has other bytes"
            if item_id in texts:
                assert decode(data) == texts[item_id], f"{name}: {item_id} is not what was acknowledged"
        assert all(items[item_id].hash for item_id in texts), f"{name}: an item without its content"


def _keyed(reader: Reader, request: Request) -> Image | None:
    try:
        known: KeyedResult | None = reader.keyed(key_scope(request.method, request.session), request.key)
    except ProtocolError:
        return None
    return None if known is None else known.result


def _plain(image: Image) -> Image:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in image.items()}


def acknowledged(requests: Iterable[Request]) -> int:
    """How many of the requests were answered with a result."""
    return sum(request.result is not None for request in requests)
