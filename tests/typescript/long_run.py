"""A long run of an agent: a model that calls one tool after the other, and what its requests would have cost."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from agents.model_stand_in import ModelStandIn

Message = dict[str, Any]

CALLS = 40
"""How many calls a run has: in one of 12 the first cut has not paid for itself yet."""
LINES = 100
LIMIT = 24_000
MAX_COST = 0.85
"""Relative to sending everything."""
WRITE_PRICE, READ_PRICE = 1.25, 0.1
"""Of a new and of a cached character."""

_MARKER = re.compile(r"\[ctxbudget (i\w+):")


def command(number: int) -> str:
    """A command whose output is about 1,900 tokens."""
    line = f"step{number} worker_{number}_$n handled queue_{number}.put($n) in /srv/app/mod_{number}.py line $n"
    return f'for n in $(seq 1 {LINES}); do echo "{line}"; done'


class LongRun(ModelStandIn):
    """Calls the shell so many times, and once fetches back what a marker replaces."""

    def __init__(self, calls: int = CALLS) -> None:
        super().__init__()
        self.calls = calls
        self.made = 0
        self.item: str | None = None
        self.before: dict[int, Callable[[], None]] = {}
        """What happens in the world before the n-th call."""

    def chat(self, request: dict[str, Any]) -> Message:
        """As in `ModelStandIn`."""
        tools = {tool["function"]["name"] for tool in request.get("tools") or []}
        said = json.dumps(request["messages"])
        if "bash" not in tools or "MAINTASK" not in said:
            return super().chat(request)
        marker = _MARKER.search(said)
        if marker and self.item is None and "context_get" in tools:
            self.item = marker[1]
            return _call("context_get", itemId=marker[1])
        if self.made >= self.calls:
            return super().chat(request)
        self.made += 1
        self.before.get(self.made, lambda: None)()
        return _call("bash", command=command(self.made), description="count")

    @property
    def requests(self) -> list[list[Message]]:
        """The arrays of the main conversation."""
        return [request["messages"] for request in self.asked if request.get("tools")]


def _call(tool: str, **arguments: Any) -> Message:
    function = {"name": tool, "arguments": json.dumps(arguments)}
    call = {"index": 0, "id": f"call_{os.urandom(6).hex()}", "type": "function", "function": function}
    return {"role": "assistant", "content": None, "tool_calls": [call]}


@contextmanager
def long_run(calls: int = CALLS) -> Iterator[LongRun]:
    """A stand-in, answering."""
    with LongRun(calls) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


# ---------------------------------------------------------------------- what was sent


def _call_of(message: Message) -> tuple[str, str] | None:
    """Which call a message makes or answers, in chat completions or in a prompt of the AI SDK."""
    content = message.get("content")
    part = content[0] if isinstance(content, list) and content else {}
    calls = message.get("tool_calls") or [{}]
    found = message.get("tool_call_id") or part.get("toolCallId") or calls[0].get("id")
    return (message["role"], found) if found else None


def _identity(message: Message) -> tuple[str, str]:
    return _call_of(message) or ("", json.dumps(message))


def uncut(requests: list[list[Message]]) -> list[list[Message]]:
    """What each request would have been: everything as it was when it was new."""
    known: dict[tuple[str, str], Message] = {}
    arrays = []
    for messages in requests:
        new = []
        for message in reversed(messages):
            if _identity(message) in known:
                break
            new.append(message)
        known |= {_identity(message): message for message in reversed(new)}
        arrays.append(list(known.values()))
    return arrays


def shared(one: list[Message], other: list[Message]) -> int:
    """How many messages at the beginning are the same."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def cost(requests: list[list[Message]]) -> float:
    """New and cached characters of all requests, at their prices."""
    total, before = 0.0, []
    for messages in requests:
        at = shared(before, messages)
        new, everything = len(json.dumps(messages[at:])), len(json.dumps(messages))
        total += WRITE_PRICE * new + READ_PRICE * (everything - new)
        before = messages
    return total


def relative_cost(requests: list[list[Message]]) -> float:
    """What the requests cost, relative to sending everything."""
    return cost(requests) / cost(uncut(requests))


def text_of(message: Message) -> str:
    """What a message with a result says."""
    content = message["content"]
    if isinstance(content, str):
        return content
    return "".join(part["text"] if "text" in part else str(part["output"]["value"]) for part in content)


def fetched(requests: list[list[Message]], item: str) -> tuple[str, str]:
    """What `context_get` returned for an item, and what it should: the result that the item's marker replaces."""
    everything = uncut(requests)[-1]
    marked = {
        call
        for messages in requests
        for message in messages
        if (call := _call_of(message)) and message["role"] == "tool" and f"[ctxbudget {item}:" in json.dumps(message)
    }
    # What was fetched may be replaced as well: the same text has the same id.
    original = next(message for message in everything if _call_of(message) in marked)
    asking = next(
        n for n, message in enumerate(everything) if item in json.dumps(message) and message["role"] != "tool"
    )
    return text_of(everything[asking + 1]), text_of(original)
