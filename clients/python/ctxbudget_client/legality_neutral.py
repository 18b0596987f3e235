"""What no host can send on: `neutral` messages whose calls and results do not form pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def neutral_faults(messages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """Each call has its result in its own message or in those right behind it."""
    waiting: list[Any] = []
    for index, message in enumerate(messages):
        role = message.get("role")
        if role not in ("system", "user", "assistant", "tool"):
            yield index, f"no such role: {role!r}"
        if not any(message.get(name) is not None for name in ("text", "calls", "results")):
            yield index, "neither text nor calls nor results"
        calls = [call.get("id") for call in message.get("calls") or []]
        results = [result.get("callId") for result in message.get("results") or []]
        if waiting and (role == "assistant" or not results):
            yield index, f"calls without their results right after them: {waiting}"
            waiting = []
        waiting += calls
        if extra := [one for one in results if one not in waiting]:
            yield index, f"results without their calls: {extra}"
        waiting = [one for one in waiting if one not in results]
    if waiting:
        yield len(messages) - 1, f"calls without their results: {waiting}"
