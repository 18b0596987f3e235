"""`messages` of the Anthropic Messages API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.shape import (
    BRIDGE,
    LOADERS,
    Fault,
    Place,
    Words,
    content_fault,
    content_of,
    is_text,
    refers_to_provider,
    role_fault,
    shape_fault,
    string,
    to_json,
    with_text,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("user", "assistant", "system")
_IN_RESULTS = frozenset(("text", "image", "document", "search_result", "tool_reference", "browser_state"))
_KNOWN = frozenset(
    (
        *("text", "image", "document", "search_result", "thinking", "redacted_thinking", "tool_use", "tool_result"),
        *("server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result"),
        *("bash_code_execution_tool_result", "text_editor_code_execution_tool_result", "advisor_tool_result"),
        *("tool_search_tool_result", "mcp_tool_use", "mcp_tool_result", "mcp_tool_listing", "container_upload"),
        *("compaction", "tool_addition", "tool_removal", "fallback"),
    )
)
_STAYING = LOADERS | {"compaction", "container_upload", "tool_search_tool_result", "mcp_tool_listing"}
"""Blocks whose meaning is the provider's: what was said before, which tools there are, which files a container has."""
_SHARED = frozenset(("text", "image", "document"))
"""Blocks of these types other shapes have as well; a source makes them Anthropic's."""
_FOREIGN = frozenset(
    (
        *("image_url", "input_text", "input_image", "input_file", "input_audio", "output_text", "refusal", "file"),
        *("function_call", "function_call_output", "tool-call", "tool-result", "tool_call", "reasoning", "video_url"),
    )
)
"""Blocks of OpenAI's shapes, the Vercel AI SDK's and LangChain's."""


class Anthropic:
    """`messages` of the Anthropic Messages API."""

    provider = "anthropic"
    alternates = True
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        is_system = message.get("role") == "system"
        return (
            shape_fault(message, foreign=("tool_calls", "tool_call_id", "function_call"))
            or role_fault(message, _ROLES)
            or _type_fault(message)
            or content_fault(message.get("content"), "content", _FOREIGN, may_lack=is_system)
            or _blocks_fault(message.get("content"))
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        return any(
            _kind(block) in _KNOWN - _SHARED or (_kind(block) in _SHARED and isinstance(block.get("source"), dict))
            for block in _blocks(message.get("content"))
        )

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        role = message.get("role")
        if role == "assistant":
            return "assistant"
        if role != "user":
            return "system"
        blocks = _blocks(message.get("content"))
        is_result = bool(blocks) and all(isinstance(b, dict) and b.get("type") == "tool_result" for b in blocks)
        return "result" if is_result else "user"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        is_persons = self.role(message) == "user"
        blocks = _blocks(message.get("content"))
        searches = {block.get("tool_use_id") for block in blocks if _kind(block) == "tool_search_tool_result"}
        return [self._part(Key(index, slot), block, is_persons, searches) for slot, block in enumerate(blocks)]

    @staticmethod
    def _part(key: Key, block: Any, is_persons: bool, searches: set[Any]) -> Part:
        kind = _kind(block)
        if kind == "text" and is_text(block):
            return Part(key, "text", well_formed(block["text"]))
        if kind == "tool_use":
            call, tool = string(block.get("id")), well_formed(string(block.get("name")))
            return Part(key, "call", call_id=call, tool=tool, arguments=well_formed(to_json(block.get("input"))))
        if kind == "tool_result":
            found = content_of(block.get("content"), _IN_RESULTS)
            return Part(
                key,
                "result",
                found.text,
                string(block.get("tool_use_id")),
                failed=block.get("is_error") is True,
                original=found.original,
                is_json=found.is_json,
                fixed=not found.is_open,
                stays=found.loads_tools,
                lasting=found.is_lasting,
            )
        refers = kind not in ("thinking", "redacted_thinking") and refers_to_provider(block)
        is_search = kind == "server_tool_use" and block.get("id") in searches
        stays = kind in _STAYING or is_search or (is_persons and refers)
        return Part(key, "opaque", stays=stays, lasting=refers)

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("content", slot, "content")

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`."""
        return with_text(content, text, keep=keep)

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`."""
        said = [_well_formed(_blocks(message["content"])[slot]) for message, slots in words for slot in slots]
        if "user" not in speakers:
            return [{"role": "assistant", "content": text}]
        bridge = {"role": "assistant", "content": BRIDGE}
        record = {"role": "user", "content": [{"type": "text", "text": text}, *said] if said else text}
        return [record if speaker == "user" else bridge for speaker in speakers]

    def sent(self, message: Message) -> Message:
        """All from its last summary on, where it has one."""
        content = message.get("content")
        if not isinstance(content, list):
            return message
        last = max((slot for slot, block in enumerate(content) if _is_summary(block)), default=0)
        return {**message, "content": content[last:]} if last else message

    def begins_anew(self, message: Message) -> bool:
        """What precedes a summary is not sent to the model. One without content is a compaction that failed."""
        content = message.get("content")
        return isinstance(content, list) and any(_is_summary(block) for block in content)

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        content = message.get("content")
        if not isinstance(content, list):
            return False
        for block in content:
            kind = _kind(block)
            if kind not in _KNOWN:
                return True
            if kind == "tool_result" and any(_kind(one) not in _IN_RESULTS for one in _inner(block)):
                return True
        return False


def _kind(block: Any) -> str | None:
    kind = block.get("type") if isinstance(block, dict) else None
    return kind if isinstance(kind, str) else None


def _is_summary(block: Any) -> bool:
    return _kind(block) == "compaction" and isinstance(block.get("content"), str)


def _inner(result: Mapping[str, Any]) -> list[Any]:
    content = result.get("content")
    return content if isinstance(content, list) else []


def _blocks(content: Any) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


def _well_formed(block: Mapping[str, Any]) -> dict[str, Any]:
    return {**block, "text": well_formed(block["text"])}


def _type_fault(message: Message) -> Fault | None:
    """An answer of the API may be sent as it came, with the type that it has."""
    if message.get("type", "message") == "message":
        return None
    return Fault(("type",), "belongs to rows of a file, or to items of another provider's shape")


def _blocks_fault(content: Any) -> Fault | None:
    """What is wrong with calls and results: each needs the id that makes them a pair."""
    for index, block in enumerate(content if isinstance(content, list) else []):
        needed = {"tool_use": "id", "server_tool_use": "id", "mcp_tool_use": "id"}.get(block["type"])
        if block["type"].endswith("tool_result"):
            needed = "tool_use_id"
        if needed and not isinstance(block.get(needed), str):
            return Fault(("content", index, needed), "is missing or no text")
        if block["type"] == "tool_result":
            fault = content_fault(block.get("content"), "content", _FOREIGN, may_lack=True)
            if fault:
                return Fault(("content", index, *fault.where), fault.why)
        if block["type"] == "text" and not is_text(block):
            return Fault(("content", index, "text"), "is missing or no text")
    return None
