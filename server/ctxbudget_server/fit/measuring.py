"""What an array costs: the tokens of its JSON text, with a fixed figure for each opaque blob.

The JSON text (keys, quotes, ids and all) stands in for the provider's own framing, which is 3 to 4 tokens a message
and not published for calls: the figure is on the safe side, and it is what `tokens/count` says of the same text.
"""

from __future__ import annotations

import json
from typing import Any

from ctxbudget_server.fit.model import Message, Part, Tools
from ctxbudget_server.fit.shapes import to_json

BLOB_TOKENS = 1600
"""Tokens of an image or a document: what a provider bills for an image of the largest size before it scales it down
(1568 x 1568 pixels)."""

BLOB_TYPES = frozenset({"image", "document", "image_url", "input_image", "input_file", "file", "input_audio"})


class Sizes:
    """Tokens of messages, and of arrays of them.

    The JSON text of an array is cut before the space between two messages: no vocabulary has a token across that cut,
    so the figures of the pieces sum to that of the text, and what was counted before need not be counted again.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._known: dict[int, _Written] = {}

    def total(self, array: list[Message]) -> int:
        """Tokens of an array."""
        written = [self._written(message) for message in array]
        last = len(written) - 1
        pieces = [one.piece(index == 0, index == last) for index, one in enumerate(written)]
        return self._tools.total(pieces or ["[]"]) + sum(one.blobs for one in written) * BLOB_TOKENS

    def each(self, array: list[Message]) -> list[int]:
        """Tokens of each message in an array."""
        found = []
        last = len(array) - 1
        for index, message in enumerate(array):
            self._tools.check()
            one = self._written(message)
            found.append(self._tools.count(one.piece(index == 0, index == last)) + one.blobs * BLOB_TOKENS)
        return found

    def of_message(self, message: Message) -> int:
        """Tokens of a message in the middle of an array."""
        one = self._written(message)
        return self._tools.count(one.piece(False, False)) + one.blobs * BLOB_TOKENS

    def of_result(self, part: Part) -> int:
        """Tokens of a result, as the JSON of its message holds it."""
        if not part.is_json:
            return self._tools.count(to_json(part.original))
        bare, blobs = _without_blobs(json.loads(part.original))
        return self._tools.count(to_json(bare)) + blobs * BLOB_TOKENS

    def _written(self, message: Message) -> _Written:
        known = self._known.get(id(message))
        if known is None:
            bare, blobs = _without_blobs(message)
            known = self._known[id(message)] = _Written(message, to_json(bare), blobs)
        return known


class _Written:
    """A message's JSON text, as it stands at the beginning, in the middle and at the end of an array."""

    def __init__(self, message: Message, text: str, blobs: int) -> None:
        self.message = message
        self.blobs = blobs
        self._text = text
        self._pieces: dict[tuple[bool, bool], str] = {}

    def piece(self, first: bool, last: bool) -> str:
        """The text with what is written around it. Always the same object: it is looked up often."""
        if (first, last) not in self._pieces:
            self._pieces[first, last] = f"{'[' if first else ' '}{self._text}{']' if last else ','}"
        return self._pieces[first, last]


def _without_blobs(value: Any) -> tuple[Any, int]:
    if isinstance(value, list):
        pairs = [_without_blobs(element) for element in value]
        blobs = sum(count for _, count in pairs)
        return ([bare for bare, _ in pairs], blobs) if blobs else (value, 0)
    if isinstance(value, dict):
        if value.get("type") in BLOB_TYPES and not _is_text_source(value.get("source")):
            return {"type": value["type"]}, 1
        blobs, bare = 0, {}
        for name, inner in value.items():
            bare[name], count = _without_blobs(inner) if isinstance(inner, dict | list) else (inner, 0)
            blobs += count
        return (bare, blobs) if blobs else (value, 0)
    return value, 0


def _is_text_source(source: Any) -> bool:
    return isinstance(source, dict) and source.get("type") in ("text", "content")


def break_even(source: int, tokens: int, prefix: int, read: float, write: float) -> int | None:
    """Turns after which the smaller array has paid for writing the cache again; None if it never does.

    Prices are multiples of an input token's. A turn on the old array reads `source` from the cache; the first one on
    the new array reads `prefix` and writes the rest, later ones read `tokens`.
    """
    gain = read * (source - tokens)
    if gain <= 0:
        return None
    cost = max(0.0, (write - read) * (tokens - prefix))
    return max(1, -int(-cost // gain))
