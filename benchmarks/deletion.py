"""How long deleting a session of one item takes beside other sessions, and what its deletion gives back.

    python benchmarks/deletion.py

Beside 0, 100 and 473 sessions of 20 outputs of 20 kB each; the middle of the rounds counts, with full durability.
"""

from __future__ import annotations

import contextlib
import random
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from year import ID_CHARACTERS, Store, copy_session

OTHERS = (0, 100, 473)
OUTPUTS = 20
OUTPUT_BYTES = 20_000
ROUNDS = 9


def add(store: Store, session: str, *contents: str) -> None:
    """A session with these contents."""
    store.call("session/open", sessionId=session)
    items = [{"layer": "transient", "content": content} for content in contents]
    store.call("context/add", sessionId=session, items=items, allowEstimate=True)


def copies(store: Store, first: str, number: int, dice: random.Random) -> None:
    """More sessions like the first one."""
    with contextlib.closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for _ in range(number):
            copy_session(connection, first, f"{dice.getrandbits(4 * ID_CHARACTERS):0{ID_CHARACTERS}x}")
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def deletion(store: Store, round_: int) -> float:
    """Milliseconds that `session/delete` takes."""
    add(store, "short", f"one item of round {round_}")
    start = time.perf_counter()
    store.call("session/delete", sessionId="short")
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Print the tables."""
    dice = random.Random(23)
    first = "0" * ID_CHARACTERS
    print("| other sessions | MB | ms |\n| --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "store", durability="full")
        store.call("session/open")
        there = 0
        for wanted in OTHERS:
            if wanted and not there:
                add(store, first, *(dice.randbytes(OUTPUT_BYTES // 2).hex() for _ in range(OUTPUTS)))
                there = 1
            copies(store, first, wanted - there, dice)
            there = wanted
            times = [deletion(store, round_) for round_ in range(ROUNDS)]
            print(f"| {wanted} | {store.path.stat().st_size / 1e6:.1f} | {statistics.median(times):.1f} |")
        full = store.path.stat().st_size
        for session in store.call("session/list")["sessions"]:
            store.call("session/delete", sessionId=session["sessionId"])
        print(f"all deleted: {full / 1e6:.1f} MB before, {store.path.stat().st_size / 1e6:.2f} MB after")
        store.services.close()


if __name__ == "__main__":
    main()
