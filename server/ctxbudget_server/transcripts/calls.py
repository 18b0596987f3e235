"""The calls of a recording in order, each with its bill and with what changed what was sent since the one before.

A recording is read record by record, and only figures are kept of it. What a host does not record is not guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

from ctxbudget_server.transcripts import billed, claude_code, codex, gemini_contents, opencode
from ctxbudget_server.transcripts.billed import Billed
from ctxbudget_server.transcripts.call_marks import (
    Changed,
    Mark,
    cleared_by_provider,
    marks_of_row,
    opens_with_ours,
    tools_in,
)
from ctxbudget_server.transcripts.lines import Line, parsed
from ctxbudget_server.transcripts.model import TranscriptError
from ctxbudget_server.transcripts.moments import seconds_of
from ctxbudget_server.transcripts.records import Record, member, model_named

MAIN: Final = ""
"""The agent that a person talks to."""
UNNAMED: Final = "subagent"

FIVE_MINUTES: Final = 300.0
HOUR: Final = 3_600.0
"""How long Anthropic keeps a prefix that nobody reads, by what it was written for; each reading starts the time again:
https://platform.claude.com/docs/en/build-with-claude/prompt-caching."""

_SUPPORTED: Final = "supported: sessions of Claude Code, Codex, Gemini CLI and opencode"
_NOTHING: Final[dict[str, Any]] = {}

Lifetime = tuple[float, float]
"""How long what is cached stays if nobody reads it, seconds: the part of it that goes first, and all of it."""


class Call(NamedTuple):
    """An answer of a model that was billed, and what the recording tells about the request for it."""

    agent: str
    model: str | None
    billed: Billed
    at: float | None
    """When its first row was recorded, seconds."""
    asked_at: float | None
    """When what it answers was recorded: the request followed at once."""
    lifetime: Lifetime | None
    """Of what the calls before it wrote to the cache; None: the provider does not promise any."""
    marks: tuple[Mark, ...] = ()
    """What changed what was sent, since the call before."""
    tells_writes: bool = True
    """Whether the host records what was written to the cache."""

    @property
    def began(self) -> float | None:
        """When the request was sent, as nearly as the recording tells."""
        return self.at if self.asked_at is None else self.asked_at

    @property
    def written(self) -> int:
        """Tokens written to the cache."""
        return self.billed.cache_write + self.billed.cache_write_5m + self.billed.cache_write_1h

    @property
    def input(self) -> int:
        """Tokens of the whole request."""
        return self.billed.input + self.billed.cache_read + self.written

    @property
    def cached(self) -> int:
        """Tokens that are in the cache once it is answered; where the host does not tell, at most these."""
        return self.billed.cache_read + self.written if self.tells_writes else self.input


class Calls(NamedTuple):
    """The calls of a recording by agent, the main one's first, each agent's in order."""

    host: str
    of_agents: dict[str, list[Call]]
    is_current: bool = True
    """Whether what the latest call was billed for is the conversation as it stands: nothing changed it since."""
    ends_with_answer: bool = False
    """Whether the main agent's answer is the last thing in the recording."""
    warnings: tuple[str, ...] = ()

    @property
    def latest(self) -> Call | None:
        """The latest call of the main agent, or of the only one that there is."""
        calls = next(iter(self.of_agents.values()), [])
        return calls[-1] if calls else None


def calls_in(lines: Iterable[Line]) -> Calls:
    """Read a recording. Raises `TranscriptError` if it is none of a host that records bills."""
    reader = _Reader()
    found = parsed(lines, _SUPPORTED, reader.take)
    if found.numbers is None:
        reader.take_value(found.value)
    if reader.host is None:
        raise TranscriptError(f"has no bills; {_SUPPORTED}")
    agents = sorted((one for one in reader.agents.values() if one.calls), key=lambda one: one.name != MAIN)
    main = agents[0] if agents else _Agent(MAIN)
    return Calls(
        reader.host,
        {one.name: one.calls for one in agents},
        not main.marks and not main.is_stale,
        main.ends_with_answer,
        found.warnings,
    )


