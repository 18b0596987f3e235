"""`messages` of OpenAI's chat completions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.records import plain_record
from ctxbudget_server.fit.shape import (
    Fault,
    Place,
    Words,
    content_fault,
    content_of,
    joined_text,
    refers_to_provider,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
    with_text,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_KNOWN = frozenset(("text", "image_url", "input_audio", "file", "refusal", "video_url", "audio_url"))
_FOREIGN = frozenset(
    (
        *("tool_use", "tool_result", "server_tool_use", "tool-call", "tool-result", "tool_call"),
        *("input_text", "input_image", "input_file", "output_text", "function_call", "function_call_output"),
    )
)
"""Blocks of Anthropic's shape, of OpenAI's responses, the Vercel AI SDK's and LangChain's."""


class Chat:
    """`messages` of OpenAI's chat completions."""

    provider = "openai"
    alternates = False
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("call_id",))
            or role_fault(message, _ROLES)
            or _calls_fault(message)
            or content_fault(message.get("content"), "content", _FOREIGN, may_lack=_may_lack_content(message))
            or _source_fault(message.get("content"))
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        content = message.get("content")
        kinds = {block.get("type") for block in content} if isinstance(content, list) else set()
        is_theirs = message.get("role") in ("tool", "function") or any(
            message.get(name) for name in ("tool_calls", _OLD)
        )
        return is_theirs or bool(kinds & (_KNOWN - {"text", "file"})) or _holds_file(content)

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        match message.get("role"):
            case "assistant":
                return "assistant"
            case "tool" | "function":
                return "result"
            case "user":
                return "user"
            case _:
                return "system"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        key = Key(index, 0)
        content = message.get("content")
        if self.role(message) == "result":
            found = content_of(content, _KNOWN)
            is_old = message.get("role") == "function"
            call = _old_call(index - 1) if is_old else string(message.get("tool_call_id"))
            return [result_part(key, call, found, fixed=not found.is_open or content is None)]
        text = joined_text(content)
        stays = self.role(message) == "user" and refers_to_provider(content)
        parts = [Part(key, "text", text, stays=stays)] if text else []
        for slot, made in enumerate(_calls(message), 1):
            inner = made.get("function") or made.get("custom")
            function = inner if isinstance(inner, dict) else {}
            given = string(function.get("arguments")) or to_json(function.get("arguments", function.get("input")))
            parts.append(
                Part(
                    Key(index, slot),
                    "call",
                    call_id=_old_call(index) if made.get("type") == _OLD else string(made.get("id")),
                    tool=well_formed(string(function.get("name"))),
                    arguments=well_formed(given),
                )
            )
        return parts or [Part(key, "opaque", stays=stays)]

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("content",)

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`."""
        return with_text(content, text, keep=keep)

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`."""
        return plain_record(text, words, speakers)

    def sent(self, message: Message) -> Message:
        """All of it."""
        return message

    def begins_anew(self, message: Message) -> bool:
        """Never."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        content = message.get("content")
        return isinstance(content, list) and any(
            isinstance(block, dict) and block.get("type") not in _KNOWN for block in content
        )


_OLD = "function_call"


def _holds_file(content: Any) -> bool:
    blocks = content if isinstance(content, list) else []
    return any(block.get("type") == "file" and isinstance(block.get("file"), dict) for block in blocks)


def _old_call(index: int) -> str:
    """The id of the one call of an older message, which has none of its own: its result follows it at once."""
    return f"{_OLD}:{index}"


def _calls(message: Message) -> list[Mapping[str, Any]]:
    calls: list[Mapping[str, Any]] = [call for call in message.get("tool_calls") or [] if isinstance(call, dict)]
    old = message.get(_OLD)
    return [*calls, {"type": _OLD, "function": old}] if isinstance(old, dict) else calls


def _may_lack_content(message: Message) -> bool:
    if message.get("role") == "function":
        return True
    says = any(message.get(name) for name in ("tool_calls", _OLD, "refusal", "audio", "images"))
    return message.get("role") == "assistant" and says


def _calls_fault(message: Message) -> Fault | None:
    if message.get("role") == "tool" and not isinstance(message.get("tool_call_id"), str):
        return Fault(("tool_call_id",), "is missing or no text")
    calls = message.get("tool_calls")
    if calls is None:
        return None
    if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
        return Fault(("tool_calls",), "is not a list of objects")
    for index, call in enumerate(calls):
        if not isinstance(call.get("id"), str):
            return Fault(("tool_calls", index, "id"), "is missing or no text")
        if not any(isinstance(call.get(name), dict) for name in ("function", "custom")):
            return Fault(("tool_calls", index, "function"), "is missing or no object")
    return None


def _source_fault(content: Any) -> Fault | None:
    """Anthropic's pictures and documents have a source."""
    for index, block in enumerate(content if isinstance(content, list) else []):
        if block["type"] in ("image", "document") and isinstance(block.get("source"), dict):
            return Fault(("content", index, "source"), "belongs to another provider's shape")
        if block["type"] == "text" and not isinstance(block.get("text"), str):
            return Fault(("content", index, "text"), "is missing or no text")
    return None
