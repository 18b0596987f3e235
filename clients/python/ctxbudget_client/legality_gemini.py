"""What the Gemini API refuses in `contents`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

_CALL = ("functionCall", "function_call")
_RESPONSE = ("functionResponse", "function_response")
_DATA = (
    *("text", *_CALL, *_RESPONSE, "inlineData", "inline_data", "fileData", "file_data"),
    *("executableCode", "executable_code", "codeExecutionResult", "code_execution_result"),
    *("toolCall", "tool_call", "toolResponse", "tool_response"),
)


def gemini_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """The user begins, roles take turns, and responses follow their calls at once, as many and of the same names."""
    if messages[0].get("role") == "model":
        yield 0, "the first content is not the user's"
    before: list[Any] = []
    for index, message in enumerate(messages):
        role = message.get("role")
        if role not in ("user", "model", "function"):
            yield index, f"no such role: {role!r}"
        parts = message.get("parts")
        if not isinstance(parts, list) or not parts:
            yield index, "the content has no parts"
        found = [part for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
        yield from ((index, why) for why in _part_faults(found))
        calls, responses = _named(found, _CALL), _named(found, _RESPONSE)
        yield from ((index, why) for why in _pair_faults(before, responses))
        if (calls and role != "model") or (responses and role == "model"):
            yield index, "a call of the user, or a response of the model"
        before = calls
    for index, (one, two) in enumerate(pairwise(messages), 1):
        if (one.get("role") == "model") == (two.get("role") == "model"):
            yield index, "roles do not take turns"
    if before:
        yield len(messages) - 1, f"calls without their responses: {[call.get('name') for call in before]}"


def _part_faults(parts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for part in parts:
        data = [name for name in _DATA if part.get(name) is not None]
        if len(data) != 1:
            yield f"a part must have one of its data: {data}"
        for name in _RESPONSE:
            answer = part.get(name)
            if isinstance(answer, Mapping) and not isinstance(answer.get("response"), Mapping):
                yield "a response that is not an object"


def _pair_faults(calls: Sequence[Any], responses: Sequence[Any]) -> Iterator[str]:
    asked, told = Counter(call.get("name") for call in calls), Counter(answer.get("name") for answer in responses)
    if missing := asked - told:
        yield f"calls without their responses right after them: {list(missing)}"
    if extra := told - asked:
        yield f"responses without their calls right before them: {list(extra)}"
    ids = {call.get("id") for call in calls if call.get("id")}
    if wrong := [answer["id"] for answer in responses if ids and answer.get("id") and answer["id"] not in ids]:
        yield f"responses with ids that no call has: {wrong}"


def _named(parts: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Any]:
    return [part[name] for part in parts for name in names if isinstance(part.get(name), Mapping)]
