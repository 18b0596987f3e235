"""Plain arrays of messages as providers and libraries take them."""

from __future__ import annotations

from collections.abc import Sequence

from ctxbudget_server.fit import SHAPES, Message, recognised
from ctxbudget_server.fit.shape import Fault
from ctxbudget_server.transcripts.model import Segment, Transcript, TranscriptError

KNOWN_FORMATS = (
    "supported: sessions of Claude Code, Codex, Gemini CLI and opencode, "
    'an array of messages, {"messages": […]}, {"input": […]} or {"contents": […]} (JSON), '
    "and one message or request per line (JSONL)"
)


def read_messages(messages: list[Message], source: str | None, warnings: tuple[str, ...]) -> Transcript:
    """An array of messages in the format that was named, or the one they have. Raises `TranscriptError`."""
    if not messages:
        raise TranscriptError("holds no messages")
    shape = source or _shape_of(messages)
    if (found := _fault(messages, shape)) is not None:
        index, fault = found
        other = None if source else recognised(messages)
        way = f"--format {other} reads it" if isinstance(other, str) else KNOWN_FORMATS
        raise TranscriptError(f"messages[{index}]{fault.member} {fault.why} (read as {shape}); {way}")
    return Transcript(shape, shape, [Segment(messages)], warnings)


def _fault(messages: Sequence[Message], shape: str) -> tuple[int, Fault] | None:
    """The first message that is not of a shape."""
    faults = ((index, SHAPES[shape].fault(message)) for index, message in enumerate(messages))
    return next(((index, fault) for index, fault in faults if fault is not None), None)


def read_requests(
    arrays: Sequence[list[Message]], numbers: Sequence[int], source: str | None, warnings: tuple[str, ...]
) -> Transcript:
    """Requests that were logged one a line; one that continues the one before is the same conversation.

    Raises `TranscriptError` that names the line.
    """
    shape = source or _shape_of([message for array in arrays for message in array])
    read: list[Transcript] = []
    for number, array in zip(numbers, arrays, strict=True):
        try:
            read.append(read_messages(array, shape, ()))
        except TranscriptError as fault:
            raise TranscriptError(f"line {number}: {fault}") from None
    segments: list[Segment] = []
    for one in read:
        before = segments[-1].messages if segments else None
        if before is not None and one.messages[: len(before)] == before:
            segments[-1] = Segment(one.messages, segments[-1].shared)
        else:
            segments.append(Segment(one.messages, _common(before or [], one.messages)))
    return Transcript(shape, shape, segments, warnings)


def _common(before: Sequence[Message], after: Sequence[Message]) -> int:
    """How many messages two arrays begin with that are the same."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(before), len(after)))


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
