"""How the time of a request grows: with the items of its session, with its age, with the store, and with tokens.

All is asked over stdio, of one server with full durability. Sessions grow in batches of 1,000 items, by a second server
on the same store which does not wait for the disk. A figure is the median of up to nine requests. A curve ends before
the size at which a request would take more than 20 seconds if its time grew in proportion.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, Final

from benchmarks.suite.conversation import conversation, said
from benchmarks.suite.scratch import Scratch
from benchmarks.writes import WORDS, Peer, chance

Curve = dict[str, Any]
"""`key`, `operation` and its points [size, milliseconds]."""
CURVES: Final = {
    "items": "items that the session retains",
    "age": "items that the session ever had, all but the last 100 pruned",
    "store": "items of other sessions in the store",
    "tokens": "tokens given, or retained",
}
MAX_SECONDS: Final = 20.0
PART, ITEM_CHARACTERS = 1_000_000, 3_000
SAMPLES, ENOUGH_SECONDS = 9, 1.0
BATCH, SMALL = 1_000, 100
DOCUMENT_BYTES: Final = 64 * 1024 * 1024
WHOLE: Final = {"config": {"contextWindow": 1_000_000_000}}
numbers = count()
Operation = Callable[[], object]


def content() -> str:
    """A short text that has not been used before."""
    number = next(numbers)
    return f"result {number}: the {chance.choice(WORDS)} in src/{chance.choice(WORDS)}/{number % 977}.py holds a lease"


def items(number: int) -> list[dict[str, Any]]:
    """Items with such texts."""
    return [item(content()) for _ in range(number)]


class Curves:
    """Operations, each measured at growing sizes until it takes too long."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._points: dict[str, list[tuple[int, float]]] = {}

    def measure(self, size: int, operations: dict[str, Callable[[], Operation]]) -> None:
        """One point of each. An operation is prepared for each request, which takes no time that counts."""
        for name, prepared in operations.items():
            points = self._points.setdefault(name, [])
            if points and _expected(points, size) > MAX_SECONDS * 1e3:
                continue
            if not points:
                prepared()()  # the first one loads modules
            times: list[float] = []
            while len(times) < SAMPLES and sum(times) < ENOUGH_SECONDS * 1e3:
                times.append(_taken(prepared()))
            points.append((size, statistics.median(times)))

    def found(self) -> list[Curve]:
        """All curves."""
        return [
            {"key": self._key, "operation": name, "points": [list(point) for point in points]}
            for name, points in self._points.items()
        ]


def _taken(work: Operation) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def _expected(points: Sequence[tuple[int, float]], size: int) -> float:
    """Milliseconds at a size, if it grew in proportion; infinite if it was already too long at the size before."""
    last, milliseconds = points[-1]
    return milliseconds * size / last


def prepared(server: Peer, method: str, params: dict[str, Any]) -> Operation:
    """A request whose frame is ready, so that the client's own work does not count."""
    body = json.dumps({"jsonrpc": "2.0", "id": next(numbers), "method": method, "params": params}).encode()
    frame = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)

    def send() -> None:
        server.write(frame)
        server.answer()

    return send


class Account:
    """A session, on the server that is measured and on the one that fills it."""

    def __init__(self, server: Peer, filler: Peer, name: str) -> None:
        self._server, self._filler, self._name = server, filler, name
        self._size = 0
        filler.request("session/open", {"sessionId": name, **WHOLE})

    def request(self, method: str, **params: Any) -> Operation:
        """A request to measure."""
        return prepared(self._server, method, {"sessionId": self._name, **params})

    def added(self, server: Peer, new: list[dict[str, Any]]) -> list[str]:
        """Ids of items that a server adds."""
        answer = server.request("context/add", {"sessionId": self._name, "items": new})
        return [item["id"] for item in json.loads(answer)["result"]["items"]]

    def fill(self, size: int, retain: int | None = None) -> None:
        """Add items until it had so many; with `retain`, all but so many of the last are pruned on the way."""
        while self._size < size:
            number = min(BATCH, size - self._size)
            ids = self.added(self._filler, items(number))
            self._size += number
            if retain is not None and (gone := ids[:-retain] if self._size == size else ids):
                for target in ({"items": gone}, {"layer": "metadata"}):  # the items, then their stand-ins
                    self._filler.request("context/prune", {"sessionId": self._name, "target": target})

    def operations(self) -> dict[str, Callable[[], Operation]]:
        """What is measured of an account. The items that they add are few beside those that are there."""

        def prune() -> Operation:
            return self.request("context/prune", target={"items": self.added(self._server, items(10))})

        def fit() -> Operation:
            messages = [{"role": "user", "content": content()} for _ in range(50)]
            return self.request("context/fit", messages=messages, format="anthropic", maxTokens=600)

        def timeline() -> Operation:
            status = json.loads(self._server.request("budget/status", {"sessionId": self._name}))
            return self.request("budget/timeline", since=max(0, status["result"]["revision"] - 100))

        return {
            "add": lambda: self.request("context/add", items=items(1)),
            "prune of 10 items": prune,
            "status": lambda: self.request("budget/status"),
            "fit of 50 messages": fit,
            "last 100 of the timeline": timeline,
            "search": lambda: self.request("context/search", query=f"lease {chance.choice(WORDS)}"),
            "render to 2,000 tokens": lambda: self.request("context/render", maxTokens=2_000),
        }


