"""Model messages of the Vercel AI SDK: `ModelMessage`, and the prompt of a `LanguageModelV3` or later."""

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
    content_fault,
    content_of,
    is_text,
    readable,
    result_part,
    role_fault,
    shape_fault,
    string,
    to_json,
    with_text,
)
from ctxbudget_server.fit.unicode import well_formed

_ROLES = ("system", "user", "assistant", "tool")
_IN_RESULTS = frozenset(
    (
        *("text", "file", "file-data", "file-url", "file-id", "file-reference", "media", "custom"),
        *("image-data", "image-url", "image-file-id", "image-file-reference"),
    )
)
_KNOWN = frozenset(
    (
        *("text", "image", "file", "reasoning", "reasoning-file", "custom"),
        *("tool-call", "tool-result", "tool-approval-request", "tool-approval-response"),
    )
)
_OUTPUTS = ("text", "json", "error-text", "error-json", "execution-denied", "content")
_REFERENCES = ("providerReference", "fileId")
"""Members that name a file that the provider holds."""
_FOREIGN = frozenset(
    (
        *("tool_use", "tool_result", "server_tool_use", "thinking", "redacted_thinking", "document", "image_url"),
        *("input_text", "input_image", "input_file", "input_audio", "output_text", "refusal", "video_url"),
        *("function_call", "function_call_output", "tool_call", "toolCall", "step-start", "dynamic-tool"),
    )
)
"""Blocks of Anthropic's shape, of OpenAI's, of LangChain's, and of the SDK's own UI messages."""


_FORM = BlockForm(lambda text: {"type": "text", "text": text})


class Vercel:
    """Model messages of the Vercel AI SDK."""

    provider = "vercel"
    alternates = True
    grows = False

    def fault(self, message: Message) -> Fault | None:
        """See `Shape`."""
        return (
            shape_fault(message, foreign=("tool_calls", "tool_call_id", "function_call"))
            or role_fault(message, _ROLES)
            or content_fault(message.get("content"), "content", _FOREIGN)
            or _role_content_fault(message)
            or _blocks_fault(message["content"])
        )

    def owns(self, message: Message) -> bool:
        """See `Shape`."""
        kinds = {block.get("type") for block in blocks_of(message.get("content"))}
        return bool(kinds & (_KNOWN - {"text"}))

    def role(self, message: Message) -> Role:
        """See `Shape`."""
        match message.get("role"):
            case "assistant":
                return "assistant"
            case "tool":
                return "result"
            case "user":
                return "user"
            case _:
                return "system"

    def parts(self, index: int, message: Message) -> list[Part]:
        """See `Shape`."""
        blocks = blocks_of(message.get("content"))
        calls = {block.get("toolCallId") for block in blocks if block.get("type") == "tool-call"}
        results = {block.get("toolCallId") for block in blocks if block.get("type") == "tool-result"}
        served = calls & results  # the provider itself made these calls, in one go
        is_persons = self.role(message) == "user"
        return [self._part(Key(index, slot), block, served, is_persons) for slot, block in enumerate(blocks)]

    @staticmethod
    def _part(key: Key, block: Mapping[str, Any], served: set[Any], is_persons: bool) -> Part:
        kind, call = block.get("type"), string(block.get("toolCallId"))
        if kind == "text" and is_text(block):
            return Part(key, "text", well_formed(block["text"]))
        if kind == "tool-call" and call not in served:
            given = block.get("input")
            arguments = given if isinstance(given, str) else to_json(given)
            tool = well_formed(string(block.get("toolName")))
            return Part(key, "call", call_id=call, tool=tool, arguments=well_formed(arguments))
        if kind == "tool-result" and call not in served:
            found, failed = _output(block.get("output"))
            fixed = not found.is_open or block.get("providerExecuted") is True
            return result_part(key, call, found, fixed=fixed, failed=failed)
        refers = _refers(block)
        return Part(key, "opaque", stays=is_persons and refers, lasting=refers or bool(served))

    def place(self, message: Message, slot: int) -> Place:
        """See `Shape`."""
        return ("content", slot, "output")

    def reduced(self, content: Any, text: str, *, keep: bool) -> Any:
        """See `Shape`."""
        if not isinstance(content, dict):
            return text
        beside = {name: value for name, value in content.items() if name not in ("type", "value", "reason")}
        kind = content.get("type")
        if keep and kind == "content":
            blocks = with_text(content.get("value"), text, keep=True)
            if isinstance(blocks, list):
                return {**content, "value": blocks}
        written = "error-text" if kind in ("error-text", "error-json") else "text"
        return {"type": written, "value": text, **beside}

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """See `Shape`. Always blocks: a `LanguageModelV3` takes nothing else."""
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
            if block.get("type") not in _KNOWN:
                return True
            output = block.get("output")
            inner = output.get("value") if isinstance(output, dict) and output.get("type") == "content" else None
            if any(one.get("type") not in _IN_RESULTS for one in blocks_of(inner)):
                return True
        return False


