"""Durable writes and a long status, beside the same rows in bare sqlite3: the rows of `benchmarks/writes.py`."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks import writes
from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import Scratch

BARE = "sqlite3, WAL, `synchronous=FULL`"
ROWS = (
    Row("add", "`context/add` of 1 kB, durable, one by one", f"{BARE}: an insert", at_most=2.5),
    Row("add-batch", "`context/add` of 100 of 1 kB, which are also counted", f"{BARE}: 100 inserts", at_most=6),
    Row("add-pipelined", "100 `context/add` of 1 kB sent without waiting", f"{BARE}: 100 inserts", at_most=6),
    Row("prune", "prune of 1,000 figures", f"{BARE}: 1,000 updates and their log", at_most=3),
    Row("status", "`budget/status` with 90 phases", "with 1 phase", at_most=3),
)
NAMES = {"add": "one by one", "add-batch": "batch", "add-pipelined": "pipelined", "prune": "prune", "status": "status"}
"""What the rows are called there."""


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Both have a fresh store on the same disk."""
    with writes.peers(scratch.command()) as both:
        while True:
            yield {key: writes.ROWS[name](both) for key, name in NAMES.items()}


PROBE = Probe(ROWS, rounds, quick=5, full=21)
