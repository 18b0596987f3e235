"""What durable writes and a long status cost over stdio, as ratios to bare sqlite3 in the same run.

    python benchmarks/writes.py [--rounds 15] [--rows ROW ...] [--server COMMAND]

Each row is taken in turn against its floor: our server through a pipe, and bare sqlite3 (WAL, `synchronous=FULL`,
the rows and nothing else) in this process, both on the same disk. The medians of the rounds are compared, so that a
busy machine slows both alike; the spread is from the lower to the upper quartile of the rounds' own ratios. Every text
is another one, so that each is counted, compressed and kept. The floor of an addition writes each text once, and
neither a log entry nor a hash, which an account must have; that of a prune has a log row for each item. `--server`
measures another version's script.

`memory` compares what is resident once the vocabulary is loaded with a plain pygls server that has loaded the same one
with tiktoken, which reads it from our package, because tiktoken itself would download it.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

CTXBUDGET: Final = str(Path(sys.executable).with_name("ctxbudget"))
WORDS: Final = [f"{a}{b}" for a in ("re", "con", "de", "per", "sub", "ex") for b in ("port", "form", "tend", "sist")]
TEXT_BYTES, BATCH, PRUNED, PHASES = 1000, 100, 1000, 90
PLAIN_SERVER: Final = """
import io, tiktoken
from ctxbudget_server.tokens.encodings import ENCODINGS
from ctxbudget_server.tokens.vocabulary import read_blob
from pygls.lsp.server import LanguageServer
server = LanguageServer("plain", "1")
source = ENCODINGS["o200k_base"]
data = io.BytesIO(read_blob(source.blob, source.sha256))
ranks = dict(zip(map(data.read, data.read(source.size)), range(source.size)))
encoding = tiktoken.Encoding("o200k_base", pat_str=source.pattern, mergeable_ranks=ranks, special_tokens={})
del data
server.feature("count")(lambda params: len(encoding.encode(params.text)))
server.start_io()
"""
Timed = Callable[[], float]
chance = random.Random(1)
names = count()


class Peer:
    """A server behind a pipe, spoken to in frames, with as little of our own work as possible."""

    def __init__(self, command: Sequence[str]) -> None:
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self._send({"method": "initialized", "params": {}})

    def _send(self, *messages: dict[str, Any]) -> None:
        bodies = [json.dumps({"jsonrpc": "2.0", **message}).encode() for message in messages]
        self.write(b"".join(b"Content-Length: %d\r\n\r\n%s" % (len(body), body) for body in bodies))

    def write(self, frames: bytes) -> None:
        """Send frames as they are."""
        assert self.process.stdin
        self.process.stdin.write(frames)
        self.process.stdin.flush()

    def answer(self) -> bytes:
        """The body of the next answer, which is not an error. It is not decoded: that would be our own time."""
        assert self.process.stdout
        while True:
            size = 0
            while (line := self.process.stdout.readline()) != b"\r\n":
                assert line, "the server ended"
                if line.lower().startswith(b"content-length"):
                    size = int(line.split(b":")[1])
            body = self.process.stdout.read(size)
            if b'"method"' not in body[:100]:
                assert b'"error"' not in body[:100], body
                return body

    def request(self, method: str, params: dict[str, Any]) -> bytes:
        """The answer to a request."""
        self._send({"id": next(names), "method": method, "params": params})
        return self.answer()

    def together(self, method: str, every: list[dict[str, Any]]) -> None:
        """Send requests without waiting for answers, then read all of them."""
        self._send(*({"id": next(names), "method": method, "params": params} for params in every))
        for _ in every:
            self.answer()

    def resident(self) -> int:
        """Kilobytes in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def end(self) -> None:
        """Stop the server."""
        self.process.kill()
        self.process.communicate()


def text() -> str:
    """A text of 1 kB that has not been used before."""
    words = f"{next(names)} "
    while len(words) < TEXT_BYTES:
        words += f"{chance.choice(WORDS)} "
    return words[:TEXT_BYTES]


def item() -> dict[str, Any]:
    """An item with such a text."""
    return {"layer": "transient", "content": text()}


