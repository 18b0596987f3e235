"""What a harness asks the server for, in the words of the workflow."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ctxbudget_client import Client, Pending, ServerError
from ctxbudget_server.demo.documents import Document, Found, documents

Answer = dict[str, Any]

IN_FLIGHT = 16
"""Requests that are sent before the first answer is read."""

ABOUT_FILES = frozenset({"pathNotAllowed", "pathUnreadable", "notText", "payloadTooLarge", "invalidParams"})
"""Errors that a file is left out for; any other is not the file's fault, and ends the demo."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that entered the context, and the answer that says so."""

    document: Document
    item_id: str
    tokens: int
    alerts: list[Answer]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that the server would not take, in its own words."""

    name: str
    error: ServerError


@dataclass(slots=True)
class Agent:
    """A subagent that works in parallel with others."""

    name: str
    documents: Sequence[Document]
    lease: Answer | None = None
    refused: ServerError | None = None
    entries: list[Entry] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    settled: Answer | None = None


class Harness:
    """One session of one server. Agents call it from threads of their own."""

    def __init__(self, client: Client, session_id: str) -> None:
        self.client = client
        self.session_id = session_id

    def ask(self, method: str, **params: Any) -> Answer:
        """Request and wait. Raises `ServerError`."""
        answer: Answer = self.send(method, **params).result()
        return answer

    def send(self, method: str, **params: Any) -> Pending:
        """Request without waiting."""
        return self.client.send(method, {"sessionId": self.session_id, **params})

    def read(self, found: Found) -> tuple[list[Document], list[Refusal]]:
        """What the server says about each file, before there is a session: its kind and outline, or a refusal."""
        extracted: list[tuple[str, Answer]] = []
        refusals: list[Refusal] = []
        for start in range(0, len(found.names), IN_FLIGHT):
            names = found.names[start : start + IN_FLIGHT]
            for name, pending in [(name, self.client.send("metadata/extract", {"path": name})) for name in names]:
                try:
                    extracted.append((name, pending.result()))
                except ServerError as error:
                    refusals.append(_refusal(name, error))
        return documents(found.folder, extracted), refusals

    def add(
        self, documents: Sequence[Document], *, wave: int | None = None, agent: str | None = None
    ) -> tuple[list[Entry], list[Refusal]]:
        """Documents enter as transient items, by path; one that cannot be read does not keep the others out."""
        entries: list[Entry] = []
        refusals: list[Refusal] = []
        for one in documents:
            item = {"layer": "transient", "kind": one.kind, "phase": one.phase, "path": one.name, "title": one.name}
            place = {name: value for name, value in (("wave", wave), ("agent", agent)) if value is not None}
            try:
                answer = self.ask("context/add", items=[{**item, **place}])
            except ServerError as error:
                refusals.append(_refusal(one.name, error))
            else:
                (added,) = answer["items"]
                entries.append(Entry(one, added["id"], added["tokens"], answer["alerts"]))
        return entries, refusals

    def reduce(self, entry: Entry, max_tokens: int, layer: str) -> tuple[Answer, Answer]:
        """Metadata takes a document's place: the answers of `metadata/extract` and of `context/add`."""
        extracted = self.ask("metadata/extract", itemId=entry.item_id, maxTokens=max_tokens)
        stand_in = {
            "layer": layer,
            "kind": entry.document.kind,
            "phase": entry.document.phase,
            "title": f"{entry.document.name} (metadata)",
            "content": extracted["text"],
            "reduces": [entry.item_id],
        }
        return extracted, self.ask("context/add", items=[stand_in])

    def reserve(self, agents: Sequence[Agent], tokens: int, phase: int) -> None:
        """A lease is asked for in the name of every agent, before the first answer is read."""
        asked = [self.send("budget/reserve", tokens=tokens, holder=agent.name, phase=phase) for agent in agents]
        for agent, pending in zip(agents, asked, strict=True):
            try:
                agent.lease = pending.result()
            except ServerError as error:
                if error.name != "budgetExceeded":
                    raise
                agent.refused = error

    def work(self, agents: Sequence[Agent]) -> None:
        """Every agent brings its documents in and settles its lease, each in its own thread."""

        def one(agent: Agent) -> None:
            agent.entries, agent.refusals = self.add(agent.documents, agent=agent.name)
            if agent.lease is not None:
                used = sum(entry.tokens for entry in agent.entries)
                agent.settled = self.ask("budget/settle", leaseId=agent.lease["leaseId"], used=used)

        with ThreadPoolExecutor(max_workers=max(1, len(agents)), thread_name_prefix="agent") as pool:
            for done in [pool.submit(one, agent) for agent in agents]:
                done.result()


def _refusal(name: str, error: ServerError) -> Refusal:
    if error.name not in ABOUT_FILES:
        raise error
    return Refusal(name, error)
