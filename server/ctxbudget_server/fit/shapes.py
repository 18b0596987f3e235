"""The shapes of providers: each reads messages into parts, and writes changed texts back into copies of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

from ctxbudget_server.fit.model import Key, Message, Part, Role


class Fault(NamedTuple):
    """Where in a message something is wrong, and what."""

    where: tuple[str | int, ...]
    why: str


Words: TypeAlias = Sequence[tuple[Message, Sequence[int]]]
"""What people said: messages, and slots in them."""


def who_records(before: Role | None, after: Role | None) -> tuple[Role, ...]:
    """Who must speak between two messages so that speakers keep taking turns, the user first."""
    first: Role = "assistant" if before in ("user", "result") else "user"
    last: Role = "assistant" if after in ("user", "result") else "user"
    return (first,) if first == last else (first, last)


def must_record(before: Role | None, after: Role | None, *, alternates: bool) -> bool:
    """Whether an array would not be legal with nothing at all between two messages."""
    if before in (None, "system"):
        return after not in ("user", "system")
    return alternates and (before == "assistant") == (after in (None, "assistant"))


class Shape(Protocol):
    """One provider's shape."""

    alternates: bool
    """Whether agent and user must take turns."""

    def fault(self, message: Message) -> Fault | None:
        """What keeps a message from being read, or None."""

    def role(self, message: Message) -> Role:
        """Whose message it is; `result` for messages that are nothing but results of calls."""

    def parts(self, index: int, message: Message) -> list[Part]:
        """What stands in a message, in order."""

    def replace(self, message: Message, texts: Mapping[int, str]) -> Message:
        """A copy with other texts in some results, by slot."""

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        """Messages that replace removed ones: the record, then what people said. `speakers` as `who_records` says."""


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def to_json(value: Any) -> str:
    """The JSON text that figures and archives are made from."""
    return _ENCODER.encode(value)


def _flat(content: Any) -> tuple[str, str, bool]:
    """(text, what an archive keeps, whether that is JSON) of a result's content."""
    if isinstance(content, str):
        return content, content, False
    blocks = content if isinstance(content, list) else []
    text = "\n".join(block["text"] for block in blocks if isinstance(block, dict) and _is_text(block))
    return text, to_json(content), True


def _is_text(block: Mapping[str, Any]) -> bool:
    return isinstance(block.get("text"), str)


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _blocks(content: Any) -> list[Any]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


BRIDGE = "(Earlier turns are on record.)"
"""What the agent says beside a record, so that speakers keep taking turns."""


TEXT_OUTPUTS = ("function_call_output", "custom_tool_call_output")
"""Results of OpenAI's responses that may be a text; those of a computer, a shell and others have their own form."""


def _content_fault(content: Any, name: str) -> Fault | None:
    if content is None or isinstance(content, str):
        return None
    if not isinstance(content, list):
        return Fault((name,), "is neither a text nor a list")
    return next(
        (Fault((name, i), "is not an object") for i, part in enumerate(content) if not isinstance(part, dict)), None
    )


class Anthropic:
    """`messages` of the Anthropic Messages API."""

    alternates = True

    def fault(self, message: Message) -> Fault | None:
        if not isinstance(message.get("role"), str):
            return Fault(("role",), "is missing or no text")
        return _content_fault(message.get("content"), "content")

    def role(self, message: Message) -> Role:
        role = message.get("role")
        if role == "assistant":
            return "assistant"
        if role != "user":
            return "system"
        blocks = _blocks(message.get("content"))
        is_result = bool(blocks) and all(isinstance(b, dict) and b.get("type") == "tool_result" for b in blocks)
        return "result" if is_result else "user"

    def parts(self, index: int, message: Message) -> list[Part]:
        found = []
        for slot, block in enumerate(_blocks(message.get("content"))):
            key = Key(index, slot)
            kind = block.get("type") if isinstance(block, dict) else None
            if kind == "text" and _is_text(block):
                found.append(Part(key, "text", block["text"]))
            elif kind == "tool_use":
                arguments = to_json(block.get("input"))
                found.append(
                    Part(
                        key,
                        "call",
                        call_id=_string(block.get("id")),
                        tool=_string(block.get("name")),
                        arguments=arguments,
                    )
                )
            elif kind == "tool_result":
                text, original, is_json = _flat(block.get("content"))
                failed = block.get("is_error") is True
                call = _string(block.get("tool_use_id"))
                found.append(Part(key, "result", text, call, failed=failed, original=original, is_json=is_json))
            else:
                found.append(Part(key, "opaque"))
        return found

    def replace(self, message: Message, texts: Mapping[int, str]) -> Message:
        blocks = [
            {**block, "content": texts[slot]} if slot in texts else block
            for slot, block in enumerate(message["content"])
        ]
        return {**message, "content": blocks}

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        said = [_blocks(message["content"])[slot] for message, slots in words for slot in slots]
        if "user" not in speakers:
            return [{"role": "assistant", "content": text}]
        bridge = {"role": "assistant", "content": BRIDGE}
        record = {"role": "user", "content": [{"type": "text", "text": text}, *said] if said else text}
        return [record if speaker == "user" else bridge for speaker in speakers]