class _Agent:
    """The conversation of one agent while it is read."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.calls: list[Call] = []
        self.marks: list[Mark] = []
        self.asked_at: float | None = None
        self.tools: frozenset[str] | None = None
        self.lifetime: Lifetime | None = None
        self.parents: dict[str, str | None] = {}
        self.answer: set[str] = set()
        """Rows of the latest answer."""
        self.sent: set[str] = set()
        """Calls whose results the calls until now sent."""
        self.results: list[str] = []
        """Those whose results the next call sends for the first time."""
        self.is_stale = False
        """Whether an answer without a bill came after the latest call."""
        self.ends_with_answer = False
        self.begins_cut = False
        """Whether something that a cut of ours left came before the first call."""
        self._places: dict[str, int] = {}

    def called(self, id: str, call: Call) -> None:
        """An answer, or more of one that is known: later rows repeat or raise the figures of earlier ones."""
        if self.begins_cut and self.is_stale and not self.calls:
            self.marks.append(Mark("ourCut", "ctxbudget wrote the session, with a cut in it", call.at))
        self.is_stale, self.ends_with_answer = False, True
        place = self._places.get(id)
        if place is not None:
            known = self.calls[place]
            more = known.billed.or_more(call.billed)
            self.calls[place] = known._replace(billed=more, model=known.model or call.model)
            return
        self._places[id] = len(self.calls)
        self.calls.append(call._replace(marks=tuple(self.marks)))
        self.marks.clear()
        self.sent.update(self.results)
        self.results.clear()
        self.asked_at = None

    def asked(self, at: float | None) -> None:
        """Something that the next call answers."""
        self.asked_at = at or self.asked_at
        self.ends_with_answer = False

    def has(self, id: str) -> bool:
        """Whether rows of this answer were read before."""
        return id in self._places

    def changed(self, cause: Changed, told: str, at: float | None) -> None:
        """Something changed what is sent from now on."""
        self.marked(Mark(cause, told, at))

    def marked(self, mark: Mark) -> None:
        """The same; what was before the first call changed nothing that had been sent."""
        if self.calls:
            self.marks.append(mark)

    def offers(self, tools: frozenset[str] | None, at: float | None) -> None:
        """The tools that the model has from now on, where a record tells; those of the first record are not new."""
        if tools is None:
            return
        if self.tools is not None and tools != self.tools:
            new, gone = len(tools - self.tools), len(self.tools - tools)
            self.changed("toolsChanged", f"tools: {new} new, {gone} gone", at)
        self.tools = tools


class _Reader:
    """Records that become calls."""

    def __init__(self) -> None:
        self.host: str | None = None
        self.agents: dict[str, _Agent] = {}
        self._model: str | None = None
        self._sums: Any = None
        self._count = 0
        self._seen: set[str] = set()
        self._beginnings: dict[str, str] = {}
        """Rows of subagents, and which conversation they belong to."""

    def take(self, record: dict[str, Any]) -> dict[str, Any]:
        """Take a record; nothing of it is kept but figures."""
        if codex.is_item(record):
            self._take_codex(record)
        elif gemini_contents.is_document(record) or gemini_contents.is_record(record):
            self._take_gemini_cli(record)
        elif isinstance(record.get("type"), str):
            self._take_claude_code(record)
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
        elif isinstance(value, dict) and value:
            self.take(value)

    def _agent(self, name: str) -> _Agent:
        return self.agents.setdefault(name, _Agent(name))

    # ------------------------------------------------------------------ Claude Code

    def _take_claude_code(self, row: Record) -> None:
        agent = self._agent(self._agent_of(row))
        at = seconds_of(row.get("timestamp"))
        uuid = row.get("uuid")
        if isinstance(uuid, str):
            if uuid in self._seen:
                return
            self._seen.add(uuid)
            agent.parents[uuid] = claude_code.parent_of(row)
        agent.offers(tools_in(row), at)
        for mark in marks_of_row(row, at, agent.sent):
            agent.marked(mark)
        if not claude_code.is_row(row):
            if "attachment" in row:
                agent.asked(at)
            return
        self.host = "claude-code"
        if row["type"] == "assistant":
            self._answer_of_claude_code(agent, row, at)
            return
        agent.asked(at)
        agent.results += [str(one.get("tool_use_id")) for one in claude_code.blocks_of(row)]
        if opens_with_ours(row["message"].get("content")):
            agent.marks = [_as_ours(mark) for mark in agent.marks]
            agent.begins_cut = agent.begins_cut or not agent.calls
        if claude_code.is_person(row):
            self._step_back(agent, row, at)

    def _agent_of(self, row: Record) -> str:
        """Whose row it is. Older versions name no subagent: its rows lead back to the first of its conversation."""
        if not claude_code.is_side(row):
            return MAIN
        uuid, parent = row.get("uuid"), claude_code.parent_of(row)
        own = claude_code.agent_of(row) or self._beginnings.get(parent or "") or str(uuid or UNNAMED)
        if isinstance(uuid, str):
            self._beginnings[uuid] = own
        return own

    def _answer_of_claude_code(self, agent: _Agent, row: Record, at: float | None) -> None:
        message = row["message"]
        bill = billed.of_claude_code(message.get("usage"))
        id = str(message.get("id") or row.get("uuid") or "")
        if claude_code.is_synthetic(row):
            return
        if bill is None or not id:
            agent.is_stale = True
            return
        if not agent.has(id) and (told := cleared_by_provider(message)):
            agent.changed("compaction", told, at)
        before = agent.lifetime
        rows = [uuid] if isinstance(uuid := row.get("uuid"), str) else []
        agent.answer = {*rows} if not agent.has(id) else agent.answer | {*rows}
        if not agent.has(id) or bill.cache_write or bill.cache_write_5m or bill.cache_write_1h:
            agent.lifetime = _lifetime(bill) or agent.lifetime
        agent.called(id, Call(agent.name, model_named(message), bill, at, agent.asked_at, before))

    @staticmethod
    def _step_back(agent: _Agent, row: Record, at: float | None) -> None:
        """A person who goes back in time drops what came after; a message without a parent starts over."""
        if not agent.answer or "parentUuid" not in row:
            return
        parent = claude_code.parent_of(row)
        if parent is None:
            agent.changed("edit", "the conversation begins again", at)
        elif _leaves_out(agent.parents, parent, agent.answer):
            agent.changed("edit", "a person went back to an earlier message", at)

    # ------------------------------------------------------------------ other hosts

    def _take_codex(self, line: Record) -> None:
        self.host = "codex"
        agent, payload, at = self._agent(MAIN), line["payload"], seconds_of(line.get("timestamp"))
        kind = line["type"]
        if kind == "turn_context":
            self._model = model_named(payload) or self._model
        elif kind == "compacted":
            agent.changed("compaction", "the host compacted", at)
        elif kind == "response_item" and not _is_codex_answer(payload):
            agent.asked(at)
        elif payload.get("type") == "thread_rolled_back":
            agent.changed("edit", "a person went back to an earlier message", at)
        elif (told := billed.usage_of_codex(line)) is not None:
            bill, sums = told
            if sums is not None and sums == self._sums:
                return
            self._sums = sums
            self._count += 1
            tells = bool(bill.cache_write)
            agent.called(str(self._count), Call(MAIN, self._model, bill, at, agent.asked_at, None, tells_writes=tells))

    def _take_gemini_cli(self, record: Record) -> None:
        self.host = "gemini-cli"
        agent = self._agent(MAIN)
        if "$rewindTo" in record:
            agent.changed("edit", "a person went back to an earlier message", seconds_of(record.get("timestamp")))
        head = member(record, "$set") or record
        messages = head.get("messages")
        for message in messages if isinstance(messages, list) else [record]:
            at = seconds_of(message.get("timestamp")) if isinstance(message, Mapping) else None
            if not isinstance(message, dict) or message.get("type") not in ("gemini", "user"):
                continue
            bill = billed.of_gemini_cli(message.get("tokens")) if message["type"] == "gemini" else None
            id = message.get("id")
            if bill is not None and isinstance(id, str):
                call = Call(MAIN, model_named(message), bill, at, agent.asked_at, None, tells_writes=False)
                agent.called(id, call)
            elif message["type"] == "user":
                agent.asked(at)

    def _take_opencode(self, session: Record) -> None:
        self.host = "opencode"
        agent = self._agent(MAIN)
        for message in session["messages"]:
            info = member(message, "info")
            at = seconds_of(member(info, "time").get("created"))
            parts = [one for one in message["parts"] if isinstance(one, Mapping)]
            if info.get("role") == "user":
                agent.asked(at)
                if any(one.get("type") == "compaction" for one in parts):
                    agent.changed("compaction", "the host compacted", at)
                agent.offers(_switched(info.get("tools")), at)
                continue
            bill = billed.of_opencode(info.get("tokens"))
            if bill is None:
                continue
            model = info.get("modelID")
            named = model if isinstance(model, str) and model else None
            is_anthropics = info.get("providerID") == "anthropic"
            before = agent.lifetime
            if is_anthropics and bill.cache_write:
                agent.lifetime = (FIVE_MINUTES, FIVE_MINUTES)
            self._count += 1
            call = Call(MAIN, named, bill, at, None, before, tells_writes=is_anthropics or bool(bill.cache_write))
            agent.called(str(info.get("id") or self._count), call)
            if info.get("summary"):
                agent.changed("compaction", "the host's summary begins the conversation", at)


def _lifetime(bill: Billed) -> Lifetime | None:
    """Of what a call wrote; before providers told for how long, they kept all for five minutes."""
    short = bill.cache_write or bill.cache_write_5m
    if bill.cache_write_1h:
        return (FIVE_MINUTES if short else HOUR), HOUR
    return (FIVE_MINUTES, FIVE_MINUTES) if short else None


def _as_ours(mark: Mark) -> Mark:
    """The mark of a compaction at which what we kept took the place of the conversation."""
    return mark._replace(cause="ourCut", told="ctxbudget's words begin it") if mark.cause == "compaction" else mark


def _leaves_out(parents: Mapping[str, str | None], uuid: str | None, rows: Collection[str]) -> bool:
    """Whether none of some rows comes before a row; False if the file does not hold the whole line."""
    seen: set[str] = set()
    while uuid is not None and uuid not in seen:
        if uuid in rows or uuid not in parents:
            return False
        seen.add(uuid)
        uuid = parents[uuid]
    return True


def _is_codex_answer(payload: Record) -> bool:
    """Whether an item is (part of) an answer, and not what the model is asked next."""
    kind = str(payload.get("type"))
    return payload.get("role") == "assistant" or kind == "reasoning" or kind.endswith("_call")


def _switched(tools: Any) -> frozenset[str] | None:
    """The tools that opencode's message switches on or off; None if it says nothing of them."""
    if not isinstance(tools, Mapping):
        return None
    return frozenset(f"{'+' if is_on else '-'}{name}" for name, is_on in tools.items())
