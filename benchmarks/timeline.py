"""A page of the timeline of a long session, against what its rows cost in bare SQLite and JSON.

    python benchmarks/timeline.py [--changes 100000] [--rounds 40]

A store of one session with that many changes is written first, in this process. Then pages of 1,000 entries are asked
for over stdio, at the beginning, in the middle and at the end, single changes and groups; in turn with each, the same
rows are read by a bare SELECT and written as JSON. The middle of the rounds counts, with the 95th percentile.
`budget/status` of the same session stands below them.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ctxbudget_client import Client
from ctxbudget_server.account.cancellation import Cancellation
from ctxbudget_server.service.service import BudgetService, Options
from ctxbudget_server.store.records import Event, LoggedFigures

BARE = """
    SELECT revision, at, actor, method, why, phase, wave, agent, retained, processed, peak, leased, level
    FROM events JOIN logged_figures USING (session_id, revision)
    WHERE session_id = 'default' AND revision > ? ORDER BY revision LIMIT 1000
"""


def write(store: str, workspace: str, changes: int) -> None:
    """A session with this many changes."""
    service = BudgetService(Options(workspace=workspace, store=store), actor="benchmark")
    service.call("context/add", {"items": [{"layer": "transient", "tokens": 1}]}, Cancellation())
    with service.store.write(lambda: None) as writer:
        session = writer.session("default")
        assert session is not None
        for revision in range(2, changes + 1):
            figures = LoggedFigures(1, None, "agent", revision, 2 * revision, revision, 0, "ok")
            event = Event(
                session_id="default",
                revision=revision,
                at="2026-01-31T12:00:00.000Z",
                actor="benchmark",
                method="context/add",
                why="context/add",
                detail={"note": "x" * 200},
            )
            writer.add_event(session, event, figures)
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE sessions SET revision = ?", (changes,))
    service.close()


def read_bare(connection: sqlite3.Connection, since: int) -> str:
    """The rows of a page as JSON."""
    return json.dumps(connection.execute(BARE, (since,)).fetchall())


def timed(act: Callable[[], object]) -> float:
    """Milliseconds that it takes."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = str(Path(folder, "store.db"))
        write(store, folder, given.changes)
        command = [sys.executable, "-m", "ctxbudget_server", "serve", "--store", store]
        with Client.spawn(command, cwd=folder) as client, sqlite3.connect(store) as connection:
            pages = {
                "first page": (0, 1),
                "a page in the middle": (given.changes // 2, 1),
                "last page": (given.changes - 1_000, 1),
                "every 100, the whole session": (0, 100),
            }
            print(f"{'':30}{'ms':>8}{'95 %':>8}{'bare':>8}{'ratio':>8}")
            for name, (since, every) in pages.items():
                ours, bare = list[float](), list[float]()
                ask = partial(client.request, "budget/timeline", {"since": since, "every": every})
                select = partial(read_bare, connection, since)
                for _ in range(given.rounds):
                    ours.append(timed(ask))
                    bare.append(timed(select))
                middle, floor = statistics.median(ours), statistics.median(bare)
                high = statistics.quantiles(ours, n=20)[-1]
                print(f"{name:30}{middle:8.1f}{high:8.1f}{floor:8.1f}{middle / floor:8.1f}")
            status = [timed(lambda: client.request("budget/status", {})) for _ in range(given.rounds)]
            print(f"{'budget/status':30}{statistics.median(status):8.1f}{statistics.quantiles(status, n=20)[-1]:8.1f}")


if __name__ == "__main__":
    main()
