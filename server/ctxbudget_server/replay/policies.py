"""What a harness may do about a growing conversation: each policy makes the array that a call sends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

from ctxbudget_server.fit import (
    SHAPES,
    Message,
    Options,
    Prices,
    Retrieval,
    Shape,
    Sizes,
    Tools,
    fit,
    replaced,
    replacement_text,
    turns,
)

CLEARED = "[Old tool result content cleared]"
"""What clients write in place of a result they have cleared."""
LARGE = 1500
"""An old result with at least this many characters is cleared or reduced."""
OLD = 12
"""Number of calls after which a result is old."""
USAGE = "none, clear[:CALLS], reduce[:CALLS], auto:TOKENS, fit:TOKENS, drop-oldest:TOKENS"


class Policy(Protocol):
    """Makes the arrays for the calls of one conversation, one after another."""

    def array(self, prefix: Sequence[Message]) -> list[Message]:
        """What is sent when the conversation consists of `prefix`."""


Make = Callable[[], Policy]
"""Creates a policy for a conversation that starts over."""


def policy(spec: str, shape: str, tools: Tools, window: int | None, prices: Prices) -> Make:
    """The policy that a text specifies; raises `ValueError` saying what is wrong."""
    name, _, figure = spec.partition(":")
    if figure and not (figure.isascii() and figure.isdigit() and int(figure) > 0):
        raise ValueError(f"{spec!r}: expected a positive number, got {figure!r}")
    given = int(figure) if figure else None
    match name:
        case "none" if given is None:
            return Everything
        case "clear":
            return lambda: Old(SHAPES[shape], given or OLD, lambda _array, _index, _text: CLEARED)
        case "reduce":
            return lambda: Old(SHAPES[shape], given or OLD, Reduced(SHAPES[shape], tools).text)
        case "auto" | "fit" | "drop-oldest":
            limit = given or window
            if limit is None:
                raise ValueError(f"{spec!r} needs a limit in tokens, as in {name}:100000, or --window")
            if name == "drop-oldest":
                return lambda: DropOldest(SHAPES[shape], limit, tools)
            reclaim = limit // 10 if name == "fit" else None
            options = Options(limit, min_reclaim=reclaim, prices=prices, retrieval=Retrieval("archive"), grows=True)
            return lambda: Fit(shape, options, tools)
    raise ValueError(f"unknown policy {spec!r}: must be one of {USAGE}")


class Everything:
    """Sends everything unchanged."""

    def array(self, prefix: Sequence[Message]) -> list[Message]:
        """The conversation itself."""
        return list(prefix)


Stand = Callable[[list[Message], int, str], str]
"""The text that replaces a result, by the array, the message's index and the result's text."""


class Old:
    """Replaces large results for good once enough calls have sent them."""

    def __init__(self, shape: Shape, calls: int, text: Stand) -> None:
        self._shape = shape
        self._calls = calls
        self._text = text
        self._now: list[Message] = []
        self._entered: list[int] = []
        self._next = 0
        self._call = 0

    def array(self, prefix: Sequence[Message]) -> list[Message]:
        """The conversation with old results replaced."""
        self._now += prefix[len(self._now) :]
        self._entered += [self._call] * (len(prefix) - len(self._entered))
        while self._next < len(prefix) and self._call - self._entered[self._next] >= self._calls:
            self._replace(self._next)
            self._next += 1
        self._call += 1
        return list(self._now)

    def _replace(self, index: int) -> None:
        message = self._now[index]
        parts = [p for p in self._shape.parts(index, message) if p.kind == "result" and len(p.original) >= LARGE]
        if parts:
            texts = {part.key.slot: self._text(self._now, index, part.text) for part in parts}
            self._now[index] = replaced(self._shape, message, texts)


class Reduced:
    """Replaces results with metadata: a marker with an id, what the result is about, and names."""

    def __init__(self, shape: Shape, tools: Tools) -> None:
        self._shape = shape
        self._tools = tools
        self._number = 0
        self._seen: list[Message] = []
        self._held: Counter[str] = Counter()

    def text(self, array: list[Message], index: int, text: str) -> str:
        """The metadata of a result."""
        self._number += 1
        self._look(array)
        own = self._names(array[index])
        return replacement_text(
            text, self._tools, lambda name: self._held[name] > (name in own), f"ireplay{self._number}", "archive"
        )

    def _look(self, array: list[Message]) -> None:
        """Count in how many messages each name appears; only changed messages are counted again."""
        for place, message in enumerate(array):
            old = self._seen[place] if place < len(self._seen) else None
            if old is message:
                continue
            self._held.subtract(self._names(old) if old else ())
            self._held.update(self._names(message))
        self._seen = list(array)

    def _names(self, message: Message) -> set[str]:
        return set(self._tools.names("\n".join(part.said for part in self._shape.parts(0, message))))


class Fit:
    """Runs `context/fit` at every call; the conversation continues from its result."""

    def __init__(self, shape: str, options: Options, tools: Tools) -> None:
        self._shape = shape
        self._options = options
        self._tools = tools
        self._sizes = Sizes(tools, SHAPES[shape])
        self._now: list[Message] = []
        self._taken = 0
        self._removed = 0

    def array(self, prefix: Sequence[Message]) -> list[Message]:
        """The fitted array."""
        grown = [*self._now, *prefix[self._taken :]]
        self._taken = len(prefix)
        if self._sizes.total(grown) <= self._options.max_tokens:
            self._now = grown
            return list(grown)
        first = self._removed + 1
        found = fit(
            grown, self._shape, self._options, self._tools, lambda number, _original: f"ireplay{first + number}"
        )
        self._removed += len(found.removals)
        self._now = found.messages
        return list(self._now)


class DropOldest:
    """Sends the first message and as many of the latest turns as fit, at least two."""

    def __init__(self, shape: Shape, limit: int, tools: Tools) -> None:
        self._shape = shape
        self._limit = limit
        self._sizes = Sizes(tools, shape)

    def array(self, prefix: Sequence[Message]) -> list[Message]:
        """What is left."""
        sizes = [self._sizes.of_message(message) for message in prefix]
        if sum(sizes) <= self._limit:
            return list(prefix)
        starts = [turn.start for turn in turns(self._shape, list(prefix))]
        head = [i for i in range(starts[0] if starts else 0) if i == 0 or self._shape.role(prefix[i]) == "system"]
        room = self._limit - sum(sizes[i] for i in head)
        latest = starts[:-1] or starts
        start = next((start for start in latest if sum(sizes[start:]) <= room), latest[-1] if latest else len(prefix))
        return [prefix[i] for i in head] + list(prefix[start:])
