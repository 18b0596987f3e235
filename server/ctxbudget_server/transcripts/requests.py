"""The requests that recordings tell of, each with its session, its agent, its model and its bill.

A recording is read record by record, and only the bills are kept. Every answer counts once, in however many rows and
files it is recorded: hosts copy rows when a session is resumed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from ctxbudget_server.transcripts import billed, claude_code, codex, gemini_contents, opencode
from ctxbudget_server.transcripts.billed import Billed
from ctxbudget_server.transcripts.lines import Line, parsed
from ctxbudget_server.transcripts.model import TranscriptError
from ctxbudget_server.transcripts.records import Record, member, model_named

MAIN: Final = "main"
"""The agent that a person talks to, where a host does not name its agents."""
UNNAMED: Final = "subagent"

_SUPPORTED: Final = "supported: sessions of Claude Code, Codex, Gemini CLI and opencode"

_NOTHING: Final[dict[str, Any]] = {}


class Paid(NamedTuple):
    """What a request cost, as its host or provider told."""

    amount: float
    currency: str


class Request(NamedTuple):
    """An answer of a model, as it was recorded."""

    session: str
    agent: str
    model: str | None
    billed: Billed | None
    """None: the recording has no bill of it."""
    is_final: bool = True
    """Whether its output is known to be complete: Claude Code writes rows while the answer is still being made."""
    paid: Paid | None = None
    """None: its tokens count at prices that the user set."""


class Requests:
    """The requests of recordings."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], Request] = {}
        self._types: dict[str, str] = {}
        self._calls: dict[str, str] = {}

    def read(self, lines: Iterable[Line], name: str) -> tuple[str, ...]:
        """Read a recording; `name` is its session's if it does not tell. Returns warnings; raises `TranscriptError`."""
        reader = _Recording(self, name)
        found = parsed(lines, _SUPPORTED, reader.take)
        if found.numbers is None:
            reader.take_value(found.value)
        if not reader.hosts:
            raise TranscriptError(f"has no bills; {_SUPPORTED}")
        return found.warnings

    def add(self, host: str, id: str, request: Request) -> None:
        """Add an answer, or more of one that is known."""
        known = self._found.get((host, id))
        if known is not None:
            more = request.billed
            bill = known.billed.or_more(more) if known.billed and more else known.billed or more
            request = known._replace(
                billed=bill, model=known.model or request.model, is_final=known.is_final or request.is_final
            )
        self._found[host, id] = request

    def name_type(self, agent: str, kind: str) -> None:
        """Say of which type an agent is; an agent of Claude Code may be named by the call that began it."""
        self._types.setdefault(agent, kind)

    def name_call(self, agent: str, call: str) -> None:
        """Say which call began an agent."""
        self._calls.setdefault(agent, call)

    def type_of(self, agent: str) -> str | None:
        """The type of an agent, such as `Explore`; None if no recording tells."""
        return self._types.get(agent) or self._types.get(self._calls.get(agent, ""))

    def __iter__(self) -> Iterator[Request]:
        return iter(self._found.values())


