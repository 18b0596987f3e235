"""What a message array holds, part by part, with the source and the tokens of each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ctxbudget_server.fit import SHAPES, Message, Part, Shape, Sizes, Tools
from ctxbudget_server.fit.shape import to_json
from ctxbudget_server.fit.titles import call_title
from ctxbudget_server.transcripts.sources import Source, is_our_tool, stretches

MAX_TITLE = 90
"""Characters of a title."""


class Held(NamedTuple):
    """One part of the window."""

    source: Source
    name: str | None
    """The tool of a call or a result."""
    title: str
    """What it is, in a few words."""
    tokens: int
    message: int | None
    """Index of its message; None: it is in none."""


def held(messages: Sequence[Message], form: str, tools: Tools, told: Mapping[str, Source]) -> list[Held]:
    """The parts of an array, in order. Their tokens sum to those of its messages, framing included.

    `told` are texts in the user's name that no person wrote, with the source of each.
    """
    shape = SHAPES[form]
    sizes = Sizes(tools, shape)
    calls: dict[str, Part] = {}
    found: list[Held] = []
    for index, message in enumerate(messages):
        tools.check()
        parts = shape.parts(index, message)
        calls.update({part.call_id: part for part in parts if part.kind == "call"})
        reader = _Reader(shape, calls, sizes, tools, told)
        found += _with_framing([*reader.held(message, parts)], sizes.of_message(message), index)
    return found


def _with_framing(parts: list[Held], tokens: int, index: int) -> list[Held]:
    """The parts of a message with what frames them, which counts with its last opaque part, or with its first part."""
    rest = tokens - sum(part.tokens for part in parts)
    if not parts:
        return [Held("hostNotes", None, "an empty message", tokens, index)] if tokens else []
    place = next((at for at, part in enumerate(parts) if part.tokens == 0), 0)
    parts[place] = parts[place]._replace(tokens=parts[place].tokens + rest)
    return parts


class _Reader(NamedTuple):
    shape: Shape
    calls: dict[str, Part]
    sizes: Sizes
    tools: Tools
    told: Mapping[str, Source]

    def held(self, message: Message, parts: Sequence[Part]) -> Iterator[Held]:
        """The parts of a message by source. Opaque ones have no tokens yet: they are what the others leave."""
        role = self.shape.role(message)
        for part in parts:
            index = part.key.message
            if part.kind == "result":
                yield self._result(part)
            elif part.kind == "call":
                source = _source_of_tool(part.tool, part, "toolCalls")
                named = f'"id": {to_json(part.call_id)}, "name": {to_json(part.tool)}'
                tokens = self.tools.count(f'{{"type": "tool_use", {named}, "input": {part.arguments}}}')
                yield Held(source, part.tool, call_title(part), tokens, index)
            elif part.kind == "text":
                for one in stretches(part.text, "user" if role == "result" else role):
                    tokens = self.tools.count(f'{{"type": "text", "text": {to_json(one.text)}}}')
                    source = self.told.get(part.text, one.source) if one.source == "people" else one.source
                    yield Held(source, None, _title(one.text), tokens, index)
            else:
                yield _opaque(message, part, role, index)

    def _result(self, part: Part) -> Held:
        call = self.calls.get(part.call_id)
        tool = call.tool if call else part.tool or None
        framing = self.tools.count(f'{{"type": "tool_result", "tool_use_id": {to_json(part.call_id)}, "content": }}')
        return Held(
            _source_of_tool(tool, call, "toolOutput"),
            tool,
            call_title(call) if call else _title(part.text),
            self.sizes.of_result(part) + framing,
            part.key.message,
        )


def _source_of_tool(tool: str | None, call: Part | None, otherwise: Source) -> Source:
    return "ctxbudget" if tool and is_our_tool(tool, call.arguments if call else "") else otherwise


def _opaque(message: Message, part: Part, role: str, index: int) -> Held:
    """Thinking, a picture, or what a provider adds: its tokens are what the message has beside its other parts."""
    content = message.get("content")
    at = part.key.slot
    block = content[at] if isinstance(content, list) and at < len(content) else message
    kind = str(block.get("type")) if isinstance(block, dict) else ""
    if kind in ("thinking", "redacted_thinking", "reasoning"):
        return Held("thinking", None, "thinking", 0, index)
    if kind.startswith("compaction") or kind == "context_compaction":
        return Held("summary", None, kind, 0, index)
    whose: Source = "people" if role == "user" else "assistant" if role == "assistant" else "system"
    return Held(whose, None, kind or "media", 0, index)


def _title(text: str) -> str:
    line = " ".join(text[: 4 * MAX_TITLE].split())
    return line if len(line) <= MAX_TITLE else f"{line[: MAX_TITLE - 1]}…"