def timed(work: Callable[[], object]) -> float:
    """Milliseconds that it takes."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


class Bare:
    """The same rows in bare sqlite3."""

    def __init__(self, path: Path) -> None:
        self._sql = sqlite3.connect(path, isolation_level=None)
        self._sql.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
            "CREATE TABLE items (id INTEGER PRIMARY KEY, layer TEXT, state TEXT, content TEXT);"
            "CREATE TABLE log (id INTEGER PRIMARY KEY, item INTEGER, body TEXT)"
        )

    def add(self, *texts: str) -> None:
        """Rows in one transaction."""
        self._sql.execute("BEGIN IMMEDIATE")
        self._sql.executemany(
            "INSERT INTO items (layer, state, content) VALUES ('transient', 'retained', ?)", [(one,) for one in texts]
        )
        self._sql.execute("COMMIT")

    def prune(self) -> None:
        """Update 1,000 rows, and log each, in one transaction."""
        rows = self._sql.execute("SELECT id FROM items ORDER BY id DESC LIMIT ?", (PRUNED,)).fetchall()
        self._sql.execute("BEGIN IMMEDIATE")
        for (row,) in rows:
            self._sql.execute("UPDATE items SET state = 'pruned' WHERE id = ?", (row,))
            self._sql.execute(
                "INSERT INTO log (item, body) VALUES (?, ?)", (row, '{"was": "retained", "now": "pruned"}')
            )
        self._sql.execute("COMMIT")


class Rows:
    """Each row as a pair of measurements of one round: (ours, its floor)."""

    def __init__(self, ours: Peer, bare: Bare) -> None:
        self._ours, self._bare = ours, bare
        self._sessions = {phases: self._with_phases(phases) for phases in (1, PHASES)}

    def _with_phases(self, phases: int) -> str:
        session = f"phases-{phases}"
        self._ours.request("session/open", {"sessionId": session})
        for number in range(1, phases + 1):
            self._ours.request(
                "context/add", {"sessionId": session, "items": [{"layer": "phase", "phase": number, "tokens": 10}]}
            )
        return session

    def _add(self, *items: dict[str, Any]) -> None:
        self._ours.request("context/add", {"items": list(items)})

    def one_by_one(self) -> tuple[float, float]:
        """20 items, each durable before the next; for one."""
        ours, bare = [item() for _ in range(20)], [text() for _ in range(20)]
        return (
            timed(lambda: [self._add(one) for one in ours]) / 20,
            timed(lambda: [self._bare.add(one) for one in bare]) / 20,
        )

    def batch(self) -> tuple[float, float]:
        """One request with 100 items."""
        ours, bare = [item() for _ in range(BATCH)], [text() for _ in range(BATCH)]
        return timed(lambda: self._add(*ours)), timed(lambda: self._bare.add(*bare))

    def pipelined(self) -> tuple[float, float]:
        """100 requests with an item each, sent without waiting."""
        ours, bare = [{"items": [item()]} for _ in range(BATCH)], [text() for _ in range(BATCH)]
        return timed(lambda: self._ours.together("context/add", ours)), timed(lambda: self._bare.add(*bare))

    def prune(self) -> tuple[float, float]:
        """1,000 items that have only a figure."""
        session = f"prune-{next(names)}"
        self._ours.request("session/open", {"sessionId": session})
        for _ in range(PRUNED // 500):
            items = [{"layer": "transient", "tokens": 100}] * 500
            self._ours.request("context/add", {"sessionId": session, "items": items})
        self._bare.add(*["100"] * PRUNED)
        params = {"sessionId": session, "target": {"layer": "transient"}}
        return timed(lambda: self._ours.request("context/prune", params)), timed(self._bare.prune)

    def status(self) -> tuple[float, float]:
        """With 90 phases, against 1 phase, in turn; the middle of 20."""
        pairs = [(self._status(PHASES), self._status(1)) for _ in range(20)]
        many, one = (statistics.median(figures) for figures in zip(*pairs, strict=True))
        return many, one

    def _status(self, phases: int) -> float:
        return timed(lambda: self._ours.request("budget/status", {"sessionId": self._sessions[phases]}))


ROWS: Final = {
    "one by one": Rows.one_by_one,
    "batch": Rows.batch,
    "pipelined": Rows.pipelined,
    "prune": Rows.prune,
    "status": Rows.status,
}
MEANING: Final = {
    "one by one": "`context/add` of 1 kB, durable, one by one / an insert",
    "batch": "`context/add` of 100 of 1 kB / 100 inserts in one transaction",
    "pipelined": "100 `context/add` of 1 kB sent without waiting / the same",
    "prune": "prune of 1,000 figures / 1,000 updates with their log rows",
    "status": "`budget/status` with 90 phases / with 1",
}


@contextmanager
def peers(command: str) -> Iterator[Rows]:
    """Our server and bare sqlite3, each with a fresh store on the same disk."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Peer([command, "serve", "--store", f"{folder}/store.db", "--workspace", folder])
        try:
            ours.request("tokens/count", {"texts": ["the vocabulary is loaded"]})
            yield Rows(ours, Bare(Path(folder) / "bare.db"))
        finally:
            ours.end()


def memory(command: str) -> str:
    """The row of resident memory."""
    with tempfile.TemporaryDirectory() as folder:
        ours = Peer([command, "serve", "--store", f"{folder}/store.db", "--workspace", folder])
        plain = Peer([sys.executable, "-c", PLAIN_SERVER])
        try:
            for _ in range(20):
                ours.request("context/add", {"items": [item()]})
            plain.request("count", {"text": text()})
            time.sleep(1.5)
            mine, other = ours.resident() / 1024, plain.resident() / 1024
        finally:
            ours.end()
            plain.end()
    what = "resident, vocabulary loaded / plain pygls + tiktoken"
    return f"| {what} | {mine:.0f} MB | {other:.0f} MB | {mine / other:.2f} | |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", nargs="+", choices=[*ROWS, "memory"], default=[*ROWS, "memory"])
    parser.add_argument("--server", metavar="COMMAND", default=CTXBUDGET)
    options = parser.parse_args()
    rows = {name: row for name, row in ROWS.items() if name in options.rows}
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
    print("| what / its floor | ours | floor | ratio | quartiles |\n| --- | --- | --- | --- | --- |")
    with peers(options.server) as both:
        for _ in range(options.rounds):
            for name, row in rows.items():
                rounds[name].append(row(both))
    for name, pairs in rounds.items():
        ours, floor = (statistics.median(figures) for figures in zip(*pairs, strict=True))
        low, _, high = statistics.quantiles([mine / other for mine, other in pairs], n=4)
        print(f"| {MEANING[name]} | {ours:.2f} ms | {floor:.2f} ms | {ours / floor:.2f} | {low:.2f} to {high:.2f} |")
    if "memory" in options.rows:
        print(memory(options.server))


if __name__ == "__main__":
    main()
