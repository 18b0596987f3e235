"""How soon a server answers, and how fast small requests are, beside a minimal server on plain pygls.

    python benchmarks/beside_pygls.py [--rounds 10] [--beside PYTHON]

Each round spawns each server once, so that a busy machine slows all alike. A ratio is that of one round, ours to plain
pygls; the middle of the rounds is shown, and the lowest and highest in brackets. A small request is `tokens/count` of
20 words here, and an echo of two numbers there. `--beside` adds the server of another version, by its Python.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PLAIN = """
from pygls.lsp.server import LanguageServer
server = LanguageServer("plain", "1")
@server.feature("plain/echo")
def echo(params):
    return {"one": params.one, "other": params.other}
server.start_io()
"""
WORDS = "Each of the twenty words in this short text is counted by the vocabulary of the model that reads it."
ASKED = 400
PIPELINED = 1_000
ROWS = (
    "spawn → initialize reply",
    "spawn → first count, to initialize",
    "small request, p50",
    "small request, p99",
    f"{PIPELINED:,} pipelined, times as fast",
)

Json = dict[str, Any]


class Server:
    """A spawned server and the plainest client of it."""

    def __init__(self, command: list[str], small: tuple[str, Json]) -> None:
        self.small = small
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdin is not None and self.process.stdout is not None
        self.stdin, self.stdout = self.process.stdin, self.process.stdout

    def frame(self, number: int | None, method: str, params: Json) -> bytes:
        """A message."""
        message: Json = {"jsonrpc": "2.0", "method": method, "params": params}
        body = json.dumps(message if number is None else {**message, "id": number}).encode()
        return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def send(self, data: bytes) -> None:
        """Write to the server."""
        self.stdin.write(data)
        self.stdin.flush()

    def answer(self) -> Json:
        """The next response; notifications are ignored."""
        while True:
            length = 0
            while (line := self.stdout.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length"):
                    length = int(line.partition(b":")[2])
            message: Json = json.loads(self.stdout.read(length))
            if "id" in message and "method" not in message:
                return message

    def settle(self) -> None:
        """Wait until what is loaded in the background is there: a request of an editor waits for it."""
        where = {"textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}}
        self.send(self.frame(3, "textDocument/hover", where))
        self.answer()
        time.sleep(0.5)

    def ask(self, number: int, method: str, params: Json) -> Json:
        """A request and its result."""
        self.send(self.frame(number, method, params))
        result: Json = self.answer()["result"]
        return result


@contextmanager
def server(python: str | None) -> Iterator[Server]:
    """A server in a workspace of its own: ours with this Python, or the plain one."""
    with tempfile.TemporaryDirectory() as folder:
        place = ["--workspace", folder, "--store", f"{folder}/s.db"]
        small: tuple[str, Json] = ("plain/echo", {"one": 1, "other": 2})
        command = [sys.executable, "-c", PLAIN]
        if python is not None:
            command, small = [python, "-m", "ctxbudget_server", "serve", *place], ("tokens/count", {"texts": [WORDS]})
        spawned = Server(command, small)
        try:
            yield spawned
            spawned.ask(0, "shutdown", {})
            spawned.send(spawned.frame(None, "exit", {}))
        finally:
            spawned.process.stdin.close()  # type: ignore[union-attr]
            spawned.process.wait(10)


def measured(python: str | None) -> list[float]:
    """Seconds: the start, the first small request from the spawn, p50 and p99 of the later ones, many at once."""
    start = time.perf_counter()
    with server(python) as peer:
        peer.ask(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        initialized = time.perf_counter() - start
        peer.send(peer.frame(None, "initialized", {}))
        method, params = peer.small
        peer.ask(2, method, params)
        first = time.perf_counter() - start
        peer.settle()
        times = []
        for number in range(ASKED):
            begun = time.perf_counter()
            peer.ask(number, method, params)
            times.append(time.perf_counter() - begun)
        return [initialized, first, *quantiles(times), pipelined(peer)]


def quantiles(times: list[float]) -> tuple[float, float]:
    """p50 and p99."""
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98]


def pipelined(peer: Server) -> float:
    """Seconds for many requests sent without waiting."""
    method, params = peer.small
    data = b"".join(peer.frame(number, method, params) for number in range(PIPELINED))
    begun = time.perf_counter()
    peer.send(data)
    for _ in range(PIPELINED):
        peer.answer()
    return time.perf_counter() - begun


def ratios(ours: list[float], plain: list[float]) -> list[float]:
    """Ours to plain pygls, in the order of ROWS."""
    return [
        ours[0] / plain[0],
        ours[1] / plain[0],
        ours[2] / plain[2],
        ours[3] / plain[3],
        plain[4] / ours[4],
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--beside", metavar="PYTHON", help="the Python of another version's environment")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are there, as pip leaves them
    pythons = {"ctxbudget": sys.executable} | ({"the other": options.beside} if options.beside else {})
    rounds: dict[str, list[list[float]]] = {name: [] for name in pythons}
    seconds: list[list[float]] = []
    for _ in range(options.rounds):
        plain = measured(None)
        seconds.append(plain)
        for name, python in pythons.items():
            rounds[name].append(ratios(measured(python), plain))
    middle = [statistics.median(figures) for figures in zip(*seconds, strict=True)]
    start, p50, p99 = middle[0] * 1e3, middle[2] * 1e6, middle[3] * 1e6
    print(f"plain pygls: initialize {start:.0f} ms, p50 {p50:.0f} µs, p99 {p99:.0f} µs")
    print(f"| {'ours to plain pygls':36} |", *(f"{name:22} |" for name in pythons))
    print("| --- |", *("--- |" for _ in pythons))
    for at, row in enumerate(ROWS):
        cells = []
        for name in pythons:
            figures = sorted(one[at] for one in rounds[name])
            cells.append(f"{statistics.median(figures):.2f} ({figures[0]:.2f} to {figures[-1]:.2f})")
        print(f"| {row:36} |", *(f"{cell:22} |" for cell in cells))


if __name__ == "__main__":
    main()
