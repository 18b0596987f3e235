"""What hosts write down of a conversation: the model, the provider's bills, what people and agents said.

Transcripts grow to hundreds of megabytes, and a host may be writing while they are read. So they are read from the
end, a bounded piece of whole lines; a line that is no JSON is passed over, and a file that is not there is empty.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ctxbudget_server.agents.model import Bill, Usage, shortened
from ctxbudget_server.agents.outputs import text_of

TAIL_BYTES: Final = 1 << 20
CONVERSATION_BYTES: Final = 8 << 20
HEAD_BYTES: Final = 64 << 10
TASK_CHARACTERS: Final = 160
SHRUNK: Final = 0.6
"""A request of less than this share of the one before it was compressed: Gemini CLI keeps 30 % of its history."""

Line = Mapping[str, Any]


class Transcript:
    """The end of a transcript in JSON Lines: Claude Code's, Codex' or Gemini CLI's. Never raises."""

    def __init__(self, path: str | None, limit: int = TAIL_BYTES, before: str | None = None) -> None:
        lines = list(_objects(_end(path, limit)))
        self.lines = lines if before is None else [line for line in lines if str(line.get("timestamp")) < before]

    @property
    def model(self) -> str | None:
        """The model that answered last."""
        for line in reversed(self.lines):
            for holder in (line.get("message"), line.get("payload"), line):
                model = holder.get("model") if isinstance(holder, Mapping) else None
                if isinstance(model, str) and model and not model.startswith("<"):
                    return model
        return None

    @property
    def window(self) -> int | None:
        """The size of the model's window, where the host writes it down (Codex)."""
        for line in reversed(self.lines):
            size = _member(line, "payload", "info").get("model_context_window")
            if isinstance(size, int) and size > 0:
                return size
        return None

    def bills(self) -> list[Bill]:
        """What tool results cost between two answers of one turn (Claude Code, Gemini CLI).

        The second request holds the first, the first answer and the results: its bill less the others is theirs.
        """
        found = []
        before: Usage | None = None
        last_id = ""
        texts: list[str] = []
        clean = False
        for message_id, usage, entered in _requests(self.lines):
            if entered is not None:
                texts.append(entered)
                continue
            if usage is None:
                clean = False
                continue
            if before is not None and message_id == last_id:  # results may stand between the lines of one answer
                before = _larger(before, usage)
                continue
            last_id = message_id
            if before is not None and clean and texts and usage.input > before.window:
                found.append(Bill(message_id, texts, usage.input - before.window))
            before, texts, clean = usage, [], True
        return found

    def shrinking(self) -> tuple[str, str] | None:
        """(id, time) of the last answer that was given on far less than the one before it (Gemini CLI).

        It tells before every request that it may compress, and never that it has.
        """
        found = None
        before = 0
        for line in self.lines:
            usage = _usage(line.get("tokens"))
            if usage is not None:
                if usage.input < SHRUNK * before:
                    found = (str(line.get("id")), str(line.get("timestamp")))
                before = usage.input
        return found

    def summary(self) -> str:
        """What the host made of the conversation when it last compacted it; empty if it does not say."""
        for line in reversed(self.lines):
            if line.get("type") == "compacted":
                return text_of(_member(line, "payload").get("message"))
            if line.get("isCompactSummary") is True:
                return text_of(_member(line, "message").get("content"))
        return ""

    def conversation(self) -> str:
        """What people and the agent said since the last compaction, without results of tools."""
        said: list[str] = []
        for line in self.lines:
            if line.get("type") == "compacted" or line.get("isCompactSummary") is True:
                said.clear()
            elif spoken := _spoken(line):
                said.append(spoken)
        return "\n\n".join(said)


def last_message(path: str | None) -> str:
    """The last text of an agent in its transcript."""
    for line in reversed(Transcript(path).lines):
        message = _member(line, "message")
        if message.get("role") == "assistant" and (text := _texts(message.get("content"))):
            return text
    return ""


def beginning_of(path: str, limit: int) -> bytes:
    """How a file begins; nothing where it cannot be read."""
    return _bytes(path, 0, limit)


def task_of_agent(transcript: str | None, agent: str) -> str:
    """What a subagent of Claude Code was asked, from its own transcript beside the session's; one line."""
    if not transcript or not transcript.endswith(".jsonl"):
        return ""
    path = os.path.join(transcript.removesuffix(".jsonl"), "subagents", f"agent-{agent}.jsonl")
    for line in _objects(_bytes(path, 0, HEAD_BYTES)):
        if line.get("type") == "user":
            return shortened(text_of(_member(line, "message").get("content")), TASK_CHARACTERS)
    return ""


