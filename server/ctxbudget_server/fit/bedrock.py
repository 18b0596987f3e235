"""`messages` of Amazon Bedrock's Converse API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ctxbudget_server.fit.model import Key, Message, Part, Role
from ctxbudget_server.fit.records import BlockForm, block_record
from ctxbudget_server.fit.shape import (
    Content,
    Fault,
    Place,
    Words,
    blocks_of,
    is_text,
    readable,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("user", "assistant", "system")
_MEDIA = frozenset(("image", "document", "video", "audio"))
_IN_RESULTS = _MEDIA | {"text", "json", "searchResult"}
_TOOLS = frozenset(("toolAddition", "toolRemoval"))
"""Blocks that say which tools the model has."""
_KNOWN = (
    _MEDIA
    | _TOOLS
    | {"text", "toolUse", "toolResult", "guardContent", "cachePoint", "reasoningContent", "citationsContent"}
    | {"searchResult"}
)
_MARKS = frozenset(("cachePoint",))
"""Blocks that say nothing."""
_SERVED = "server_tool_use"
_FORM = BlockForm(lambda text: {"text": text})


class Bedrock:
    """`messages` of Amazon Bedrock's Converse API."""

    provider = "bedrock"
    alternates = True
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("tool_calls", "tool_call_id", "function_call"))
            or role_fault(message, _ROLES)
            or _blocks_fault(message.get("content"))
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        return bool(message.get("content"))

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        role = message.get("role")
        if role == "assistant":
            return "assistant"
        if role != "user":
            return "system"
        kinds = {_kind(block) for block in blocks_of(message.get("content"))} - _MARKS
        return "result" if kinds == {"toolResult"} else "user"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        role = self.role(message)
        blocks = blocks_of(message.get("content"))
        return [self._part(Key(index, slot), block, role) for slot, block in enumerate(blocks)]

    @staticmethod
    def _part(key: Key, block: Mapping[str, Any], role: Role) -> Part:
        kind = _kind(block)
        inner = block.get(kind)
        if kind == "text" and is_text(block):
            return Part(key, "text", well_formed(block["text"]))
        if kind == "guardContent" and isinstance(inner, dict) and isinstance(inner.get("text"), dict):
            return Part(key, "text", well_formed(string(inner["text"].get("text"))))
        if kind == "toolUse" and isinstance(inner, dict) and inner.get("type") != _SERVED:
            call, tool = string(inner.get("toolUseId")), well_formed(string(inner.get("name")))
            return Part(key, "call", call_id=call, tool=tool, arguments=well_formed(to_json(inner.get("input"))))
        if kind == "toolResult" and isinstance(inner, dict) and role != "assistant":
            found = _said(inner.get("content"))
            failed = inner.get("status") == "error"
            return result_part(key, string(inner.get("toolUseId")), found, fixed=not found.is_open, failed=failed)
        refers = _refers(inner)
        return Part(key, "opaque", stays=kind in _TOOLS or (role == "user" and refers), lasting=refers)

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("content", slot, "toolResult", "content")

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`. A content is a list, and no text in it is empty for good."""
        kept = [block for block in blocks_of(content) if _kind(block) not in ("text", "json")] if keep else []
        return [{"text": text}, *kept]

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`."""
        return block_record(text, words, speakers, _FORM)

    def sent(self, message: Message) -> Message:
        """All of it."""
        return message

    def begins_anew(self, message: Message) -> bool:
        """Never."""
        return False

    def has_unknown(self, message: Message) -> bool:
        """See `Shape`."""
        for block in blocks_of(message.get("content")):
            kind = _kind(block)
            if kind not in _KNOWN:
                return True
            if kind == "toolResult" and any(_kind(one) not in _IN_RESULTS for one in _contents(block)):
                return True
        return False


def _kind(block: Mapping[str, Any]) -> str:
    """The member that a block consists of."""
    return next((name for name, value in block.items() if value is not None), "")


def _contents(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = result.get("toolResult")
    return blocks_of(inner.get("content")) if isinstance(inner, dict) else []


def _said(content: Any) -> Content:
    """What a result says. One text alone is kept as a text."""
    blocks = blocks_of(content)
    if len(blocks) == 1 and blocks[0].keys() == {"text"} and is_text(blocks[0]):
        text = blocks[0]["text"]
        return Content(well_formed(text), text, False, True, False, False)
    texts = [readable(block[_kind(block)]) for block in blocks if _kind(block) in ("text", "json")]
    is_lasting = any(_refers(block.get(_kind(block))) for block in blocks)
    is_open = not is_lasting and all(_kind(block) in _IN_RESULTS for block in blocks)
    return Content("\n".join(texts), to_json(content), True, is_open, is_lasting, False)


def _refers(inner: Any) -> bool:
    """Whether a block's object is a file that stands elsewhere."""
    source = inner.get("source") if isinstance(inner, dict) else None
    return isinstance(source, dict) and isinstance(source.get("s3Location"), dict)


def _blocks_fault(content: Any) -> Fault | None:
    if not isinstance(content, list):
        return Fault(("content",), "is missing or no list")
    for index, block in enumerate(content):
        fault = _block_fault(block)
        if fault:
            return Fault(("content", index, *fault.where), fault.why)
    return None


def _block_fault(block: Any) -> Fault | None:
    """What is wrong with calls and results: each needs the id that makes them a pair."""
    if not isinstance(block, dict):
        return Fault((), "is not an object")
    if "type" in block:
        return Fault(("type",), "belongs to messages of another provider's shape")
    kind = _kind(block)
    if not kind:
        return Fault((), "is empty")
    inner = block[kind]
    if kind == "text":
        return None if isinstance(inner, str) else Fault(("text",), "is not a text")
    if not isinstance(inner, dict):
        return Fault((kind,), "is not an object")
    for name in {"toolUse": ("toolUseId", "name"), "toolResult": ("toolUseId",)}.get(kind, ()):
        if not isinstance(inner.get(name), str):
            return Fault((kind, name), "is missing or no text")
    if kind == "toolResult":
        fault = _blocks_fault(inner.get("content"))
        return Fault((kind, *fault.where), fault.why) if fault else None
    return None
