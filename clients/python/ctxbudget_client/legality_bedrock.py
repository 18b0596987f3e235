"""What Amazon Bedrock's Converse API refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MAX_POINTS = 4
_SERVED = "server_tool_use"


def bedrock_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """The user begins, roles take turns, results follow their calls at once, and no text is blank."""
    said = [(index, message) for index, message in enumerate(messages) if message.get("role") != "system"]
    if not said or said[0][1].get("role") != "user":
        yield 0, "the first message is not the user's"
    before: Mapping[str, Any] = {}
    made: set[Any] = set()
    points = 0
    for index, message in said:
        if message.get("role") not in ("user", "assistant"):
            yield index, f"no such role: {message.get('role')!r}"
        if message.get("role") == before.get("role"):
            yield index, "roles do not take turns"
        blocks = _blocks(message)
        yield from ((index, why) for why in _block_faults(message, blocks))
        calls, results = _ids(_blocks(before), "toolUse"), _ids(blocks, "toolResult")
        if message.get("role") == "assistant":
            calls, results = [], []
        if missing := [call for call in calls if call not in results]:
            yield index, f"calls without their results right after them: {missing}"
        if extra := [result for result in results if result not in calls]:
            yield index, f"results without their calls right before them: {extra}"
        if len(set(results)) < len(results):
            yield index, "two results of one call"
        if twice := [call for call in _ids(blocks, "toolUse") if call in made]:
            yield index, f"the id of a call comes twice: {twice}"
        made.update(_ids(blocks, "toolUse"))
        added = sum("cachePoint" in block for block in blocks)
        if points <= _MAX_POINTS < points + added:
            yield index, f"more than {_MAX_POINTS} cache points"
        points += added
        before = message
    if waiting := _ids(_blocks(before), "toolUse"):
        yield len(messages) - 1, f"calls without their results: {waiting}"


def _blocks(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message.get("content")
    return [block for block in content if isinstance(block, Mapping)] if isinstance(content, list) else []


def _ids(blocks: Sequence[Mapping[str, Any]], kind: str) -> list[Any]:
    inner = [block[kind] for block in blocks if isinstance(block.get(kind), Mapping)]
    return [one.get("toolUseId") for one in inner if one.get("type") != _SERVED]


def _block_faults(message: Mapping[str, Any], blocks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    is_agents = message.get("role") == "assistant"
    if not blocks:
        yield "the content is not a list with something in it"
    for block in blocks:
        kinds = [name for name, value in block.items() if value is not None]
        if len(kinds) != 1:
            yield f"a block must have one member: {kinds}"
        if isinstance(block.get("text"), str) and not block["text"].strip():
            yield "an empty text"
        if is_agents != ("toolUse" in block) and "toolUse" in block:
            yield "a call that is the user's"
        result = block.get("toolResult")
        if isinstance(result, Mapping) and not isinstance(result.get("content"), list):
            yield "a result whose content is not a list"
    if any("document" in block for block in blocks) and not any("text" in block for block in blocks):
        yield "a document without a text beside it"
