"""Mixed writes to sessions of a server that may die at any moment, as a client makes them that retries what it must.

A `Writer` thinks up the requests of one session, a `Driver` keeps several of them under way at one server. Every
request has a request key. What was not answered when a server died is asked again, of the next one, under the same key.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from support.client import Client
from support.documents import REPORT

Json = dict[str, Any]

LEGAL_REFUSALS = {
    "budgetExceeded", "conflict", "leaseClosed", "phaseOrder", "protectedItem", "unknownPhase",
}  # fmt: skip
"""What a mixed load may provoke: an undo of items that changed since, a phase that another writer has completed, …"""
WINDOW = 16
"""Requests of one client that are under way at a time."""
WORDS = sorted(set(re.findall("[a-z]{4,}", REPORT)))


@dataclass
class Request:
    """One request and what became of it: at most one of `result` and `error` is there, neither while it is open."""

    key: str
    method: str
    params: Json
    writer: Writer
    result: Json | None = None
    error: Json | None = None

    @property
    def session(self) -> str:
        """The session that it is about."""
        return str(self.params["sessionId"])

    @property
    def answered(self) -> bool:
        """Whether a server has acknowledged or refused it."""
        return self.result is not None or self.error is not None


class Writer:
    """Thinks up writes to one session, on what earlier answers have told. Several writers may share a session."""

    def __init__(self, session: str, name: str, seed: int) -> None:
        self.session = session
        self.name = name
        self.requests: list[Request] = []
        self._random = random.Random(f"{session} {name} {seed}")
        self._items: list[str] = []
        self._grown: list[str] = []
        self._undos: list[str] = []
        self._leases: list[str] = []
        self._phase: int | None = None
        self._first = True

    def next(self) -> Request | None:
        """The next request; None if it must wait for an answer first."""
        if self._first:
            self._first = False
            return self._request("session/open", config={"contextWindow": 1_000_000})
        draw = self._random.random()
        for share, make in self._menu():
            if (draw := draw - share) < 0:
                return make() or self._add()
        return self._add()

    def learn(self, request: Request) -> None:
        """Take an answer in."""
        result = request.result
        if result is None:
            return
        if request.method == "context/add":
            ids = [item["id"] for item in result["items"]]
            self._items += ids
            given = request.params["items"]
            self._grown += [item_id for item_id, item in zip(ids, given, strict=True) if "content" in item]
        elif request.method == "budget/reserve":
            self._leases.append(result["leaseId"])
        if result.get("undo"):
            self._undos.append(result["undo"])

    def _menu(self) -> Sequence[tuple[float, Callable[[], Request | None]]]:
        return (
            (0.40, self._add),
            (0.10, self._append),
            (0.12, self._update),
            (0.10, self._prune),
            (0.07, self._undo),
            (0.04, self._restore),
            (0.05, self._reserve),
            (0.05, self._settle),
            (0.07, self._step),
        )

    def _request(self, method: str, **params: Any) -> Request:
        key = f"{self.session}-{self.name}-{len(self.requests)}"
        request = Request(key, method, {"sessionId": self.session, "requestKey": key, **params}, self)
        self.requests.append(request)
        return request

    def _text(self, words: int) -> str:
        said = " ".join(self._random.choices(WORDS, k=words))
        return f"# {self.session} {self.name} {len(self.requests)} {self._random.random()}\n\n{said}\n"

    def _one_of(self, known: list[str]) -> str | None:
        return self._random.choice(known[-40:]) if known else None

    def _add(self) -> Request:
        items: list[Json] = []
        for _ in range(self._random.choice((1, 1, 1, 2, 5))):
            item: Json = {
                "layer": self._random.choice(("transient", "transient", "phase", "metadata", "permanent")),
                "phase": self._random.choice((None, 1, 2, 3)),
                "title": self._text(2),
            }
            if self._random.random() < 0.75:
                item["content"] = self._text(self._random.choice((5, 40, 300)))
            else:
                item["tokens"] = self._random.randrange(500)
            items.append(item)
        return self._request("context/add", items=items)

    def _append(self) -> Request | None:
        item = self._one_of(self._grown)
        return item and self._request("context/append", itemId=item, content=self._text(10))

    def _update(self) -> Request | None:
        if (item := self._one_of(self._items)) is None:
            return None
        change = self._random.choice(
            (
                {"pinned": self._random.random() < 0.3},
                {"title": self._text(3)},
                {"layer": self._random.choice(("phase", "transient"))},
                {"phase": self._random.choice((1, 2, 3))},
            )
        )
        return self._request("context/update", itemId=item, **change)

    def _prune(self) -> Request | None:
        target: Json = self._random.choice(({"phase": 1}, {"layer": "transient"}, {"workflow": True}))
        if self._random.random() < 0.5 and self._items:
            target = {"items": [self._one_of(self._items)]}
        return self._request("context/prune", target=target)

    def _undo(self) -> Request | None:
        return self._request("context/undo", undo=self._undos.pop()) if self._undos else None

    def _restore(self) -> Request | None:
        item = self._one_of(self._items)
        return item and self._request("context/restore", items=[item])

    def _reserve(self) -> Request:
        return self._request("budget/reserve", tokens=self._random.randrange(1, 200), holder=self.name)

    def _settle(self) -> Request | None:
        if not self._leases:
            return None
        return self._request("budget/settle", leaseId=self._leases.pop(), used=self._random.randrange(300))

    def _step(self) -> Request:
        if self._phase is None:
            self._phase = self._random.choice((1, 2, 3))
            return self._request("workflow/startPhase", phase=self._phase, reopen=True)
        phase, self._phase = self._phase, None
        return self._request("workflow/completePhase", phase=phase, force=True, summary=self._text(6))


class BriefWriter(Writer):
    """A session that is opened, filled, closed and deleted, each step after the answer to the one before."""

    steps = ("session/open", "context/add", "context/add", "session/close", "session/delete")

    def next(self) -> Request | None:
        """The next step."""
        done = len(self.requests)
        if done == len(self.steps) or (done and not self.requests[-1].answered):
            return None
        if self.steps[done] == "context/add":
            return self._add()
        return self._request(self.steps[done])

    @property
    def over(self) -> bool:
        """Whether it has come to its end."""
        return len(self.requests) == len(self.steps) and self.requests[-1].answered


@dataclass
class Driver:
    """One client of one server at a time: keeps a window of requests under way, and gathers the answers.

    `earlier` writers write no more, but may have requests to ask again.
    """

    writers: list[Writer]
    seed: int
    earlier: list[Writer] = field(default_factory=list)
    acknowledged: int = 0
    refused: int = 0
    _turn: int = field(default=0, init=False)

    def run(self, client: Client, enough: Callable[[int], bool], window: int = WINDOW) -> bool:
        """Write until `enough(acknowledged here)` or the server's end; whether the server is still there.

        Nothing is under way when it returns True.
        """
        began = self.acknowledged
        under_way: dict[Any, Request] = {}
        stopping = False
        while True:
            stopping = stopping or enough(self.acknowledged - began)
            while not stopping and len(under_way) < window:
                if not self._send(client, self._next(), under_way):
                    stopping = True  # the answers that came before the end are still to be read
            if stopping and not under_way:
                return client.process.poll() is None
            answer = client.next_message(timeout=120)
            if answer is None:
                return False
            self._take(under_way.pop(answer["id"]), answer)

    def retry(self, client: Client) -> bool:
        """Ask again for what was never answered, and for some of what was; whether the server is still there."""
        chance = random.Random(self.seed + self.acknowledged)
        writers = [*self.earlier, *self.writers]
        known = [r for writer in writers for r in writer.requests[-60:] if r.result is not None]
        again = {id(r): r for r in chance.sample(known, min(8, len(known))) if not _deleted(r)}
        order = [r for writer in writers for r in writer.requests if not r.answered or id(r) in again]
        under_way: dict[Any, Request] = {}
        for request in order:
            if not self._send(client, request, under_way):
                return False
        while under_way:
            answer = client.next_message(timeout=120)
            if answer is None:
                return False
            request = under_way.pop(answer["id"])
            if request.result is not None:
                assert answer.get("result") == request.result, f"not the first result of {request}: {answer}"
            else:
                self._take(request, answer)
        self.earlier.clear()
        return True

    def _next(self) -> Request:
        while True:
            self._turn += 1
            writer = self.writers[self._turn % len(self.writers)]
            if isinstance(writer, BriefWriter) and writer.over:
                continue
            if (request := writer.next()) is not None:
                return request

    def _send(self, client: Client, request: Request, under_way: dict[Any, Request]) -> bool:
        try:
            under_way[client.send_request(request.method, request.params)] = request
        except OSError:  # the server is gone
            return False
        return True

    def _take(self, request: Request, answer: Json) -> None:
        if "result" in answer:
            request.result = answer["result"]
            self.acknowledged += 1
        else:
            error = request.error = answer["error"]
            assert error["data"]["name"] in LEGAL_REFUSALS, f"{request.method} {request.params}: {error}"
            self.refused += 1
        request.writer.learn(request)


def _deleted(request: Request) -> bool:
    """Whether the request's session is gone, and its request keys with it."""
    writer = request.writer
    return isinstance(writer, BriefWriter) and len(writer.requests) == len(writer.steps)


def all_requests(writers: Iterable[Writer]) -> dict[str, list[Request]]:
    """What was asked of each session."""
    by_session: dict[str, list[Request]] = {}
    for writer in writers:
        by_session.setdefault(writer.session, []).extend(writer.requests)
    return by_session
