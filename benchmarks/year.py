"""How much slower hooks and status are beside a year of hooks than on an empty store.

    python benchmarks/year.py [SESSIONS] [ITEMS] [ROUNDS]

A store is filled with 2,000 sessions of 200 items unless told otherwise: one session is worked through, and its rows
are copied under other ids and hashes. Then rounds go to it and to an empty one by turns: `ctxbudget hook PostToolUse`
and `ctxbudget call budget/status` as processes, without a sidecar, and the same work within this process. The middle of
the rounds counts. The ratio of two empty stores in the same run says how much of a ratio is noise. Needs 2 GB of disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from space import lines_of_source, tool_output

from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.schema import SESSION_TABLES
from ctxbudget_server.store.sqlite import Durability

CTXBUDGET = str(Path(sys.executable).with_name("ctxbudget"))
SESSIONS_AT_ONCE = 50
CACHE_KIB = 500_000
ID_CHARACTERS = 32
calls = count(1)


class Store:
    """A store, and requests to it by both ways."""

    def __init__(self, folder: Path, durability: Durability = "fast") -> None:
        folder.mkdir()
        self.path = folder / "store.db"
        self.folder = folder
        options = Options(workspace=str(folder), store=str(self.path), durability=durability)
        self.services = BudgetService(options, actor="year")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One request in this process."""
        return self.services.call(method, params, Cancellation())

    def run(self, *arguments: str, stdin: str = "") -> None:
        """One process."""
        environment = {**os.environ, "CTXBUDGET_STORE": str(self.path), "CTXBUDGET_SOCKET": "off"}
        command = [CTXBUDGET, *arguments]
        subprocess.run(
            command, input=stdin.encode(), stdout=subprocess.DEVNULL, env=environment, cwd=self.folder, check=True
        )


def fill(store: Store, sessions: int, items: int) -> None:
    """A year of hooks: sessions of tool outputs, of which most were pruned."""
    dice, lines = random.Random(17), lines_of_source()
    first = "0" * ID_CHARACTERS
    store.call("session/open", sessionId=first, config={"policy": "aggressive"})
    for at in range(items):
        content = tool_output(dice, lines, dice.randint(1_000, 4_000))
        given = [{"layer": "transient", "kind": "tool-output", "title": f"Bash: {at}", "content": content}]
        store.call("context/add", sessionId=first, items=given, allowEstimate=True, requestKey=f"claude-code:{at:020}")
    store.call("context/prune", sessionId=first, target={"layer": "transient"}, policy="minimal")
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
        for start in range(1, sessions, SESSIONS_AT_ONCE):
            connection.execute("BEGIN")
            for _ in range(start, min(sessions, start + SESSIONS_AT_ONCE)):
                copy_session(connection, first, f"{dice.getrandbits(4 * ID_CHARACTERS):0{ID_CHARACTERS}x}")
            connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def copy_session(connection: sqlite3.Connection, old: str, new: str) -> None:
    """All rows of a session under another id; its contents under other hashes, so that they are kept once more."""
    digest = f"substr(hash, 1, 32) || '{new}'"
    held = "hash IN (SELECT hash FROM blob_holders WHERE session_id = ?)"
    copied = {"blobs": held, "blob_holders": "session_id = ?", "request_keys": "scope = ?", "sessions": "id = ?"}
    for table, condition in {**dict.fromkeys(SESSION_TABLES, "session_id = ?"), **copied}.items():
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        renamed = {"session_id": f"'{new}'", "scope": f"'{new}'", "hash": digest}
        if table == "sessions":
            renamed["id"] = f"'{new}'"
        values = ", ".join(renamed.get(name, f'"{name}"') for name in names)
        connection.execute(f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {condition}", (old,))


def output() -> str:
    """A hook's payload, each time of another tool call."""
    response = {"stdout": "a line of output, and its number\n" * 64, "stderr": ""}
    event = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": response}
    return json.dumps({**event, "session_id": "benchmark", "tool_use_id": f"call-{next(calls)}"})


def add_within(store: Store) -> None:
    """What a hook does, without its process."""
    item = {"layer": "transient", "kind": "tool-output", "content": "a line of output, and its number\n" * 64}
    key = f"within-{next(calls)}"
    store.call("context/add", sessionId="benchmark", items=[item], allowEstimate=True, requestKey=key)


WAYS: dict[str, Callable[[Store], object]] = {
    "hook PostToolUse, a process": lambda store: store.run("hook", "PostToolUse", stdin=output()),
    "call budget/status, a process": lambda store: store.run("call", "budget/status", '{"sessionId": "benchmark"}'),
    "context/add within a process": add_within,
    "budget/status within a process": lambda store: store.call("budget/status", sessionId="benchmark"),
    "session/open and delete within a process": lambda store: (
        store.call("session/open", sessionId="short"),
        store.call("context/add", sessionId="short", items=[{"layer": "phase", "content": f"short {next(calls)}"}]),
        store.call("session/delete", sessionId="short"),
    ),
}


def taken(way: Callable[[Store], object], store: Store) -> float:
    """Milliseconds."""
    start = time.perf_counter()
    way(store)
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Print the table."""
    sessions, items, rounds = (int(given) for given in [*sys.argv[1:], "2000", "200", "40"][:3])
    with tempfile.TemporaryDirectory() as folder:
        stores = {name: Store(Path(folder) / name) for name in ("empty", "empty as well", "full")}
        fill(stores["full"], sessions, items)
        for store in stores.values():
            store.call("session/open", sessionId="benchmark")
            store.call("budget/status", sessionId="benchmark")
        print(f"{sessions:,} sessions of {items:,} items, {stores['full'].path.stat().st_size / 1e6:,.0f} MB")
        print("| what | empty ms | full ms | full / empty | empty / empty |\n| --- | --- | --- | --- | --- |")
        for name, way in WAYS.items():
            times: dict[str, list[float]] = {store: [] for store in stores}
            for _ in range(rounds):
                for store, place in stores.items():
                    times[store].append(taken(way, place))
            empty, again, full = (statistics.median(times[store]) for store in stores)
            print(f"| {name} | {empty:.2f} | {full:.2f} | {full / empty:.2f} | {again / empty:.2f} |")
        for place in stores.values():
            place.services.close()


if __name__ == "__main__":
    main()
