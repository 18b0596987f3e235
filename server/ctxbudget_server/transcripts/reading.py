"""Finds out what a text is, and reads it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ctxbudget_server.fit import SHAPES, Message
from ctxbudget_server.transcripts.claude_code import is_row, read_rows
from ctxbudget_server.transcripts.model import FORMATS, Segment, Transcript, TranscriptError

KNOWN = (
    "known are session files of Claude Code (JSONL), "
    'an array of messages, {"messages": […]} and {"input": […]} (JSON), and one message a line (JSONL)'
)


def read_transcript(text: str, source: str | None = None) -> Transcript:
    """Read a transcript; `source` None finds out which of `FORMATS` it is. Raises `TranscriptError`."""
    if source is not None and source not in FORMATS:
        raise TranscriptError(f"unknown format {source!r}")
    if not text.strip():
        raise TranscriptError("is empty")
    value, warnings = _parsed(text)
    if isinstance(value, dict) and not _is_rows([value]):
        value = next((value[name] for name in ("messages", "input") if isinstance(value.get(name), list)), None)
        if value is None:
            raise TranscriptError(f"holds an object without a list of messages; {KNOWN}")
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise TranscriptError(f"holds no list of objects; {KNOWN}")
    if source == "claude-code" or (source is None and _is_rows(rows)):
        segments = [segment for segment in read_rows(rows) if segment.messages]
        if not segments:
            raise TranscriptError("holds no messages of a user and an assistant")
        return Transcript("claude-code", "anthropic", segments, warnings)
    return _array(rows, source, warnings)


def _parsed(text: str) -> tuple[Any, tuple[str, ...]]:
    """The value of a JSON text, or the rows of JSON lines. A torn last line is how a running session looks."""
    try:
        return json.loads(text), ()
    except (ValueError, RecursionError) as fault:
        whole = fault
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    rows, warnings = [], []
    for position, (number, line) in enumerate(lines):
        try:
            rows.append(json.loads(line))
        except (ValueError, RecursionError) as fault:
            if not rows:
                raise TranscriptError(f"is neither JSON ({whole}) nor JSON lines; {KNOWN}") from None
            if position < len(lines) - 1:
                raise TranscriptError(f"line {number} is no JSON: {fault}") from None
            warnings.append(f"line {number}, the last one, is torn and was left out")
    return rows, tuple(warnings)


def _is_rows(rows: Sequence[Any]) -> bool:
    return any(isinstance(row, dict) and is_row(row) for row in rows)


def _array(messages: list[Message], source: str | None, warnings: tuple[str, ...]) -> Transcript:
    if not messages:
        raise TranscriptError("holds no messages")
    shape = source or _shape_of(messages)
    for index, message in enumerate(messages):
        if fault := SHAPES[shape].fault(message):
            where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in fault.where)
            raise TranscriptError(f"messages[{index}]{where} {fault.why} (read as {shape}); {KNOWN}")
    return Transcript(shape, shape, [Segment(messages)], warnings)


def _shape_of(messages: Sequence[Message]) -> str:
    """The shape that only one provider's messages have; those that all have in common are read as Anthropic's."""
    blocks = [b for m in messages if isinstance(m.get("content"), list) for b in m["content"] if isinstance(b, dict)]
    kinds = {block.get("type") for block in blocks}
    if any(isinstance(m.get("type"), str) for m in messages) or kinds & {"input_text", "output_text", "input_image"}:
        return "openai-responses"
    if kinds & {"tool_use", "tool_result", "thinking", "image"}:
        return "anthropic"
    roles = {message.get("role") for message in messages}
    if roles & {"tool", "function", "system", "developer"} or any("tool_calls" in message for message in messages):
        return "openai-chat"
    return "openai-chat" if "image_url" in kinds else "anthropic"
