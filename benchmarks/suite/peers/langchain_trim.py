"""LangChain's `trim_messages` as a worker, with a counter that is exact: tiktoken over what each message says.

The options are those that its documentation advises for chats with tools: the newest messages are kept whole, and no
result stands without its call. `start_on` has "ai" too: an agent works for many turns on one remark of the user.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import tiktoken
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage, trim_messages

from benchmarks.suite.worker import serve

encoding = tiktoken.get_encoding("o200k_base")
held: list[BaseMessage] = []


def hold(messages: list[dict[str, Any]]) -> None:
    """Keep an array in Anthropic's format, as LangChain's messages; each has its index as its id."""
    held[:] = [converted(str(index), message) for index, message in enumerate(messages)]
    tokens(held[:1])


def converted(name: str, message: dict[str, Any]) -> BaseMessage:
    """A message."""
    content = message["content"]
    if isinstance(content, str):
        return HumanMessage(content, id=name)
    if message["role"] == "user":
        return ToolMessage(content[0]["content"], tool_call_id=content[0]["tool_use_id"], id=name)
    said, use = content
    call = {"name": use["name"], "args": use["input"], "id": use["id"]}
    return AIMessage(said["text"], tool_calls=[call], id=name)


def tokens(messages: Sequence[BaseMessage]) -> int:
    """The exact tokens of what messages say."""
    total = 0
    for message in messages:
        calls = json.dumps(message.tool_calls) if isinstance(message, AIMessage) else ""
        total += len(encoding.encode_ordinary(f"{message.content}{calls}"))
    return total


def trim(limit: int) -> list[int]:
    """The indexes of the messages that stay."""
    kept = trim_messages(
        held,
        max_tokens=limit,
        token_counter=tokens,
        strategy="last",
        start_on=("human", "ai"),
        end_on=("human", "tool"),
        include_system=True,
    )
    return [int(message.id or "") for message in kept]


if __name__ == "__main__":
    serve({"hold": hold, "trim": trim})
