"""What a cut will ask of results, so that it can be found out before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ctxbudget_server.fit.markers import is_marker, without_frames
from ctxbudget_server.fit.material import lead_tokens
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Message, Part, Tools
from ctxbudget_server.fit.shape import Shape
from ctxbudget_server.fit.shapes import replaced

MIN_CHARACTERS = 600
"""Of results: shorter ones are hardly worth a marker, and quickly read."""


def preparations(
    shape: Shape, messages: Sequence[Message], tools: Tools, keep: Callable[[str, bool], object]
) -> Iterator[Callable[[], object]]:
    """Calls whose outcome is remembered: the names of each message, what its large results are about, and what keeps
    those; `keep` makes it of a text, and is told whether that is JSON.
    """
    scale = Sizes(tools, shape)
    for index, message in enumerate(messages):
        parts = shape.parts(index, message)
        yield partial(tools.names, without_frames("\n".join(part.said for part in parts)))
        for part in parts:
            if part.kind == "result" and len(part.text) >= MIN_CHARACTERS and not is_marker(part.text):
                yield partial(tools.verdict, part.text)
                yield partial(_lead, tools, scale, message, parts, part)
                yield partial(keep, part.original, part.is_json)


def _lead(tools: Tools, scale: Sizes, message: Message, parts: Sequence[Part], part: Part) -> None:
    """What a marker will say of a result, of the length that it will have there."""
    if sum(one.kind == "result" for one in parts) == 1:
        rest = replaced(scale.shape, message, {part.key.slot: ""})
        tokens = scale.of_message(message) - scale.each([rest])[0]
    else:
        tokens = scale.of_result(part)
    tools.lead(part.text, lead_tokens(tokens), None)