@contextmanager
def servers(scratch: Scratch) -> Iterator[tuple[Peer, Peer]]:
    """The server that is measured, and the one that fills the same store."""
    with tempfile.TemporaryDirectory() as folder:
        place = ["serve", "--workspace", folder, "--store", f"{folder}/store.db", "--no-socket"]
        limits = ["--max-document-bytes", str(DOCUMENT_BYTES), "--max-message-bytes", str(2 * DOCUMENT_BYTES)]
        measured = Peer([scratch.command(), *place, *limits])
        filler = Peer([scratch.command(), *place, "--durability", "fast"])
        try:
            measured.request("tokens/count", {"texts": ["the vocabulary is loaded"]})
            yield measured, filler
        finally:
            measured.end()
            filler.end()


def sizes(low: int, high: int) -> list[int]:
    """The powers of ten."""
    return [10**power for power in range(low, high + 1)]


def grow(wanted: Sequence[str], scratch: Scratch, quick: bool, say: Callable[[str], None]) -> Iterator[Curve]:
    """The curves of these keys of CURVES."""
    if {"items", "store"} & set(wanted):
        with servers(scratch) as (server, filler):
            yield from retained(server, filler, told(sizes(2, 4 if quick else 6), "items and store", say), wanted)
    if "age" in wanted:
        with servers(scratch) as (server, filler):
            yield from aged(server, filler, told(sizes(2, 4 if quick else 5), "age", say))
    if "tokens" in wanted:
        with servers(scratch) as (server, filler):
            yield from with_tokens(server, filler, told(sizes(3, 5 if quick else 7), "tokens", say))


def told(sizes: Sequence[int], what: str, say: Callable[[str], None]) -> Iterator[int]:
    """The sizes, each said before it is measured."""
    for size in sizes:
        say(f"{what}: {size:,}")
        yield size


def aged(server: Peer, filler: Peer, sizes: Iterator[int]) -> list[Curve]:
    """A session that is pruned as it goes."""
    curves, account = Curves("age"), Account(server, filler, "aged")
    for size in sizes:
        account.fill(size, retain=SMALL)
        curves.measure(size, account.operations())
    return curves.found()


def retained(server: Peer, filler: Peer, sizes: Iterator[int], wanted: Sequence[str]) -> list[Curve]:
    """A session that retains all, and a small one beside it in the same store."""
    accounts = {"items": Account(server, filler, "large"), "store": Account(server, filler, "small")}
    accounts["store"].fill(SMALL)
    curves = {key: Curves(key) for key in accounts if key in wanted}
    for size in sizes:
        accounts["items"].fill(size)
        for key, found in curves.items():
            found.measure(size, accounts[key].operations())
    return [curve for found in curves.values() for curve in found.found()]


def with_tokens(server: Peer, filler: Peer, sizes: Iterator[int]) -> list[Curve]:
    """What is given grows: a text, an array; or what a session retains, in items of about 1,000 tokens."""
    curves = Curves("tokens")
    filler.request("session/open", {"sessionId": "one", **WHOLE})
    for size in sizes:
        messages = [message for part in parts(size) for message in part]
        text = said(messages)
        account = Account(server, filler, f"tokens-{size}")
        for start in range(0, len(text), ITEM_CHARACTERS * BATCH):
            chunk = text[start : start + ITEM_CHARACTERS * BATCH]
            account.added(
                filler, [item(chunk[at : at + ITEM_CHARACTERS]) for at in range(0, len(chunk), ITEM_CHARACTERS)]
            )
        curves.measure(
            size,
            given(server, text, messages)
            | {
                name: work
                for name, work in account.operations().items()
                if name in ("status", "search", "render to 2,000 tokens")
            },
        )
    return curves.found()


def given(server: Peer, text: str, messages: list[dict[str, Any]]) -> dict[str, Callable[[], Operation]]:
    """What is measured of a text and of an array. Nothing is the same twice, so that nothing is remembered."""

    def fresh() -> str:
        return f"{next(numbers)} {text}"

    def fit() -> Operation:
        first = {"role": "user", "content": f"Task {next(numbers)}"}
        array = {"messages": [first, *messages[1:]], "format": "anthropic", "maxTokens": len(text) // 6}
        return prepared(server, "context/fit", array)

    def prune() -> Operation:
        new = {"sessionId": "one", "items": [item(fresh())]}
        added = json.loads(server.request("context/add", new))["result"]["items"][0]["id"]
        return prepared(server, "context/prune", {"sessionId": "one", "target": {"items": [added]}})

    return {
        "count": lambda: prepared(server, "tokens/count", {"texts": [fresh()]}),
        "add": lambda: prepared(server, "context/add", {"sessionId": "one", "items": [item(fresh())]}),
        "prune": prune,
        "extract to 250 tokens": lambda: prepared(server, "metadata/extract", {"content": fresh(), "maxTokens": 250}),
        "fit to half": fit,
    }


def item(text: str) -> dict[str, Any]:
    """A transient item."""
    return {"layer": "transient", "content": text}


def parts(tokens: int) -> Iterator[list[dict[str, Any]]]:
    """Conversations of so many tokens together, each with other names."""
    for number in range(max(1, tokens // PART)):
        yield conversation(min(tokens, PART), 0, seed=number)[0]
