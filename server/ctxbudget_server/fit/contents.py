"""A conversation as an account keeps it: each result, and the rest of each message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ctxbudget_server.fit.model import Message, Role
from ctxbudget_server.fit.shapes import Shape, to_json
from ctxbudget_server.fit.titles import call_title


class Content(NamedTuple):
    """A result, or the rest of a message as JSON."""

    role: Role
    text: str
    """What a result says; else empty."""
    original: str
    title: str | None
    """Of a result and of calls: the tools and what they are about."""


def contents(shape: Shape, messages: Sequence[Message]) -> Iterator[Content]:
    """All contents of an array, in order."""
    titles: dict[str, str] = {}
    for message in messages:
        parts = shape.parts(0, message)
        called = {part.call_id: call_title(part) for part in parts if part.kind == "call"}
        titles |= called
        results = [part for part in parts if part.kind == "result"]
        yield from (Content("result", part.text, part.original, titles.get(part.call_id)) for part in results)
        if len(results) == len(parts):
            continue
        bare = shape.replace(message, {part.key.slot: "" for part in results}) if results else message
        role = shape.role(message)
        title = ", ".join(called.values()) or None
        yield Content("user" if role == "result" else role, "", to_json(bare), title)