class Chat:
    """`messages` of OpenAI's chat completions."""

    alternates = False

    def fault(self, message: Message) -> Fault | None:
        if not isinstance(message.get("role"), str):
            return Fault(("role",), "is missing or no text")
        calls = message.get("tool_calls")
        if calls is not None and not (isinstance(calls, list) and all(isinstance(call, dict) for call in calls)):
            return Fault(("tool_calls",), "is not a list of objects")
        return _content_fault(message.get("content"), "content")

    def role(self, message: Message) -> Role:
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
        key = Key(index, 0)
        content = message.get("content")
        text, original, is_json = _flat(content)
        if self.role(message) == "result":
            call = _string(message.get("tool_call_id"))
            return [Part(key, "result", text, call, original=original, is_json=is_json)]
        found = [Part(key, "text", text)] if text else []
        for slot, call in enumerate(message.get("tool_calls") or [], 1):
            inner = call.get("function") or call.get("custom")
            function = inner if isinstance(inner, dict) else {}
            given = _string(function.get("arguments")) or to_json(function.get("input"))
            name = _string(function.get("name"))
            found.append(Part(Key(index, slot), "call", call_id=_string(call.get("id")), tool=name, arguments=given))
        return found or [Part(key, "opaque")]

    def replace(self, message: Message, texts: Mapping[int, str]) -> Message:
        return {**message, "content": texts[0]}

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        return _plain_record(text, words, speakers)


class Responses:
    """`input` items of OpenAI's responses API."""

    alternates = False

    def fault(self, message: Message) -> Fault | None:
        if not isinstance(message.get("type", "message"), str):
            return Fault(("type",), "is not a text")
        if message.get("type", "message") == "message" and not isinstance(message.get("role"), str):
            return Fault(("role",), "is missing or no text")
        name = "output" if message.get("type") in TEXT_OUTPUTS else "content"
        return _content_fault(message.get(name), name)

    def role(self, message: Message) -> Role:
        kind = message.get("type", "message")
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
        key = Key(index, 0)
        kind = message.get("type", "message")
        call = _string(message.get("call_id"))
        if kind.endswith("_call") and call:
            given = _string(message.get("arguments")) or to_json(message.get("input", message.get("action")))
            return [Part(key, "call", call_id=call, tool=_string(message.get("name")) or kind, arguments=given)]
        if kind.endswith("_output") and (call or message.get("id")):
            text, original, is_json = _flat(message.get("output"))
            call = call or _string(message.get("id"))
            fixed = kind not in TEXT_OUTPUTS
            return [Part(key, "result", text, call, original=original, is_json=is_json, fixed=fixed)]
        text = _flat(message.get("content"))[0] if kind == "message" else ""
        return [Part(key, "text", text)] if text else [Part(key, "opaque")]

    def replace(self, message: Message, texts: Mapping[int, str]) -> Message:
        return {**message, "output": texts[0]}

    def record(self, text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
        return _plain_record(text, words, speakers)


def _plain_record(text: str, words: Words, speakers: Sequence[Role]) -> list[Message]:
    if "user" not in speakers:
        return [{"role": "assistant", "content": text}]
    said = [message for message, _ in words]
    bridge = {"role": "assistant", "content": BRIDGE}
    records: dict[str, list[Message]] = {"user": [{"role": "user", "content": text}, *said], "assistant": [bridge]}
    return [message for speaker in speakers for message in records[speaker]]


SHAPES: dict[str, Shape] = {"anthropic": Anthropic(), "openai-chat": Chat(), "openai-responses": Responses()}
"""By the name of the format on the wire."""
