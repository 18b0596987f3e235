"""Whether a provider would take an array of messages: the rules that it answers 400 for, without asking it.

The rules are those of the providers' own types and error messages. They look at the order, the pairs and the members
that every message needs, not at a request's tools or model; what is of an unknown type is taken as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from ctxbudget_client.legality_bedrock import bedrock_faults
from ctxbudget_client.legality_gemini import gemini_faults
from ctxbudget_client.legality_neutral import neutral_faults
from ctxbudget_client.legality_vercel import model_faults, ui_faults

Format: TypeAlias = Literal[
    "anthropic", "openai-chat", "openai-responses", "vercel", "vercel-ui", "gemini", "bedrock", "neutral"
]
Message: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class IllegalMessage:
    """A rule that an array breaks."""

    index: int
    """Of the message."""
    why: str


def illegal_messages(messages: Sequence[Message], format: Format) -> list[IllegalMessage]:
    """Every rule of the provider that the array breaks, in order; empty if it would be taken.

    `format` names the shape as `context/fit` does. Raises `ValueError` for another one.
    """
    if format not in _RULES:
        raise ValueError(f"no such format: {format!r}")
    if not messages:
        return [IllegalMessage(0, "there is no message")]
    rules = _RULES[format]
    return sorted(fault if isinstance(fault, IllegalMessage) else IllegalMessage(*fault) for fault in rules(messages))


_MAX_BREAKPOINTS = 4
_THINKING = ("thinking", "redacted_thinking")
_SERVED = ("server_tool_use", "mcp_tool_use")


def _blocks(message: Message) -> list[Mapping[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []


def _is_blank(block: Mapping[str, Any]) -> bool:
    text = block.get("text")
    return block.get("type") == "text" and not (isinstance(text, str) and text.strip())


def _ids(blocks: Sequence[Mapping[str, Any]], kind: str, member: str) -> list[Any]:
    return [block.get(member) for block in blocks if block.get("type") == kind]


def _anthropic(messages: Sequence[Message]) -> Iterator[IllegalMessage]:
    said = [(index, message) for index, message in enumerate(messages) if message.get("role") != "system"]
    if not said or said[0][1].get("role") != "user":
        yield IllegalMessage(0, "the first message is not the user's")
    calls: Counter[Any] = Counter()
    marks = 0
    for position, (index, message) in enumerate(said):
        if message.get("role") not in ("user", "assistant"):
            yield IllegalMessage(index, f"no such role: {message.get('role')!r}")
        blocks = _blocks(message)
        before = _blocks(said[position - 1][1]) if position else []
        is_last = position == len(said) - 1
        yield from (IllegalMessage(index, why) for why in _anthropic_content(message, blocks, is_last=is_last))
        yield from (IllegalMessage(index, why) for why in _anthropic_pairs(message, blocks, before))
        calls.update(_ids(blocks, "tool_use", "id"))
        yield from (IllegalMessage(index, f"the id of a call comes twice: {one}") for one in _twice(calls, blocks))
        added = sum("cache_control" in block for block in _all_blocks(blocks))
        if marks <= _MAX_BREAKPOINTS < marks + added:
            yield IllegalMessage(index, f"more than {_MAX_BREAKPOINTS} blocks with cache_control")
        marks += added
    waiting = _ids(_blocks(said[-1][1]), "tool_use", "id") if said else []
    if waiting:
        yield IllegalMessage(said[-1][0], f"calls without their results: {waiting}")


def _twice(calls: Counter[Any], blocks: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [one for one in dict.fromkeys(_ids(blocks, "tool_use", "id")) if calls[one] > 1]


def _all_blocks(blocks: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for block in blocks:
        yield block
        yield from _blocks(block)


def _anthropic_content(message: Message, blocks: list[Mapping[str, Any]], *, is_last: bool) -> Iterator[str]:
    content = message.get("content")
    if not isinstance(content, str | list):
        yield "the content is neither a text nor a list"
    elif not blocks and not (is_last and message.get("role") == "assistant"):
        yield "the content is empty"
    if any(not isinstance(block.get("type"), str) for block in blocks):
        yield "a block without a type"
    if any(map(_is_blank, blocks)) and not (is_last and message.get("role") == "assistant" and content == ""):
        yield "an empty text"
    for result in blocks:
        inner = _blocks(result) if isinstance(result.get("content"), list) else []
        if result.get("type") == "tool_result" and any(map(_is_blank, inner)):
            yield "an empty text in a result"
    kinds = [block.get("type") for block in blocks]
    if message.get("role") == "assistant":
        if kinds and kinds[-1] in _THINKING:
            yield "thinking is last"
        served = {block.get("id") for block in blocks if block.get("type") in _SERVED}
        answered = {
            block.get("tool_use_id")
            for block in blocks
            if str(block.get("type")).endswith("_tool_result") and block.get("type") != "tool_result"
        }
        if answered - served:
            yield f"results of the provider's tools without their calls: {sorted(map(str, answered - served))}"
    elif any(kind in _THINKING or kind == "tool_use" for kind in kinds):
        yield "thinking or a call that is the user's"


def _anthropic_pairs(
    message: Message, blocks: list[Mapping[str, Any]], before: list[Mapping[str, Any]]
) -> Iterator[str]:
    calls, results = _ids(before, "tool_use", "id"), _ids(blocks, "tool_result", "tool_use_id")
    if missing := [call for call in calls if call not in results]:
        yield f"calls without their results right after them: {missing}"
    if extra := [result for result in results if result not in calls]:
        yield f"results without their calls right before them: {extra}"
    if len(set(results)) < len(results):
        yield "two results of one call"
    kinds = [block.get("type") == "tool_result" for block in blocks]
    if kinds != sorted(kinds, reverse=True):
        yield "a result after something else"
    if results and message.get("role") != "user":
        yield "a result that is not the user's"


def _chat(messages: Sequence[Message]) -> Iterator[IllegalMessage]:
    waiting: list[Any] = []
    old: Any = None
    for index, message in enumerate(messages):
        role = message.get("role")
        if role == "tool":
            call = message.get("tool_call_id")
            if call in waiting:
                waiting.remove(call)
            else:
                yield IllegalMessage(index, f"a result without its call right before it: {call}")
        elif waiting:
            yield IllegalMessage(index, f"calls without their results right after them: {waiting}")
            waiting = []
        if role == "function" and (old is None or message.get("name") != old):
            yield IllegalMessage(index, f"a result without its function_call: {message.get('name')}")
        yield from (IllegalMessage(index, why) for why in _chat_content(message))
        call = message.get("function_call")
        old = call.get("name") if role == "assistant" and isinstance(call, Mapping) else None
        if role == "assistant":
            waiting = [one.get("id") for one in message.get("tool_calls") or [] if isinstance(one, Mapping)]
    if waiting:
        yield IllegalMessage(len(messages) - 1, f"calls without their results: {waiting}")


def _chat_content(message: Message) -> Iterator[str]:
    role, content = message.get("role"), message.get("content")
    if role not in ("system", "developer", "user", "assistant", "tool", "function"):
        yield f"no such role: {role!r}"
    if message.get("tool_calls") == []:
        yield "an empty list of calls"
    says = any(message.get(name) for name in ("tool_calls", "function_call", "refusal", "audio"))
    if content is None and role != "function" and not (role == "assistant" and says):
        yield "neither content nor calls"
    if content == [] or (content is not None and not isinstance(content, str | list)):
        yield "the content is neither a text nor a list with something in it"
    if any(not isinstance(block.get("type"), str) for block in _blocks(message)):
        yield "a part without a type"


_RESPONSES_PAIRS = {
    "mcp_approval_response": ("approval_request_id", "mcp_approval_request", "id"),
    "program_output": ("call_id", "program", "call_id"),
}
"""Answers whose member names what they answer, by its type and member."""


def _responses(items: Sequence[Message]) -> Iterator[IllegalMessage]:
    held = any(item.get("type") == "item_reference" for item in items)
    calls: dict[Any, int] = {}
    answered: set[Any] = set()
    for index, item in enumerate(items):
        kind = str(item.get("type") or "message")
        if kind == "message":
            yield from (IllegalMessage(index, why) for why in _responses_message(item))
        if kind.endswith("_call") and item.get("call_id"):
            calls[item["call_id"]] = index
        if kind in _RESPONSES_PAIRS:
            member, asked, name = _RESPONSES_PAIRS[kind]
            if not any(one.get("type") == asked and one.get(name) == item.get(member) for one in items[:index]):
                yield IllegalMessage(index, f"an answer without what it answers: {item.get(member)}")
        elif kind.endswith("_output") and kind != "tool_search_output":
            call = item.get("call_id") or item.get("id")
            answered.add(call)
            made = items[calls[call]] if call in calls else None
            if made is None and not held:
                yield IllegalMessage(index, f"an output without its call before it: {call}")
            elif made is not None and made.get("type") != kind.removesuffix("_output"):
                yield IllegalMessage(index, f"an output of another kind than its call: {call}")
        if kind == "reasoning" and not _follows_reasoning(items, index):
            yield IllegalMessage(index, "reasoning without what it led to")
    for call, index in calls.items():
        if call not in answered and not held and items[index].get("type") != "tool_search_call":
            yield IllegalMessage(index, f"a call without its output: {call}")


def _responses_message(item: Message) -> Iterator[str]:
    if item.get("role") not in ("user", "assistant", "system", "developer"):
        yield f"no such role: {item.get('role')!r}"
    if not isinstance(item.get("content"), str | list):
        yield "the content is neither a text nor a list"
    elif item["content"] == []:
        yield "the content is empty"
    if any(not isinstance(block.get("type"), str) for block in _blocks(item)):
        yield "a part without a type"


def _follows_reasoning(items: Sequence[Message], index: int) -> bool:
    following = items[index + 1] if index + 1 < len(items) else {}
    kind = str(following.get("type") or "message")
    if kind == "message":
        return following.get("role") == "assistant"
    return not kind.endswith("_output") and bool(following)


_RULES: dict[str, Callable[[Sequence[Message]], Iterator[IllegalMessage | tuple[int, str]]]] = {
    "anthropic": _anthropic,
    "openai-chat": _chat,
    "openai-responses": _responses,
    "vercel": model_faults,
    "vercel-ui": ui_faults,
    "gemini": gemini_faults,
    "bedrock": bedrock_faults,
    "neutral": neutral_faults,
}