def _output(output: Any) -> tuple[Content, bool]:
    """What a result says, and whether it says that the call failed."""
    if not isinstance(output, dict):
        return content_of(output, _IN_RESULTS), False
    kind, value = output.get("type"), output.get("value")
    failed = kind in ("error-text", "error-json")
    if kind == "content":
        found = content_of(value, _IN_RESULTS)
        lasting = found.is_lasting or any(map(_refers, blocks_of(value)))
        open_now = found.is_open and not lasting
        return found._replace(original=to_json(output), is_json=True, is_open=open_now, is_lasting=lasting), False
    if kind in ("json", "error-json"):
        return Content(readable(value), to_json(value), True, True, False, False), failed
    if kind == "execution-denied":
        reason = string(output.get("reason"))
        return Content(well_formed(reason), to_json(output), True, False, False, False), True
    return content_of(value, _IN_RESULTS), failed


def _refers(block: Mapping[str, Any]) -> bool:
    """Whether a block is a file that the provider holds."""
    data = block.get("data")
    is_reference = isinstance(data, dict) and (data.get("type") == "reference" or _is_reference(data))
    is_reference = is_reference or _is_reference(block.get("image"))
    return is_reference or any(block.get(name) is not None for name in _REFERENCES)


def _is_reference(value: Any) -> bool:
    """`{"openai": "file-1"}`: the id of a file by its provider."""
    return isinstance(value, dict) and "type" not in value and all(isinstance(one, str) for one in value.values())


def _role_content_fault(message: Message) -> Fault | None:
    content, role = message["content"], message["role"]
    if role == "tool" and not isinstance(content, list):
        return Fault(("content",), "is not a list of results")
    if role == "system" and not isinstance(content, str):
        return Fault(("content",), "is not a text")
    return None


def _blocks_fault(content: Any) -> Fault | None:
    """What is wrong with calls and results: each needs the id that makes them a pair."""
    for index, block in enumerate(content if isinstance(content, list) else []):
        kind = block["type"]
        if kind in ("tool-call", "tool-result"):
            for name in ("toolCallId", "toolName"):
                if not isinstance(block.get(name), str):
                    return Fault(("content", index, name), "is missing or no text")
        if kind == "tool-result":
            fault = _output_fault(block.get("output"))
            if fault:
                return Fault(("content", index, "output", *fault.where), fault.why)
        if kind in ("text", "reasoning") and not is_text(block):
            return Fault(("content", index, "text"), "is missing or no text")
        if kind == "image" and block.get("image") is None:
            return Fault(("content", index, "image"), "is missing")
        if kind == "file" and not isinstance(block.get("mediaType"), str):
            return Fault(("content", index, "mediaType"), "is missing or no text")
    return None


def _output_fault(output: Any) -> Fault | None:
    """A bare text is Cline's."""
    if isinstance(output, str):
        return None
    if not isinstance(output, dict):
        return Fault((), "is missing, or neither a text nor an object")
    kind, value = output.get("type"), output.get("value")
    if kind not in _OUTPUTS:
        return Fault(("type",), f"is none of {', '.join(_OUTPUTS)}")
    if kind in ("text", "error-text") and not isinstance(value, str):
        return Fault(("value",), "is missing or no text")
    if kind in ("json", "error-json") and "value" not in output:
        return Fault(("value",), "is missing")
    return content_fault(value, "value", _FOREIGN) if kind == "content" else None
