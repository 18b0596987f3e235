"""Which shape an array has that nobody named: told with certainty, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ctxbudget_server.fit.model import Message
from ctxbudget_server.fit.shape import Fault, is_text
from ctxbudget_server.fit.shapes import SHAPES

TEXTS, BLOCKS = "openai-chat", "vercel"
"""The shapes in which arrays of plain text are read: what they write where members are texts, and where they are
blocks, other shapes take as well."""


class Unrecognised(NamedTuple):
    """Why an array cannot be read, where, and the shapes that it could be of up to there."""

    at: int
    fault: Fault
    formats: list[str]


def recognised(messages: Sequence[Message]) -> str | Unrecognised:
    """The one shape that reads all messages and has to itself what is in them; for plain text one that others share."""
    alive = list(SHAPES)
    for index, message in enumerate(messages):
        faults = {name: SHAPES[name].fault(message) for name in alive}
        left = [name for name in alive if faults[name] is None]
        if not left:
            return Unrecognised(index, _telling([fault for fault in faults.values() if fault]), alive)
        alive = left
    owners = [name for name in alive if any(map(SHAPES[name].owns, messages))]
    if len(alive) == 1 or len(owners) == 1:
        return (owners or alive)[0]
    for index, message in enumerate(messages):
        if fault := _not_plain(message):
            return Unrecognised(index, fault, owners or alive)
    is_text_alone = any(isinstance(one.get("content"), str) for one in messages if one.get("role") != "system")
    wanted = TEXTS if is_text_alone or not messages else BLOCKS
    return wanted if wanted in alive else TEXTS if TEXTS in alive else alive[0]


def readers(messages: Sequence[Message]) -> list[str]:
    """The shapes that read all messages."""
    return [name for name, shape in SHAPES.items() if not any(map(shape.fault, messages))]


def _telling(faults: Sequence[Fault]) -> Fault:
    """The fault that lies deepest: that shape came closest."""
    return max(faults, key=lambda fault: len(fault.where))


def _not_plain(message: Message) -> Fault | None:
    """What in a message may be of several shapes; None for plain text."""
    content = message.get("content")
    if isinstance(content, str):
        return None
    if not isinstance(content, list) or not content:
        return Fault(("content" if "content" in message else "parts",), "does not tell the shape")
    for index, block in enumerate(content):
        if block.get("type") != "text" or not is_text(block):
            return Fault(("content", index, "type"), f"is {block.get('type')!r}, which does not tell the shape")
    return None
