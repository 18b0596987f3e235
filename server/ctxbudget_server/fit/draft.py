"""A draft of a fit: which results and turns go, and what it will cost, roughly."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.material import LEAD_TOKENS, Material
from ctxbudget_server.fit.model import Key, Reason

MARKER_TOKENS = 58
"""Of the first line of what replaces a result, roughly."""
LINE_TOKENS = 34
"""Of the line of a turn in a record, roughly."""
RECORD_TOKENS = 120
"""Of a record without its lines, and of the messages around it, roughly."""

Telling: TypeAlias = Literal["lines", "ids", "figures"]
"""What records tell: a line and an id for each turn, and what people said; ids alone; how much went, alone."""


class MessageRun(NamedTuple):
    """Messages `start` to `end` (excluded) that go together; `ours` are a record of an earlier fit."""

    start: int
    end: int
    ours: bool


Gap: TypeAlias = list[MessageRun]
"""Adjacent runs that one record replaces."""


@dataclass
class Draft:
    """Results that are reduced, and messages that are replaced by records."""

    material: Material
    reduced: dict[Key, tuple[Reason, bool]] = field(default_factory=dict)
    """Why, and whether a lead is said."""
    dropped: set[int] = field(default_factory=set)
    """Numbers of turns."""
    telling: Telling = "lines"
    bare: bool = False
    """Nothing stays but what must."""

    def __post_init__(self) -> None:
        self._total = sum(self.material.sizes)

    @property
    def talk(self) -> Conversation:
        """The conversation."""
        return self.material.talk

    def reduce(self, key: Key, reason: Reason, *, lead: bool) -> None:
        """Replace a result by a marker."""
        self.reduced[key] = (reason, lead)
        self._total += MARKER_TOKENS + (LEAD_TOKENS if lead else 0) - self.material.result_tokens(key)

    def drop(self, number: int) -> None:
        """Replace a turn by a record."""
        turn = self.talk.turns[number]
        parts = [part for index in range(turn.start, turn.end) for part in self.talk.parts[index]]
        for key in (part.key for part in parts):
            if (why := self.reduced.pop(key, None)) is not None:
                self._total -= MARKER_TOKENS + (LEAD_TOKENS if why[1] else 0) - self.material.result_tokens(key)
        self._total += RECORD_TOKENS * (1 - len(self.dropped & {number - 1, number + 1}))
        self._total += self._told(number) - sum(self.material.sizes[turn.start : turn.end])
        self.dropped.add(number)

    def tell_ids(self) -> None:
        """Let records tell no more than ids."""
        self._total -= sum(self._told(number) for number in self.dropped)
        self.telling = "ids"

    def _told(self, number: int) -> int:
        turn = self.talk.turns[number]
        return LINE_TOKENS + sum(self.material.person_tokens.get(i, 0) for i in range(turn.start, turn.end))

    def estimate(self) -> int:
        """Tokens of the array without any names, roughly."""
        return self._total

    def is_gone(self, index: int) -> bool:
        """Whether a message goes with all that is in it."""
        if index < self.talk.start:
            return index not in self.talk.untouchable
        return index not in self.talk.needed if self.bare else self.talk.turn_of.get(index) in self.dropped

    def gaps(self) -> list[Gap]:
        """What goes as a whole, in order."""
        gaps: list[Gap] = []
        for index in range(len(self.talk.messages)):
            if not self.is_gone(index):
                continue
            ours = self.talk.is_ours(index)
            if not gaps or gaps[-1][-1].end != index:
                gaps.append([MessageRun(index, index + 1, ours)])
            elif gaps[-1][-1].ours != ours or (not ours and index in self.talk.starts):
                gaps[-1].append(MessageRun(index, index + 1, ours))
            else:
                gaps[-1][-1] = gaps[-1][-1]._replace(end=index + 1)
        return gaps
