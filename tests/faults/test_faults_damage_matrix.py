"""Every page of a store and of its log, spoilt in turn: what is missing afterwards is named, what is there is right.

A loss is silent where a session, an item or an original that was acknowledged is not what it was, and neither a notice
nor the error of the request that asks for it says so.
"""

from __future__ import annotations

import contextlib
import random
import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from support.client import Client
from support.session import serve_command

from ctxbudget_protocol.errors import ProtocolError
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from faults.fault_stores import PAGE, fold_log, store_of

SESSIONS = ("a", "b", "c")
Known = dict[str, tuple[int, int, dict[str, str]]]
"""Of each session: its revision, its retained tokens, and the original of each item by id."""
FLIPS_OF_A_PAGE = 4
TRIES_IN_CI = 24


class Damage:
    """One harm to one page of a copy of the store."""

    def __init__(self, name: str, page: int, kind: str, seed: int) -> None:
        self.name, self.page, self.kind = name, page, kind
        self._chance = random.Random(f"{name} {page} {kind} {seed}")

    def __str__(self) -> str:
        return f"{self.name} page {self.page} {self.kind}"

    def do(self, state: Path) -> None:
        """Spoil the file."""
        path = state / self.name
        at, size = self.page * PAGE, path.stat().st_size
        with path.open("r+b") as file:
            file.seek(at)
            data = bytearray(file.read(PAGE))
            if self.kind == "ones":
                data[:] = b"\xff" * len(data)
            elif self.kind == "zeros":
                data[:] = bytes(len(data))
            elif self.kind == "cut":
                file.truncate(min(at, size))
                return
            else:
                data[self._chance.randrange(len(data))] ^= 1 << self._chance.randrange(8)
            file.seek(at)
            file.write(data)


def ask(backend: BudgetService, method: str, **params: Any) -> dict[str, Any]:
    """One request; one that found the store damaged is made again, as its error says."""
    for _ in range(3):
        try:
            return backend.call(method, params, Cancellation())
        except ProtocolError as error:
            if not error.data()["retryable"]:
                raise
            last = error
    raise last


@pytest.fixture
def origin(tmp_path: Path) -> tuple[Path, Known]:
    """A folder with a store that a killed server left: a database, a log, and what was acknowledged."""
    folder = tmp_path / "origin"
    folder.mkdir()
    chance = random.Random(3)

    def more(client: Client, count: int) -> None:
        for session in SESSIONS:
            for n in range(count):
                text = f"# {session} {n}\n\n" + " ".join(str(chance.random()) for _ in range(chance.randrange(200)))
                item = {"layer": "transient", "phase": n % 3, "content": text}
                client.request("context/add", {"sessionId": session, "items": [item]})
            client.request("context/prune", {"sessionId": session, "target": {"phase": 1}})

    client = Client(serve_command(folder, "--no-socket"), cwd=folder, exit_code=None)
    for session in SESSIONS:
        client.request("session/open", {"sessionId": session})
    more(client, 12)
    client.kill()
    fold_log(store_of(folder))
    client = Client(serve_command(folder, "--no-socket"), cwd=folder, exit_code=None)
    more(client, 6)
    known: Known = {}
    for session in SESSIONS:
        status = client.request("budget/status", {"sessionId": session})
        listed = client.request("context/list", {"sessionId": session, "limit": 1000})["items"]
        originals = {
            item["id"]: client.request("context/get", {"sessionId": session, "itemId": item["id"]})["content"]
            for item in listed
        }
        known[session] = status["revision"], status["retained"], originals
    client.kill()
    return folder, known


def harms(state: Path, long_run: bool) -> Iterator[Damage]:
    """Each page of the database and of the log, each in several ways; in CI some of them."""
    every = [
        Damage(name, page, kind, seed)
        for name in ("store.db", "store.db-wal")
        for page in range(-(-(state / name).stat().st_size // PAGE))
        for kind, times in (("ones", 1), ("zeros", 1), ("cut", 1), ("bit", FLIPS_OF_A_PAGE))
        for seed in range(times)
    ]
    yield from every if long_run else random.Random(7).sample(every, TRIES_IN_CI)


def outcome(folder: Path, known: Known) -> tuple[list[str], str]:
    """(what went silently, what became of the store)."""
    silent: list[str] = []
    backend = BudgetService(Options(workspace=str(folder), store=str(store_of(folder))), actor="test")
    with contextlib.closing(backend):
        errors = 0
        seen: dict[str, Any] = {}
        for session, (revision, retained, originals) in known.items():
            try:
                status = ask(backend, "budget/status", sessionId=session)
                seen[session] = status["revision"], status["retained"]
            except ProtocolError as error:
                errors += 1
                seen[session] = error.name
            for item_id, text in originals.items():
                try:
                    found = ask(backend, "context/get", sessionId=session, itemId=item_id)["content"]
                except ProtocolError as error:
                    errors += 1
                    seen[item_id] = error.name
                else:
                    seen[item_id] = "as it was" if found == text else "another text"
            assert retained >= 0 and revision > 0
        notices = ask(backend, "session/list")["notices"]
        named = {row["sessionId"] for notice in notices for row in notice["detail"].get("sessions", ())}
        for session, (revision, retained, originals) in known.items():
            if seen[session] != (revision, retained) and session not in named:
                silent.append(f"session {session}: {seen[session]} for {(revision, retained)}; {notices}")
            for item_id in originals:
                if seen[item_id] == "another text":
                    silent.append(f"{session} {item_id} has another text")
                elif seen[item_id] in ("unknownItem", "unknownSession", "noContent") and session not in named:
                    silent.append(f"{session} {item_id}: {seen[item_id]}; {notices}")
    kinds = sorted({notice["kind"] for notice in notices}) or ["nothing was lost" if not errors else "errors name it"]
    return silent, " and ".join(kinds)


def test_no_page_is_lost_silently(tmp_path: Path, origin: tuple[Path, Known], long_run: bool) -> None:
    folder, known = origin

    def tried(number: int, damage: Damage) -> tuple[Damage, list[str], str]:
        place = tmp_path / f"try-{number}"
        shutil.copytree(folder, place)
        try:
            damage.do(place / "state")
            return damage, *outcome(place, known)
        finally:
            shutil.rmtree(place)

    tries = list(harms(folder / "state", long_run))
    with ThreadPoolExecutor(2) as pool:
        results = [each.result() for each in [pool.submit(tried, n, damage) for n, damage in enumerate(tries)]]

    print(f"{len(results)} harms: {dict(Counter(became for _, _, became in results))}")
    silent = [f"{damage}: {one}" for damage, losses, _ in results for one in losses]
    assert not silent, "\n".join([f"{len(silent)} silent losses", *silent[:20]])
