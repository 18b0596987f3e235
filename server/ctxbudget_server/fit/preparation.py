"""What a cut will ask of results, so that it can be found out before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ctxbudget_server.fit.markers import is_marker, without_frames
from ctxbudget_server.fit.material import LEAD_TOKENS
from ctxbudget_server.fit.model import Message, Tools
from ctxbudget_server.fit.shape import Shape

MIN_CHARACTERS = 600
"""Of results: shorter ones are hardly worth a marker, and quickly read."""


def preparations(shape: Shape, messages: Sequence[Message], tools: Tools) -> Iterator[Callable[[], object]]:
    """Calls whose outcome the tools remember: the names of each message with a large result, and what that is about."""
    for index, message in enumerate(messages):
        parts = shape.parts(index, message)
        large = [part for part in parts if part.kind == "result" and len(part.text) >= MIN_CHARACTERS]
        if not large:
            continue
        said = without_frames("\n".join(part.said for part in parts))
        yield partial(tools.names, said)
        for text in (part.text for part in large if not is_marker(part.text)):
            yield partial(tools.verdict, text)
            yield partial(tools.lead, text, LEAD_TOKENS, None)
