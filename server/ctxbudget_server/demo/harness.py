"""A harness's requests to the server, in terms of the workflow."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from ctxbudget_client import Client, Pending, ServerError
from ctxbudget_server.demo.documents import DemoDocument, Found, documents

Answer = dict[str, Any]

IN_FLIGHT = 16
"""Requests that are sent before the first answer is read."""

ABOUT_FILES = frozenset({"pathNotAllowed", "pathUnreadable", "notText", "payloadTooLarge", "invalidParams"})
"""Errors for which a file is skipped; any other is not the file's fault and ends the demo."""


@dataclass(frozen=True, slots=True)
class AddedDocument:
    """A document that was added to the context, with the server's answer."""

    document: DemoDocument
    item_id: str
    tokens: int
    alerts: list[Answer]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that the server refused, with its error."""

    name: str
    error: ServerError


@dataclass(slots=True)
class Agent:
    """A subagent that works in parallel with others."""

    name: str
    documents: Sequence[DemoDocument]
    lease: Answer | None = None
    refused: ServerError | None = None
    entries: list[AddedDocument] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    settled: Answer | None = None


class Harness:
    """One session on one server. Agents call it from their own threads."""

    def __init__(self, client: Client, session_id: str) -> None:
        self.client = client
        self.session_id = session_id

    def ask(self, method: str, **params: Any) -> Answer:
        """Send a request and wait for the result. Raises `ServerError`."""
        answer: Answer = self.send(method, **params).result()
        return answer

    def send(self, method: str, **params: Any) -> Pending:
        """Send a request without waiting."""
        return self.client.send(method, {"sessionId": self.session_id, **params})

    def read(self, found: Found) -> tuple[list[DemoDocument], list[Refusal]]:
        """Have the server read each file, before there is a session: returns its kind and outline, or a refusal."""
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
        self, documents: Sequence[DemoDocument], *, wave: int | None = None, agent: str | None = None
    ) -> tuple[list[AddedDocument], list[Refusal]]:
        """Add documents as transient items, by path; an unreadable one does not prevent the others."""
        entries: list[AddedDocument] = []
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
                entries.append(AddedDocument(one, added["id"], added["tokens"], answer["alerts"]))
        return entries, refusals

    def reduce(self, entry: AddedDocument, max_tokens: int, layer: str) -> tuple[Answer, Answer]:
        """Replace a document with metadata; returns the answers of `metadata/extract` and `context/add`."""
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
        """Request a lease for every agent before reading the first answer."""
        asked = [self.send("budget/reserve", tokens=tokens, holder=agent.name, phase=phase) for agent in agents]
        for agent, pending in zip(agents, asked, strict=True):
            try:
                agent.lease = pending.result()
            except ServerError as error:
                if error.name != "budgetExceeded":
                    raise
                agent.refused = error

    def work(self, agents: Sequence[Agent]) -> None:
        """Have every agent add its documents and settle its lease, each in its own thread."""

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
