"""Starts and small requests, beside minimal servers on plain pygls, node's vscode-jsonrpc and the MCP SDK.

In each round every server is spawned once, then all live side by side. A small request is `tokens/count` of 20 words
here, an echo of two numbers on pygls and node, and a tool that counts the same words with tiktoken on MCP.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from benchmarks.beside_pygls import PIPELINED, PLAIN, WORDS
from benchmarks.suite.rounds import Pair, Probe, Row
from benchmarks.suite.scratch import Scratch, UnavailableError
from benchmarks.writes import Peer

PEERS = Path(__file__).parents[1] / "peers"
ASKED, BLOCK = 400, 50
"""Small requests of each server in a round, and how many of them are sent before the next server has its turn."""

MANY = f"{PIPELINED:,} pipelined, times as fast"
ROWS = (
    Row("start", "spawn → reply to `initialize`", "plain pygls", at_most=0.5, needs="pygls"),
    Row("start-node", "spawn → reply to `initialize`", "vscode-jsonrpc", needs="node"),
    Row("start-mcp", "spawn → reply to `initialize`", "MCP SDK", needs="mcp"),
    Row("first-count", "spawn → first exact count", "plain pygls, its `initialize`", at_most=1.1, needs="pygls"),
    Row("small-p50", "small request, p50", "plain pygls, an echo", at_most=0.4, needs="pygls"),
    Row("small-p99", "small request, p99", "plain pygls, an echo", at_most=0.7, needs="pygls"),
    Row("small-node-p50", "small request, p50", "vscode-jsonrpc, an echo", needs="node"),
    Row("small-node-p99", "small request, p99", "vscode-jsonrpc, an echo", needs="node"),
    Row(
        "pipelined",
        MANY,
        "plain pygls",
        at_least=8,
        times_as_fast=True,
        needs="pygls",
    ),
    Row("pipelined-node", MANY, "vscode-jsonrpc", times_as_fast=True, needs="node"),
    Row("tool-p50", "a text counted, p50", "MCP SDK, a tool", at_most=0.2, needs="mcp"),
    Row("tool-p99", "a text counted, p99", "MCP SDK, a tool", needs="mcp"),
)


class Server(Protocol):
    """A spawned server that has answered `initialize`."""

    def small(self) -> None:
        """A small request and its answer."""

    def settle(self) -> None:
        """Wait until what is loaded in the background is there."""

    def many(self) -> None:
        """PIPELINED small requests sent without waiting, and all answers."""

    def end(self) -> None:
        """Stop it."""


class Framed:
    """One that speaks LSP's base protocol."""

    def __init__(self, command: list[str], method: str, params: dict[str, Any]) -> None:
        self._peer = Peer(command)
        self._method, self._params = method, params
        self.end = self._peer.end

    def small(self) -> None:
        """A small request and its answer."""
        self._peer.request(self._method, self._params)

    def settle(self) -> None:
        """Ours answers an editor's request only when all is loaded."""
        if self._method == "tokens/count":
            where = {"textDocument": {"uri": "file:///none"}, "position": {"line": 0, "character": 0}}
            self._peer.request("textDocument/hover", where)

    def many(self) -> None:
        """All at once."""
        self._peer.together(self._method, [self._params] * PIPELINED)


