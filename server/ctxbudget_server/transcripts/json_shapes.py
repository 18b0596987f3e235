"""Plain arrays of messages as providers take them: Anthropic's, and both of OpenAI's."""

from __future__ import annotations

from collections.abc import Sequence

from ctxbudget_server.fit import SHAPES, Message
from ctxbudget_server.transcripts.model import Segment, Transcript, TranscriptError

KNOWN_FORMATS = (
    "supported: session files of Claude Code (JSONL), "
    'an array of messages, {"messages": […]} or {"input": […]} (JSON), and one message per line (JSONL)'
)


def read_messages(messages: list[Message], source: str | None, warnings: tuple[str, ...]) -> Transcript:
    """An array of messages in the format that was named, or the one they have. Raises `TranscriptError`."""
    if not messages:
        raise TranscriptError("holds no messages")
    shape = source or _shape_of(messages)
    for index, message in enumerate(messages):
        if fault := SHAPES[shape].fault(message):
            raise TranscriptError(f"messages[{index}]{fault.member} {fault.why} (read as {shape}); {KNOWN_FORMATS}")
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
