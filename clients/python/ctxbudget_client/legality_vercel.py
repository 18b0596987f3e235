"""What the Vercel AI SDK refuses: model messages, and UI messages once they are converted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PARTS = {
    "user": ("text", "image", "file"),
    "assistant": (
        *("text", "file", "reasoning", "reasoning-file", "custom", "tool-call", "tool-result"),
        "tool-approval-request",
    ),
    "tool": ("tool-result", "tool-approval-response"),
}
"""Types of parts by role, as `modelMessageSchema` has them."""
_OUTPUTS = ("text", "json", "error-text", "error-json", "execution-denied", "content")
_ANSWERED = ("output-available", "output-error", "output-denied")
_PENDING = ("approval-requested", "approval-responded")


def model_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Rules of `ModelMessage`, and that each call has its result right behind it, which providers want."""
    waiting: list[Any] = []
    made: set[Any] = set()
    for index, message in enumerate(messages):
        role = message.get("role")
        yield from ((index, why) for why in _content_faults(message))
        parts = _parts(message.get("content"))
        if role != "tool" and waiting:
            yield index, f"calls without their results right after them: {waiting}"
            waiting = []
        results = _ids(parts, "tool-result")
        if role == "tool":
            if extra := [one for one in results if one not in waiting]:
                yield index, f"results without their calls right before them: {extra}"
            waiting = [one for one in waiting if one not in results]
        if role == "assistant":
            calls = _ids(parts, "tool-call")
            if twice := [one for one in calls if one in made]:
                yield index, f"the id of a call comes twice: {twice}"
            made.update(calls)
            served = [part.get("toolCallId") for part in parts if part.get("providerExecuted") is True]
            waiting = [one for one in calls if one not in results and one not in served]
            if extra := [one for one in results if one not in made]:
                yield index, f"results without their calls: {extra}"
    if waiting:
        yield len(messages) - 1, f"calls without their results: {waiting}"


def _content_faults(message: Mapping[str, Any]) -> Iterator[str]:
    role, content = message.get("role"), message.get("content")
    if role == "system":
        if not isinstance(content, str):
            yield "the content of a system message is not a text"
        return
    if role not in _PARTS:
        yield f"no such role: {role!r}"
        return
    if not isinstance(content, list) and not (isinstance(content, str) and role != "tool"):
        yield "the content is neither a text nor a list"
    if content == []:
        yield "the content is empty"
    for part in _parts(content):
        kind = part.get("type")
        if kind not in _PARTS[role]:
            yield f"no such part of a message with the role {role!r}: {kind!r}"
        if kind in ("text", "reasoning") and not isinstance(part.get("text"), str):
            yield "a part without a text"
        if kind in ("tool-call", "tool-result"):
            missing = [name for name in ("toolCallId", "toolName") if not isinstance(part.get(name), str)]
            if missing:
                yield f"a call or result without {missing}"
        if kind == "tool-result":
            yield from _output_faults(part.get("output"))


def _output_faults(output: Any) -> Iterator[str]:
    kind = output.get("type") if isinstance(output, Mapping) else None
    if kind not in _OUTPUTS:
        yield f"no such output: {kind!r}"
    elif kind in ("text", "error-text") and not isinstance(output.get("value"), str):
        yield "an output whose value is not a text"
    elif kind == "content" and not isinstance(output.get("value"), list):
        yield "an output whose value is not a list"


def _parts(content: Any) -> list[Mapping[str, Any]]:
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []


def _ids(parts: Sequence[Mapping[str, Any]], kind: str) -> list[Any]:
    return [part.get("toolCallId") for part in parts if part.get("type") == kind]


def ui_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Rules of `UIMessage`, and that calls have results: `convertToModelMessages` makes calls without one otherwise."""
    made: set[Any] = set()
    for index, message in enumerate(messages):
        parts = message.get("parts")
        if message.get("role") not in ("system", "user", "assistant"):
            yield index, f"no such role: {message.get('role')!r}"
        if not isinstance(message.get("id"), str):
            yield index, "a message without an id"
        if not isinstance(parts, list):
            yield index, "the parts are not a list"
            continue
        if not parts and message.get("role") != "assistant":
            yield index, "the parts are empty"
        is_last = index == len(messages) - 1
        for part in parts:
            kind = part.get("type") if isinstance(part, Mapping) else None
            if not isinstance(kind, str):
                yield index, "a part without a type"
            elif kind == "dynamic-tool" or kind.startswith("tool-"):
                yield from ((index, why) for why in _tool_faults(part, is_last=is_last))
                if part.get("toolCallId") in made:
                    yield index, f"the id of a call comes twice: {part.get('toolCallId')}"
                made.add(part.get("toolCallId"))
            elif kind == "text" and not isinstance(part.get("text"), str):
                yield index, "a part without a text"


def _tool_faults(part: Mapping[str, Any], *, is_last: bool) -> Iterator[str]:
    state = part.get("state")
    if not isinstance(part.get("toolCallId"), str):
        yield "a call without its id"
    if state not in _ANSWERED and not (is_last and state in _PENDING) and part.get("providerExecuted") is not True:
        yield f"a call without its result: {part.get('toolCallId')}"
    if state == "output-error" and not isinstance(part.get("errorText"), str):
        yield "an error without its text"