def _requests(lines: list[Line]) -> Iterator[tuple[str, Usage | None, str | None]]:
    """(id, usage, None) for each answer, ("", None, text) for each result, ("", None, None) for what breaks a turn.

    An answer of several blocks is written as several lines of one id; its last one has the final figures.
    """
    pending: tuple[str, Usage] | None = None
    for line in lines:
        if line.get("isSidechain") is True:
            continue
        if (answer := _answer(line)) is not None:
            if pending is not None and pending[0] != answer[0]:
                yield *pending, None
                pending = None
            pending = (answer[0], answer[1] if pending is None else _larger(pending[1], answer[1]))
        elif line.get("type") == "user" or "attachment" in line:
            if pending is not None:
                yield *pending, None
                pending = None
            message = _member(line, "message")
            results = _results(message.get("content") if message else line.get("content"))
            yield from [("", None, None)] if results is None else [("", None, result) for result in results]
    if pending is not None:
        yield *pending, None


def _answer(line: Line) -> tuple[str, Usage] | None:
    """(id, usage) of a line in which a model answered."""
    message = _member(line, "message")
    if line.get("type") == "assistant" and (usage := _usage(message.get("usage"))):
        return str(message.get("id") or line.get("uuid") or ""), usage
    if line.get("type") == "gemini" and (usage := _usage(line.get("tokens"))):
        return str(line.get("id") or ""), usage
    return None


def _results(content: Any) -> list[str] | None:
    """The texts of tool results; None for anything else that entered, or an image."""
    if not isinstance(content, list) or not content:
        return None
    texts = []
    for block in content:
        if not isinstance(block, Mapping):
            return None
        if block.get("type") == "tool_result":
            texts.append(text_of(block.get("content")))
        elif response := _member(block, "functionResponse", "response"):
            texts.append(text_of(response))
        else:
            return None
    return texts if all(texts) else None


_INPUTS: Final = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "input")
_OUTPUTS: Final = ("output_tokens", "output")
"""Anthropic's names, and those of Gemini CLI, whose input holds what came from the cache."""


def _usage(given: Any) -> Usage | None:
    if not isinstance(given, Mapping):
        return None
    inputs = [given.get(name) or 0 for name in _INPUTS]
    outputs = [given.get(name) or 0 for name in _OUTPUTS]
    if not all(isinstance(part, int) for part in (*inputs, *outputs)) or not sum(inputs):
        return None
    return Usage(sum(inputs), sum(outputs))


def _larger(one: Usage, other: Usage) -> Usage:
    return Usage(max(one.input, other.input), max(one.output, other.output))


def _spoken(line: Line) -> str:
    """`role: text` of a line in which somebody speaks."""
    message = _member(line, "message") or _member(line, "payload") or line
    role = message.get("role") or message.get("type")
    hidden = line.get("isMeta") is True or line.get("isSidechain") is True
    if role not in ("user", "assistant", "gemini") or hidden:
        return ""
    text = _texts(message.get("content"))
    return f"{role}: {text}" if text else ""


def _texts(content: Any) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    kinds = ("text", "input_text", "output_text", None)
    parts = [block.get("text") for block in content if isinstance(block, Mapping) and block.get("type") in kinds]
    return "\n".join(part for part in parts if isinstance(part, str) and part)


def _member(line: Line, *names: str) -> Line:
    value: Any = line
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _objects(data: bytes) -> Iterator[Line]:
    for raw in data.split(b"\n"):
        if raw.startswith(b"{"):
            try:
                value = json.loads(raw)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, dict):
                yield value


def _end(path: str | None, limit: int) -> bytes:
    """The last whole lines of a file, at most `limit` bytes."""
    if not path:
        return b""
    try:
        size = os.stat(path).st_size
    except (OSError, ValueError):
        return b""
    data = _bytes(path, max(0, size - limit), limit)
    return data.partition(b"\n")[2] if size > limit else data


def _bytes(path: str, start: int, limit: int) -> bytes:
    """A piece of a regular file; nothing where it cannot be read. A pipe must not make a hook wait."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        return b""
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b""
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            file.seek(start)
            return file.read(limit)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
