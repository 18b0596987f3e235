"""What providers refuse, written down apart from the code that must avoid it.

From their references and from the words of their errors: Anthropic's "tool_use ids were found without tool_result
blocks immediately after", "text content blocks must be non-empty", "a maximum of 4 blocks with cache_control";
OpenAI's "an assistant message with 'tool_calls' must be followed by tool messages", "No tool output found for function
call", "of type 'reasoning' was provided without its required following item", "without its required 'reasoning' item".
"""

from __future__ import annotations

import json
from typing import Any


def faults(form: str, messages: list[dict[str, Any]]) -> list[str]:
    """Why a provider would answer 400."""
    return {"anthropic": _anthropic, "openai-chat": _chat, "openai-responses": _responses}[form](messages)


def _anthropic(messages: list[dict[str, Any]]) -> list[str]:
    found = []
    waiting: list[str] = []
    for index, message in enumerate(messages):
        if message["role"] != ("user", "assistant")[index % 2]:
            found.append(f"{index}: roles do not take turns")
        content = message["content"]
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
        if not blocks or any(b["type"] == "text" and not b["text"].strip() for b in blocks):
            found.append(f"{index}: empty content")
        results = [b["tool_use_id"] for b in blocks if b["type"] == "tool_result"]
        if sorted(results) != sorted(waiting):
            found.append(f"{index}: results {results}, calls {waiting}")
        if any(b["type"] == "tool_result" for b in blocks[len(results) :]):
            found.append(f"{index}: a result after something else")
        waiting = [b["id"] for b in blocks if b["type"] == "tool_use"]
        said = [b["type"] for b in blocks]
        if "thinking" in said[1:]:
            found.append(f"{index}: thinking is not first")
        served = [b["id"] for b in blocks if b["type"] == "server_tool_use"]
        if served != [b["tool_use_id"] for b in blocks if b["type"] == "web_search_tool_result"]:
            found.append(f"{index}: a server's tool without its result")
    if json.dumps(messages).count('"cache_control"') > 4:
        found.append("more than 4 cache breakpoints")
    return found + ([f"calls without result {waiting}"] if waiting else [])


def _chat(messages: list[dict[str, Any]]) -> list[str]:
    found = []
    waiting: list[str] = []
    spoken = [m["role"] for m in messages if m["role"] not in ("system", "developer")]
    if spoken[:1] != ["user"]:
        found.append("does not begin with the user")
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in waiting:
                found.append(f"{index}: a result without call")
            else:
                waiting.remove(message["tool_call_id"])
            continue
        if waiting:
            found.append(f"{index}: calls without result {waiting}")
        if not message.get("content") and not message.get("tool_calls"):
            found.append(f"{index}: empty content")
        if message.get("tool_calls") == []:
            found.append(f"{index}: an empty list of calls")
        waiting = [call["id"] for call in message.get("tool_calls") or []]
    return found + ([f"calls without result {waiting}"] if waiting else [])


def _responses(items: list[dict[str, Any]]) -> list[str]:
    found = []
    calls: dict[str, str] = {}
    answered: set[str] = set()
    for index, item in enumerate(items):
        kind = item.get("type", "message")
        if kind.endswith("_call") and "call_id" in item:
            calls[item["call_id"]] = kind
        if kind.endswith("_call_output"):
            if calls.get(item["call_id"]) != kind.removesuffix("_output"):
                found.append(f"{index}: an output without its call before it")
            answered.add(item["call_id"])
        if kind == "reasoning" and not _is_led_to(item, items[index + 1 : index + 2]):
            found.append(f"{index}: reasoning without what it led to")
        if kind == "message" and not item["content"]:
            found.append(f"{index}: empty content")
    thoughts = {item["id"] for item in items if item.get("type") == "reasoning"}
    found += [
        f"{item} without its reasoning" for item in items if item.get("after", "") and item["after"] not in thoughts
    ]
    if calls.keys() != answered:
        found.append(f"calls {sorted(calls)}, outputs {sorted(answered)}")
    if next(item.get("role") for item in items if item.get("role") not in ("system", "developer")) != "user":
        found.append("does not begin with the user")
    return found


def _is_led_to(reasoning: dict[str, Any], following: list[dict[str, Any]]) -> bool:
    """Items of the tests name the reasoning they came `after`."""
    return bool(following) and following[0].get("after") == reasoning["id"]
