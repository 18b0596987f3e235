"""Messages of Anthropic's shape in each of the other shapes, as their hosts would hold the same conversation."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

Message = dict[str, Any]


class Use(NamedTuple):
    """A call or a result."""

    call: str
    tool: str
    given: dict[str, Any]
    text: str
    picture: str | None
    failed: bool
    signature: str


class Saying(NamedTuple):
    """What one side says at once."""

    by_agent: bool
    texts: list[str]
    thoughts: list[str]
    calls: list[Use]
    results: list[Use]


def sayings(messages: Sequence[Message]) -> list[Saying]:
    """The conversation without its shape."""
    tools: dict[str, str] = {}
    found: list[Saying] = []
    for message in messages:
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        by_agent = message["role"] == "assistant"
        if not found or found[-1].by_agent != by_agent:
            found.append(Saying(by_agent, [], [], [], []))
        now = found[-1]
        for block in blocks:
            if block["type"] == "text" and block["text"].strip():
                now.texts.append(block["text"])
            elif block["type"] == "thinking":
                now.thoughts.append(block["thinking"])
            elif block["type"] == "tool_use":
                tools[block["id"]] = block["name"]
                now.calls.append(Use(block["id"], block["name"], block["input"], "", None, False, "c2ln"))
            elif block["type"] == "tool_result":
                now.results.append(_result(block, tools))
    return found


def _result(block: Message, tools: dict[str, str]) -> Use:
    inner = block.get("content") or ""
    blocks = [{"type": "text", "text": inner}] if isinstance(inner, str) else inner
    text = "\n".join(one["text"] for one in blocks if one["type"] == "text")
    picture = next((one["source"].get("data") for one in blocks if one["type"] == "image"), None)
    call = block["tool_use_id"]
    return Use(call, tools.get(call, "unknown"), {}, text, picture, block.get("is_error") is True, "")


def chat(said: Sequence[Saying]) -> list[Message]:
    """For OpenAI's chat completions."""
    made: list[Message] = []
    for one in said:
        text = "\n\n".join(one.texts)
        calls = [_function(use) for use in one.calls]
        made += [{"role": "tool", "tool_call_id": use.call, "content": use.text} for use in one.results]
        if one.by_agent:
            made.append({"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})})
        elif text:
            made.append({"role": "user", "content": text})
    return made


def _function(use: Use) -> Message:
    function = {"name": use.tool, "arguments": json.dumps(use.given)}
    return {"id": use.call, "type": "function", "function": function}


def responses(said: Sequence[Saying]) -> list[Message]:
    """For OpenAI's responses."""
    made: list[Message] = []
    for one in said:
        made += [{"type": "function_call_output", "call_id": use.call, "output": use.text} for use in one.results]
        kind, role = ("output_text", "assistant") if one.by_agent else ("input_text", "user")
        made += [{"type": "message", "role": role, "content": [{"type": kind, "text": text}]} for text in one.texts]
        for use in one.calls:
            function = {"name": use.tool, "arguments": json.dumps(use.given)}
            made.append({"type": "function_call", "call_id": use.call, **function})
    return made


def vercel(said: Sequence[Saying]) -> list[Message]:
    """For the Vercel AI SDK."""
    made: list[Message] = []
    for one in said:
        parts: list[Message] = [{"type": "reasoning", "text": text} for text in one.thoughts]
        parts += [{"type": "text", "text": text} for text in one.texts]
        for use in one.calls:
            parts.append({"type": "tool-call", "toolCallId": use.call, "toolName": use.tool, "input": use.given})
        if one.results:
            made.append({"role": "tool", "content": [_vercel_result(use) for use in one.results]})
        if parts:
            made.append({"role": "assistant" if one.by_agent else "user", "content": parts})
    return made


def _vercel_result(use: Use) -> Message:
    output: Message = {"type": "error-text" if use.failed else "text", "value": use.text}
    if use.picture:
        file = {"type": "file", "mediaType": "image/png", "data": {"type": "data", "data": use.picture}}
        output = {"type": "content", "value": [{"type": "text", "text": use.text}, file]}
    return {"type": "tool-result", "toolCallId": use.call, "toolName": use.tool, "output": output}


def vercel_ui(said: Sequence[Saying]) -> list[Message]:
    """For the Vercel AI SDK, as UI messages: one of the agent's between two of a person."""
    made: list[Message] = []
    waiting: dict[str, Message] = {}
    for number, one in enumerate(said):
        for use in one.results:
            ended = {"state": "output-error", "errorText": use.text} if use.failed else {"output": use.text}
            waiting.pop(use.call, {}).update(ended)
        parts: list[Message] = [{"type": "text", "text": text} for text in one.texts]
        if not one.by_agent:
            if parts:
                made.append({"id": f"m{number}", "role": "user", "parts": parts})
            continue
        if not made or made[-1]["role"] != "assistant":
            made.append({"id": f"m{number}", "role": "assistant", "parts": []})
        thoughts = [{"type": "reasoning", "text": text} for text in one.thoughts]
        for use in one.calls:
            named = {"type": f"tool-{use.tool}", "toolCallId": use.call}
            waiting[use.call] = {**named, "state": "output-available", "input": use.given, "output": ""}
            parts.append(waiting[use.call])
        made[-1]["parts"] += [{"type": "step-start"}, *thoughts, *parts]
    return made


def gemini(said: Sequence[Saying]) -> list[Message]:
    """For Gemini; without ids, as its older models answer."""
    made: list[Message] = []
    for one in said:
        parts: list[Message] = [{"functionResponse": _gemini_response(use)} for use in one.results]
        parts += [{"text": text, "thought": True} for text in one.thoughts]
        parts += [{"text": text} for text in one.texts]
        for position, use in enumerate(one.calls):
            signed = {"thoughtSignature": use.signature} if position == 0 else {}
            parts.append({"functionCall": {"name": use.tool, "args": use.given}, **signed})
        if parts:
            made.append({"role": "model" if one.by_agent else "user", "parts": parts})
    return made


def _gemini_response(use: Use) -> Message:
    answer: Message = {"name": use.tool, "response": {"error" if use.failed else "output": use.text}}
    if use.picture:
        answer["parts"] = [{"inlineData": {"mimeType": "image/png", "data": use.picture}}]
    return answer


def bedrock(said: Sequence[Saying]) -> list[Message]:
    """For Bedrock's Converse."""
    made: list[Message] = []
    for one in said:
        blocks: list[Message] = [{"toolResult": _bedrock_result(use)} for use in one.results]
        blocks += [{"reasoningContent": {"reasoningText": {"text": text}}} for text in one.thoughts]
        blocks += [{"text": text} for text in one.texts]
        for use in one.calls:
            blocks.append({"toolUse": {"toolUseId": use.call, "name": use.tool, "input": use.given}})
        if blocks:
            made.append({"role": "assistant" if one.by_agent else "user", "content": blocks})
    return made


def _bedrock_result(use: Use) -> Message:
    content: list[Message] = [{"text": use.text or "(nothing)"}]
    if use.picture:
        content.append({"image": {"format": "png", "source": {"bytes": use.picture}}})
    return {"toolUseId": use.call, "content": content, "status": "error" if use.failed else "success"}


def neutral(said: Sequence[Saying]) -> list[Message]:
    """In few fields."""
    made: list[Message] = []
    for number, one in enumerate(said):
        calls = [{"id": use.call, "tool": use.tool, "arguments": use.given} for use in one.calls]
        results = [{"callId": use.call, "text": use.text, "failed": use.failed} for use in one.results]
        if results:
            made.append({"role": "tool", "results": results})
        if one.by_agent or one.texts:
            text = {"id": f"m{number}", "role": "assistant" if one.by_agent else "user", "text": "\n\n".join(one.texts)}
            made.append({**text, "calls": calls} if calls else text)
    return made


CONVERTERS: dict[str, Callable[[Sequence[Saying]], list[Message]]] = {
    "openai-chat": chat,
    "openai-responses": responses,
    "vercel": vercel,
    "vercel-ui": vercel_ui,
    "gemini": gemini,
    "bedrock": bedrock,
    "neutral": neutral,
}


def converted(form: str, messages: Sequence[Message]) -> list[Message]:
    """The conversation in another shape."""
    return list(messages) if form == "anthropic" else CONVERTERS[form](sayings(messages))
