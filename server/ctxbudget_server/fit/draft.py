"""A draft of a fit: at which detail each part stands, and what that costs, rather too much than too little."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.lines import (
    BETWEEN,
    MAX_ARGUMENTS,
    MAX_LINE,
    SAID,
    about,
    call_line,
    ids_alone,
    is_short,
    said_briefly,
)
from ctxbudget_server.fit.material import BRIEF_FRAME, LineKey, Material
from ctxbudget_server.fit.model import Key, Part, Reason

ID_TOKENS = 1
"""Of a new id in a line that has nothing else: nearly all are in a range with others."""
LINE_MARGIN = 2
"""What a line may cost beside its own tokens, where it meets the next one."""

Telling: TypeAlias = Literal["lines", "ids", "index", "pointer", "figures"]
"""What records tell: a line and an id for each turn, and what people said; ids alone; one id, of an item with all that
went, from which older records' ids lead on; the same without a word on how to get it back; how much went, alone."""

ABOUT, WORDS = -1, -2
"""The line on a turn; the same with what a person said in it, and further ones of that kind below."""


class StandIn(NamedTuple):
    """What replaces a result."""

    reason: Reason
    lead: int
    """Tokens of what it says of it beside the names."""
    names: int
    """Tokens that are held free for names."""


class MessageRun(NamedTuple):
    """Messages `start` to `end` (excluded) that are removed together; `ours` are a record of an earlier fit."""

    start: int
    end: int
    ours: bool


Gap: TypeAlias = list[MessageRun]
"""Adjacent runs that one record replaces."""


