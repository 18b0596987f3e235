"""What is resident once the vocabulary is loaded, beside plain pygls with tiktoken."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator

from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import Scratch
from benchmarks.writes import PLAIN_SERVER, Peer, item, text

ROWS = (Row("memory", "resident, vocabulary loaded", "plain pygls + tiktoken", "MB", at_most=0.9),)


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each round starts both. The peer reads our copy of the vocabulary, which takes the least memory."""
    while True:
        with tempfile.TemporaryDirectory() as folder:
            ours = Peer([scratch.command(), "serve", "--workspace", folder, "--store", f"{folder}/store.db"])
            plain = Peer([str(scratch.python("ours")), "-c", PLAIN_SERVER])
            try:
                for _ in range(20):
                    ours.request("context/add", {"items": [item()]})
                plain.request("count", {"text": text()})
                time.sleep(1.5)
                yield {"memory": (ours.resident() / 1024, plain.resident() / 1024)}
            finally:
                ours.end()
                plain.end()


PROBE = Probe(ROWS, rounds, quick=1, full=3)