class _Recording:
    """Records of one recording that become requests."""

    def __init__(self, requests: Requests, name: str) -> None:
        self._requests = requests
        self._session = name
        self._agent = MAIN
        self._model: str | None = None
        self._origin = name
        """Whose events these are: a fork of Codex begins with those of its parent, behind the parent's own head."""
        self._count = 0
        self.hosts: set[str] = set()

    def take(self, record: dict[str, Any]) -> dict[str, Any]:
        """Take a record; nothing of it is kept but its bill."""
        if claude_code.is_row(record):
            self._take_claude_code(record)
        elif codex.is_item(record):
            self._take_codex(record)
        elif gemini_contents.is_document(record) or gemini_contents.is_record(record):
            self._take_gemini_cli(record)
        elif opencode.is_session(record):
            self._take_opencode(record)
        return _NOTHING

    def take_value(self, value: Any) -> None:
        """Take a recording that is one value: a session, or an array of records."""
        if isinstance(value, list):
            if opencode.is_session(value):
                value = [{"messages": value}]
            for record in value:
                if isinstance(record, dict):
                    self.take(record)
        elif isinstance(value, dict):
            self.take(value)

    def _take_claude_code(self, row: Record) -> None:
        self.hosts.add("claude-code")
        message = row["message"]
        if row["type"] != "assistant":
            self._meet_agent(row)
            return
        for block in claude_code.blocks_of(row):
            kind = member(block, "input").get("subagent_type")
            if block.get("type") == "tool_use" and isinstance(kind, str) and kind:
                self._requests.name_type(str(block.get("id")), kind)
        id = message.get("id") or row.get("uuid")
        if claude_code.is_synthetic(row) or not id:
            return
        session = row.get("sessionId") or row.get("session_id")
        self._requests.add(
            "claude-code",
            str(id),
            Request(
                session if isinstance(session, str) else self._session,
                (claude_code.agent_of(row) or UNNAMED) if claude_code.is_side(row) else MAIN,
                model_named(message),
                billed.of_claude_code(message.get("usage")),
                bool(message.get("stop_reason")),
            ),
        )

    def _meet_agent(self, row: Record) -> None:
        """A result may name the agent that a call began."""
        agent = member(row, "toolUseResult").get("agentId")
        if isinstance(agent, str):
            for block in claude_code.blocks_of(row):
                if block.get("type") == "tool_result":
                    self._requests.name_call(agent, str(block.get("tool_use_id")))

    def _take_codex(self, line: Record) -> None:
        payload = line["payload"]
        if line["type"] == "session_meta":
            self._origin = str(payload.get("id") or self._session)
            if "codex" not in self.hosts:
                self._session = self._origin
                self._agent, kind = _agent_of_codex(payload)
                if kind:
                    self._requests.name_type(self._agent, kind)
        self.hosts.add("codex")
        self._model = (model_named(payload) if line["type"] == "turn_context" else None) or self._model
        if (told := billed.usage_of_codex(line)) is None:
            return
        bill, sums = told
        self._count += 1
        id = f"{self._origin} {json.dumps(sums, sort_keys=True)}" if sums else f"{self._session} {self._count}"
        self._requests.add("codex", id, Request(self._session, self._agent, self._model, bill))

    def _take_gemini_cli(self, record: Record) -> None:
        self.hosts.add("gemini-cli")
        head = member(record, "$set") or record
        if isinstance(session := head.get("sessionId"), str) and session:
            self._session = session
        if head.get("kind") == "subagent":
            self._agent = UNNAMED
        messages = head.get("messages")
        for message in messages if isinstance(messages, list) else [record]:
            if isinstance(message, dict) and message.get("type") == "gemini":
                self._count += 1
                bill = billed.of_gemini_cli(message.get("tokens"))
                id = str(message.get("id") or f"{self._session} {self._count}")
                self._requests.add("gemini-cli", id, Request(self._session, self._agent, model_named(message), bill))

    def _take_opencode(self, session: Record) -> None:
        self.hosts.add("opencode")
        own = member(session, "info").get("id")
        for message in session["messages"]:
            info = member(message, "info")
            if info.get("role") != "assistant":
                continue
            self._count += 1
            named = own or info.get("sessionID")
            where = named if isinstance(named, str) else self._session
            agent = info.get("agent") or info.get("mode") or MAIN
            model = info.get("modelID")
            self._requests.add(
                "opencode",
                str(info.get("id") or f"{where} {self._count}"),
                Request(
                    where,
                    str(agent),
                    model if isinstance(model, str) and model else None,
                    billed.of_opencode(info.get("tokens")),
                ),
            )


def _agent_of_codex(meta: Record) -> tuple[str, str | None]:
    """(the agent whose rollout it is, its type): a subagent's source says what began it."""
    source = meta.get("source")
    if not isinstance(source, Mapping) or "subagent" not in source:
        return MAIN, None
    begun = source["subagent"]
    if isinstance(begun, str):
        return str(meta.get("id") or UNNAMED), begun
    spawned = member(source, "subagent", "thread_spawn")
    role = spawned.get("agent_role") or meta.get("agent_role")
    return str(meta.get("id") or UNNAMED), role if isinstance(role, str) else None