@dataclass
class Draft:
    """Results that are reduced, and messages that are replaced by records."""

    material: Material
    reduced: dict[Key, StandIn] = field(default_factory=dict)
    dropped: set[int] = field(default_factory=set)
    """Numbers of turns."""
    gone: set[int] = field(default_factory=set)
    """Messages that are removed on their own: their turn stays, or they belong to none."""
    leads: dict[Key, int] = field(default_factory=dict)
    """What people said of which a record's line has only so many tokens."""
    in_short: set[LineKey] = field(default_factory=set)
    """Lines of which only the id stands."""
    longer: dict[int, int] = field(default_factory=dict)
    """Characters of the line of a turn, by its first message, where there is room for more than the usual."""
    names_of_turns: int = 0
    """Tokens that are held free for names of dropped turns."""
    telling: Telling = "lines"
    bare: bool = False
    """Nothing stays but what must."""

    def __post_init__(self) -> None:
        self._total = sum(self.material.sizes)

    @property
    def total(self) -> int:
        """Tokens of the array with what is held free for names."""
        return self._total + self.names_of_turns

    @property
    def names_one_id(self) -> bool:
        """Whether one id leads to all that went."""
        return self.telling in ("index", "pointer")

    @property
    def free_for_names(self) -> int:
        """Tokens that are held free for names."""
        kept = (stand_in for key, stand_in in self.reduced.items() if not self.is_gone(key.message))
        return self.names_of_turns + sum(stand_in.names for stand_in in kept)

    @property
    def talk(self) -> Conversation:
        """The conversation."""
        return self.material.talk

    def reduce(self, key: Key, stand_in: StandIn) -> None:
        """Replace a result by a marker."""
        self._change(self.unit(key.message), lambda: self.reduced.update({key: stand_in}))

    def drop(self, number: int) -> None:
        """Replace a turn by a record."""
        turn = self.talk.turns[number]
        self._go(range(turn.start, turn.end), lambda: self.dropped.add(number))

    def leave(self, index: int) -> None:
        """Replace a message by a record, without the turn that it belongs to, if any."""
        if not self.is_gone(index):
            self._go(range(index, index + 1), lambda: self.gone.add(index))

    def say_less(self, key: Key, tokens: int) -> None:
        """Leave of what a person said a lead in a record."""
        number = self.talk.turn_of.get(key.message)
        if not self.is_gone(key.message):
            if number is None or number in self.talk.fixed_turns:
                self.leave(key.message)
            else:
                self.drop(number)
        self._change(self.unit(key.message), lambda: self._lead(key, tokens))

    def _lead(self, key: Key, tokens: int) -> None:
        """Of a turn without calls, what the agent said goes first."""
        self.leads[key] = tokens
        unit = self.unit(key.message)
        if not any(part.kind in ("call", "result") for index in unit for part in self.talk.parts[index]):
            self.in_short.add((unit.start, ABOUT))

    def shorten(self, line: LineKey) -> None:
        """Leave nothing of a line but its id."""
        self._change(self.unit(line[0]), lambda: self.in_short.add(line))

    def tell(self, line: LineKey) -> None:
        """Let a line stand again."""
        self._change(self.unit(line[0]), lambda: self.in_short.discard(line))

    def lengthen(self, number: int, characters: int) -> None:
        """Let the line of a dropped turn be longer."""
        start = self.talk.turns[number].start
        self._change(self.unit(start), lambda: self.longer.update({start: characters}))

    def longest_line(self, number: int) -> int:
        """Characters that the line of a turn may have now."""
        return self.longer.get(self.talk.turns[number].start, MAX_LINE)

    def gain(self, number: int) -> int:
        """Tokens that dropping a turn wins, beside those of the record around its line."""
        turn = self.talk.turns[number]
        unit = range(turn.start, turn.end)
        before = self._cost(unit)
        self.dropped.add(number)
        after = self._cost(unit)
        self.dropped.discard(number)
        return before - after

    def _change(self, unit: range, change: Callable[[], object]) -> None:
        self._total -= self._cost(unit)
        change()
        self._total += self._cost(unit)

    def _go(self, unit: range, change: Callable[[], object]) -> None:
        """Messages go; a record is shared with those beside them."""
        beside = sum(self.is_gone(index) for index in (unit.start - 1, unit.stop))
        self._total += self.material.record_tokens * (1 - beside)
        self._change(self.unit(unit.start), change)

    def unit(self, index: int) -> range:
        """The messages whose cost depends on each other: a turn, or a message that belongs to none."""
        number = self.talk.turn_of.get(index)
        if number is None:
            return range(index, index + 1)
        turn = self.talk.turns[number]
        return range(turn.start, turn.end)

    def _cost(self, unit: range) -> int:
        kept = [index for index in unit if not self.is_gone(index)]
        cost = sum(self.material.sizes[index] for index in kept)
        for index in kept:
            for key in self.material.keys_of(index):
                if (stand_in := self.reduced.get(key)) is not None:
                    cost += self.material.stand_in_tokens(key, stand_in.reason) + stand_in.lead + stand_in.names
                    cost -= self.material.result_tokens(key)
        if len(kept) < len(unit):
            cost += sum(self._told(piece) for piece in self._pieces(unit))
        return cost

    def _told(self, piece: MessageRun) -> int:
        """What a record says about a piece, if the provider is sent it."""
        if piece.end <= self.talk.start:
            return 0
        count = self.material.count_json
        lines = self.lines(piece, self.material.any_id)
        whole = [line for key, line in lines if not self.is_in_short(key, line)]
        briefs = [said for line in whole if (said := said_briefly(line)) is not None]
        told = sum(count(line) + LINE_MARGIN for line in whole if said_briefly(line) is None)
        told += sum(count(said) + BRIEF_FRAME for said in briefs)
        in_short = [line for key, line in lines if self.is_in_short(key, line)]
        told += sum(map(count, ids_alone(in_short))) if piece.ours else ID_TOKENS * len(in_short)
        return told + sum(self.material.word_tokens(key) for key in self.words(piece) if key not in self.leads)

    def words(self, piece: MessageRun) -> Iterator[Key]:
        """Where people speak in a piece."""
        return (Key(i, slot) for i in range(piece.start, piece.end) for slot in self.talk.words(i))

    def is_in_short(self, key: LineKey, line: str) -> bool:
        """Whether nothing of a line is told but its id."""
        return key in self.in_short or is_short(line)

    def needs_id(self, piece: MessageRun) -> bool:
        """Whether a piece is archived: a record is not once more, unless what people said in it goes."""
        return not piece.ours or any(key in self.leads for key in self.words(piece))

    def lines(self, piece: MessageRun, item_id: str | None) -> list[tuple[LineKey, str]]:
        """What a record says about a piece, line by line."""
        mark = f"{item_id}: " if item_id else "- "
        if self.names_one_id:
            return [((piece.start, ABOUT), mark)]
        said, whole = self._said(piece)
        briefs = [((piece.start, WORDS - 1 - number), SAID + text) for number, text in enumerate(whole)]
        if not piece.ours:
            about_it = [self._about(piece), *self.material.verdicts(piece.start, piece.end)]
            told = said if (said or whole) and (piece.start, ABOUT) in self.in_short else [*about_it, *said]
            line = BETWEEN.join(text for text in told if text)
            return [((piece.start, WORDS if said else ABOUT), mark + line if line else item_id or "- …"), *briefs]
        old = [
            ((index, number), line)
            for index in range(piece.start, piece.end)
            for number, line in enumerate(self.talk.record_lines(index))
        ]
        archived = [((piece.start, WORDS), mark + BETWEEN.join(said) if said else item_id or "- …")]
        return [*old, *(archived if said or whole else []), *briefs]

    def _said(self, piece: MessageRun) -> tuple[list[str], list[str]]:
        """What people said in a piece, where it does not stand word for word: leads, and all of it in brief."""
        leads: list[str] = []
        briefs: list[str] = []
        for key in (key for key in self.words(piece) if key in self.leads):
            text = self.material.beginning(key, self.leads[key])
            if text and text == self.material.brief(key):
                briefs.append(text)
            elif text:
                leads.append(SAID + text)
        return leads, briefs

    def _about(self, piece: MessageRun) -> str:
        most = self.longer.get(piece.start)
        arguments = MAX_ARGUMENTS if most is None else most

        def called(call: Part) -> str:
            return call_line(call, arguments)

        return about(self.material.parts_but_words(piece.start, piece.end), called, most or MAX_LINE)

    def is_gone(self, index: int) -> bool:
        """Whether a message goes with all that is in it."""
        if index < self.talk.start:
            return index not in self.talk.untouchable
        if self.bare:
            return index not in self.talk.needed
        return index in self.gone or self.talk.turn_of.get(index) in self.dropped

    def gaps(self) -> list[Gap]:
        """What goes as a whole, in order."""
        gaps: list[list[int]] = []
        for index in filter(self.is_gone, range(len(self.talk.messages))):
            if gaps and gaps[-1][-1] == index - 1:
                gaps[-1].append(index)
            else:
                gaps.append([index])
        if self.names_one_id:
            return [[MessageRun(gap[0], gap[-1] + 1, False)] for gap in gaps]
        return [self._pieces(gap) for gap in gaps]

    def _pieces(self, indexes: Sequence[int]) -> list[MessageRun]:
        """Those of these messages that are removed, as runs that have one id each."""
        pieces: list[MessageRun] = []
        for index in filter(self.is_gone, indexes):
            ours = self._is_ours(index)
            last = pieces[-1] if pieces and pieces[-1].end == index else None
            alone = self.gone & {index, index - 1} or (ours and self._says_less(index))
            if last is None or last.ours != ours or alone or (not ours and index in self.talk.starts):
                pieces.append(MessageRun(index, index + 1, ours))
            else:
                pieces[-1] = last._replace(end=index + 1)
        return pieces

    def _is_ours(self, index: int) -> bool:
        """A record, its bridge, or what people said that a record has brought along, while it stands whole."""
        if index in self.material.brought_along:
            return not self._says_less(index)
        return self.talk.is_ours(index)

    def _says_less(self, index: int) -> bool:
        return any(Key(index, slot) in self.leads for slot in self.talk.words(index))
