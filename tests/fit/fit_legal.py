"""What providers refuse, written down apart from the code that must avoid it."""

from __future__ import annotations

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
        waiting = [call["id"] for call in message.get("tool_calls") or []]
    return found + ([f"calls without result {waiting}"] if waiting else [])


def _responses(items: list[dict[str, Any]]) -> list[str]:
    found = []
    calls = [item["call_id"] for item in items if item.get("type") == "function_call"]
    outputs = [item["call_id"] for item in items if item.get("type") == "function_call_output"]
    if sorted(calls) != sorted(outputs):
        found.append(f"calls {calls}, outputs {outputs}")
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.get("type") == "function_call":
            seen.add(item["call_id"])
        if item.get("type") == "function_call_output" and item["call_id"] not in seen:
            found.append(f"{index}: an output before its call")
        following = items[index + 1] if index + 1 < len(items) else {}
        if item.get("type") == "reasoning" and following.get("role") == "user":
            found.append(f"{index}: reasoning without what it led to")
        if item.get("type", "message") == "message" and not item["content"]:
            found.append(f"{index}: empty content")
    if items[0].get("role") != "user":
        found.append("does not begin with the user")
    return found