class Lines:
    """One that speaks MCP: a message per line."""

    def __init__(self, command: list[str]) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)
        client = {"name": "benchmark", "version": "1"}
        self._ask("initialize", {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client})
        self._send({"method": "notifications/initialized"})

    def _send(self, *messages: dict[str, Any]) -> None:
        assert self._process.stdin
        lines = (json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\n" for message in messages)
        self._process.stdin.write(b"".join(lines))
        self._process.stdin.flush()

    def _answer(self) -> bytes:
        assert self._process.stdout
        while line := self._process.stdout.readline():
            if b'"method"' not in line:
                assert b'"isError":true' not in line and b'"error"' not in line[:100], line
                return line
        raise RuntimeError("the MCP server ended")

    def _ask(self, method: str, params: dict[str, Any]) -> None:
        self._send({"id": 1, "method": method, "params": params})
        self._answer()

    def small(self) -> None:
        """A call of the tool."""
        self._ask("tools/call", {"name": "count", "arguments": {"text": WORDS}})

    def settle(self) -> None:
        """It loads nothing later."""

    def many(self) -> None:
        """All at once."""
        call = {"method": "tools/call", "params": {"name": "count", "arguments": {"text": WORDS}}}
        self._send(*({"id": number, **call} for number in range(PIPELINED)))
        for _ in range(PIPELINED):
            self._answer()

    def end(self) -> None:
        """Stop it."""
        self._process.kill()
        self._process.communicate()


@contextmanager
def variables(**values: str) -> Iterator[None]:
    """With these environment variables for processes that are started."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def spawners(scratch: Scratch, folder: str) -> dict[str, Callable[[], Server]]:
    """How each server that can be had is spawned; ours first."""
    serve = [scratch.command(), "serve", "--workspace", folder, "--store", f"{folder}/store.db"]
    echo = ("plain/echo", {"one": 1, "other": 2})
    found: dict[str, Callable[[], Server]] = {"ours": lambda: Framed(serve, "tokens/count", {"texts": [WORDS]})}

    def plain() -> Callable[[], Server]:
        python = str(scratch.python("pygls"))
        return lambda: Framed([python, "-c", PLAIN], *echo)

    def node() -> Callable[[], Server]:
        command, needed = scratch.node

        def spawn() -> Server:
            with variables(**needed):
                return Framed([command, str(PEERS / "echo.js")], *echo)

        return spawn

    def tool() -> Callable[[], Server]:
        python, vocabularies = str(scratch.python("mcp")), str(scratch.vocabularies)

        def spawn() -> Server:
            with variables(TIKTOKEN_CACHE_DIR=vocabularies):
                return Lines([python, str(PEERS / "mcp_count.py")])

        return spawn

    for name, prepare in (("pygls", plain), ("node", node), ("mcp", tool)):
        with suppress(UnavailableError):  # its rows say so
            found[name] = prepare()
    return found


def elapsed(work: Callable[[], object]) -> float:
    """Milliseconds of wall time."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def one_round(spawn: dict[str, Callable[[], Server]]) -> dict[str, dict[str, float]]:
    """Milliseconds by figure and server."""
    found: dict[str, dict[str, float]] = {"start": {}, "first": {}, "p50": {}, "p99": {}, "many": {}}
    servers: dict[str, Server] = {}
    with ExitStack() as open_servers:
        for name, start in spawn.items():
            begun = time.perf_counter()
            servers[name] = start()
            found["start"][name] = (time.perf_counter() - begun) * 1e3
            open_servers.callback(servers[name].end)
            servers[name].small()
            found["first"][name] = (time.perf_counter() - begun) * 1e3
        for server in servers.values():
            server.settle()
        time.sleep(0.5)
        times: dict[str, list[float]] = {name: [] for name in servers}
        for _ in range(ASKED // BLOCK):
            for name, server in servers.items():
                times[name] += [elapsed(server.small) for _ in range(BLOCK)]
        for name, server in servers.items():
            cuts = statistics.quantiles(times[name], n=100, method="inclusive")
            found["p50"][name], found["p99"][name] = cuts[49], cuts[98]
            found["many"][name] = elapsed(server.many)
    return found


def rounds(scratch: Scratch, quick: bool) -> Iterator[dict[str, Pair]]:
    """Each round spawns every server again, in the reverse order of the round before."""
    backwards = False
    while True:
        with tempfile.TemporaryDirectory() as folder:
            spawn = spawners(scratch, folder)
            found = one_round(dict(reversed(spawn.items())) if backwards else spawn)
        backwards = not backwards

        def beside(figure: str, peer: str, found: dict[str, dict[str, float]] = found) -> Pair:
            return found[figure]["ours"], found[figure][peer]

        pairs: dict[str, Pair] = {}
        if "pygls" in spawn:
            pairs["start"] = beside("start", "pygls")
            pairs["first-count"] = found["first"]["ours"], found["start"]["pygls"]
            pairs["small-p50"], pairs["small-p99"] = beside("p50", "pygls"), beside("p99", "pygls")
            pairs["pipelined"] = beside("many", "pygls")
        if "node" in spawn:
            pairs["start-node"] = beside("start", "node")
            pairs["small-node-p50"], pairs["small-node-p99"] = beside("p50", "node"), beside("p99", "node")
            pairs["pipelined-node"] = beside("many", "node")
        if "mcp" in spawn:
            pairs["start-mcp"] = beside("start", "mcp")
            pairs["tool-p50"], pairs["tool-p99"] = beside("p50", "mcp"), beside("p99", "mcp")
        yield pairs


PROBE = Probe(ROWS, rounds, quick=3, full=15)
