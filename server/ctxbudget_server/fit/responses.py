"""`input` items of OpenAI's responses API."""

from __future__ import annotations

from collections.abc import Sequence
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

_ROLES = ("user", "assistant", "system", "developer")
TEXT_OUTPUTS = ("function_call_output", "custom_tool_call_output")
"""Results that may be a text; those of a computer, a shell and others have their own form."""
_PAIRS = {
    "mcp_approval_request": ("call", "id"),
    "mcp_approval_response": ("result", "approval_request_id"),
    "program": ("call", "call_id"),
    "program_output": ("result", "call_id"),
}
"""Pairs that their types do not show, and the member that joins them."""
_CALLS = frozenset(
    (
        *("function_call", "custom_tool_call", "computer_call", "shell_call", "local_shell_call", "apply_patch_call"),
        *("web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call"),
    )
)
_SEARCHES = ("tool_search_call", "tool_search_output")
_STAYING = frozenset(
    (
        *("compaction", "compaction_summary", "context_compaction", "compaction_trigger", "additional_tools"),
        *("configuration_update", "mcp_list_tools", *_SEARCHES),
    )
)
"""Items whose meaning is the provider's: what was said before, which tools there are, how the model is set."""
REFERENCE = "item_reference"
"""An item that the provider holds: nobody else knows what it is a pair with."""
_KNOWN = _CALLS | _STAYING | _PAIRS.keys() | {"message", "reasoning", REFERENCE}
_IN_CONTENTS = frozenset(
    (
        *("input_text", "input_image", "input_file", "input_audio", "output_text", "refusal", "text"),
        *("summary_text", "reasoning_text"),
    )
)
_FOREIGN_ITEMS = frozenset(
    (
        *("user", "assistant", "system", "human", "ai", "tool", "function", "constructor", "result", "summary"),
        *("response_item", "event_msg", "session_meta", "turn_context", "stream_event", "progress"),
        *("file-history-snapshot", "queue-operation"),
        *("text", "image", "thinking", "tool_use", "tool_result", "tool-call", "tool-result", "tool_call"),
    )
)
"""Types of rows in hosts' files, of other libraries' messages, and of blocks in messages."""
_FOREIGN = frozenset(
    ("tool_use", "tool_result", "server_tool_use", "tool-call", "tool-result", "tool_call", "image_url", "thinking")
)


class Responses:
    """`input` items of OpenAI's responses API."""

    provider = "openai"
    alternates = False
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("tool_calls", "tool_call_id", "function_call"))
            or _type_fault(message)
            or (_message_fault if _kind(message) == "message" else _item_fault)(message)
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        content = message.get("content")
        kinds = {block.get("type") for block in content} if isinstance(content, list) else set()
        return _kind(message) != "message" or bool(kinds & (_IN_CONTENTS - {"text", "refusal"}))

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        kind = _kind(message)
        if kind in _SEARCHES:  # the agent's, also where the provider itself answers
            is_answer = kind.endswith("_output") and isinstance(message.get("call_id"), str)
            return "result" if is_answer else "assistant"
        if kind in _STAYING:
            return "system"
        if kind in _PAIRS:
            return "result" if _PAIRS[kind][0] == "result" else "assistant"
        if kind != "message":
            return "result" if kind.endswith("_output") else "assistant"
        match message.get("role"):
            case "assistant":
                return "assistant"
            case "user":
                return "user"
            case _:
                return "system"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        key = Key(index, 0)
        kind = _kind(message)
        is_result = self.role(message) == "result"
        pair = string(message.get(_PAIRS[kind][1] if kind in _PAIRS else "call_id"))
        pair = pair or (string(message.get("id")) if is_result else "")
        if kind == "message":
            return [self._said(key, message)]
        if kind in _STAYING or kind == REFERENCE:
            return [Part(key, "opaque", stays=True)]
        if pair and not is_result and (kind.endswith("_call") or kind in _PAIRS):
            given = string(message.get("arguments")) or to_json(message.get("input", message.get("action")))
            tool = well_formed(string(message.get("name")) or kind)
            box = _container(message)
            return [Part(key, "call", call_id=pair, tool=tool, arguments=well_formed(given), container=box)]
        if pair and is_result:
            found = content_of(message.get("output"), _IN_CONTENTS)
            fixed = kind not in TEXT_OUTPUTS or not found.is_open
            return [result_part(key, pair, found, fixed=fixed)]
        lasting = kind != "reasoning" and refers_to_provider(message)
        return [Part(key, "opaque", lasting=lasting, container=_container(message))]

    @staticmethod
    def _said(key: Key, message: Message) -> Part:
        text = joined_text(message.get("content"))
        stays = message.get("role") == "user" and refers_to_provider(message.get("content"))
        return Part(key, "text" if text else "opaque", text, stays=stays)

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("output",)

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
        """Never: the messages of people before a compaction are read."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        kind = _kind(message)
        if kind not in _KNOWN and not (kind.endswith("_output") and kind.removesuffix("_output") in _CALLS):
            return kind != "custom_tool_call_output"
        content = message.get("content" if kind == "message" else "output")
        return isinstance(content, list) and any(
            isinstance(block, dict) and block.get("type", "input_text") not in _IN_CONTENTS for block in content
        )


def _kind(message: Message) -> str:
    kind = message.get("type")
    return kind if isinstance(kind, str) else "message"


def _container(message: Message) -> str:
    """The id of the container that an item works in: the provider finds it by the item."""
    environment = message.get("environment")
    inner: Any = environment.get("container_id") if isinstance(environment, dict) else None
    return string(message.get("container_id")) or string(inner)


def _type_fault(message: Message) -> Fault | None:
    kind = message.get("type")
    if kind is None:
        return None
    if not isinstance(kind, str):
        return Fault(("type",), "is not a text")
    return Fault(("type",), f"is {kind!r}, which is not an item's") if kind in _FOREIGN_ITEMS else None


def _message_fault(message: Message) -> Fault | None:
    content = message.get("content")
    return role_fault(message, _ROLES) or content_fault(content, "content", _FOREIGN) or _texts_fault(content)


def _texts_fault(content: Any) -> Fault | None:
    for index, block in enumerate(content if isinstance(content, list) else []):
        if block["type"] in ("input_text", "output_text", "text") and not isinstance(block.get("text"), str):
            return Fault(("content", index, "text"), "is missing or no text")
    return None


def _item_fault(message: Message) -> Fault | None:
    kind = _kind(message)
    member = _PAIRS[kind][1] if kind in _PAIRS else "call_id" if kind in ("function_call", "custom_tool_call") else ""
    if member and not isinstance(message.get(member), str):
        return Fault((member,), "is missing or no text")
    if kind not in TEXT_OUTPUTS:
        return None
    if not isinstance(message.get("call_id") or message.get("id"), str):
        return Fault(("call_id",), "is missing or no text")
    return content_fault(message.get("output"), "output", _FOREIGN)
