"""What an array costs: the tokens of its JSON text, and in place of bytes what they cost by the provider's rule.

The JSON text (keys, quotes, ids and all) stands in for the provider's own framing, which is 3 to 4 tokens a message
and not published for calls: the figure is on the safe side, and it is what `tokens/count` says of the same text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from ctxbudget_server.fit.model import Message, Part, Tools
from ctxbudget_server.fit.shape import Shape, to_json
from ctxbudget_server.media import rules_of, without_bytes


class Sizes:
    """Tokens of messages, and of arrays of them.

    The JSON text of an array is cut before the space between two messages: no vocabulary has a token across that cut,
    so the figures of the pieces sum to that of the text, and what was counted before need not be counted again.
    """

    def __init__(self, tools: Tools, shape: Shape) -> None:
        self._tools = tools
        self.shape = shape
        self._rules = rules_of(shape.provider, tools.model)
        self._known: dict[int, Written] = tools.written

    def total(self, array: list[Message]) -> int:
        """Tokens of an array."""
        written = self._sent(array)
        last = len(written) - 1
        pieces = [one.piece(index == 0, index == last) for index, one in enumerate(written)]
        return self._tools.total(pieces or ["[]"]) + sum(one.beside for one in written)

    def is_estimated(self, array: list[Message]) -> bool:
        """Whether the tokens of an array hold estimates."""
        return any(one.is_estimated for one in self._sent(array))

    def _sent(self, array: list[Message]) -> list[Written]:
        """What the provider shows the model of an array."""
        written = [self._written(message) for message in array]
        return written[next((index for index in range(len(written) - 1, -1, -1) if written[index].begins_anew), 0) :]

    def each(self, array: list[Message]) -> list[int]:
        """Tokens of each message in an array."""
        written = self._sent(array)
        found = [0] * (len(array) - len(written))
        last = len(written) - 1
        for index, one in enumerate(written):
            self._tools.check()
            found.append(self._tools.count(one.piece(index == 0, index == last)) + one.beside)
        return found

    def of_message(self, message: Message) -> int:
        """Tokens of a message in the middle of an array."""
        one = self._written(message)
        return self._tools.count(one.piece(False, False)) + one.beside

    def of_result(self, part: Part) -> int:
        """Tokens of a result, as the JSON of its message holds it."""
        if not part.is_json:
            return self._tools.count(to_json(part.original))
        lean = without_bytes(json.loads(part.original), self._rules)
        return self._tools.count(to_json(lean.bare)) + lean.tokens

    def _written(self, message: Message) -> Written:
        known = self._known.get(id(message))
        if known is None:
            lean = without_bytes(self.shape.sent(message), self._rules)
            known = self._known[id(message)] = Written(message, to_json(lean.bare), lean.tokens)
            known.begins_anew = self.shape.begins_anew(message)
            known.is_estimated = lean.is_estimated or self.shape.has_unknown(message)
        return known


class Written:
    """A message's JSON text, as it is at the beginning, in the middle and at the end of an array."""

    def __init__(self, message: Message, text: str, beside: int) -> None:
        self.message = message
        self.beside = beside
        """Tokens of its bytes."""
        self.begins_anew = False
        self.is_estimated = False
        self._text = text
        self._pieces: dict[tuple[bool, bool], str] = {}

    @property
    def pieces(self) -> Iterable[str]:
        """The texts that were made of it."""
        return self._pieces.values()

    def piece(self, first: bool, last: bool) -> str:
        """The text with what is written around it. Always the same object: it is looked up often."""
        if (first, last) not in self._pieces:
            self._pieces[first, last] = f"{'[' if first else ' '}{self._text}{']' if last else ','}"
        return self._pieces[first, last]
