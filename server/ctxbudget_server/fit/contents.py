"""A conversation as an account keeps it: each result, and the rest of each message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxbudget_server.fit.model import Message, Role
from ctxbudget_server.fit.shapes import Shape, replaced, to_json
from ctxbudget_server.fit.titles import call_title


class Content(NamedTuple):
    """A result, or the rest of a message as JSON."""

    role: Role
    text: str
    """What a result says; else empty."""
    original: str
    is_json: bool
    title: str | None
    """Of a result and of calls: the tools and what they are about."""


def contents(shape: Shape, messages: Sequence[Message]) -> Iterator[Content]:
    """All contents of an array, in order."""
    titles: dict[str, str] = {}
    for index, message in enumerate(messages):
        parts = shape.parts(index, message)
        called = {part.call_id: call_title(part) for part in parts if part.kind == "call"}
        titles |= called
        results = [part for part in parts if part.kind == "result"]
        for part in results:
            yield Content("result", part.text, part.original, part.is_json, titles.get(part.call_id))
        if len(results) == len(parts):
            continue
        bare = replaced(shape, message, {part.key.slot: "" for part in results}) if results else message
        role = shape.role(message)
        title = ", ".join(called.values()) or None
        yield Content("user" if role == "result" else role, "", to_json(bare), True, title)
