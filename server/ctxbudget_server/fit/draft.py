"""A draft of a fit: which results and turns go, what it will cost, and the array that comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .conversation import Conversation
from .markers import Record, names_line, result_marker, write_record
from .measuring import Sizes
from .model import Key, Message, Part, Reason, Removal, Tools, Turn
from .shapes import to_json

MARKER_TOKENS = 58
"""Of the first line of what stands for a result, roughly."""
LINE_TOKENS = 34
"""Of the line of a turn in a record, roughly."""
RECORD_TOKENS = 120
"""Of a record without its lines, and of the messages around it, roughly."""
LEAD_TOKENS = 60
"""Of what a reduced result says beside its names."""
MAX_LINE = 160
"""Characters of a turn's line."""


_ID = re.compile(r"(i[a-z]+)(\d+)")


@dataclass
class Material:
    """What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

    talk: Conversation
    tools: Tools
    scale: Sizes
    sizes: list[int]
    _leads: dict[Key, str] = field(default_factory=dict)
    _names: dict[int, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, talk: Conversation, tools: Tools, scale: Sizes) -> Material:
        """Count all messages."""
        return cls(talk, tools, scale, scale.each(talk.messages))

    @cached_property
    def result_tokens(self) -> dict[Key, int]:
        """Tokens of each open result, as its message's JSON holds it."""
        found = {}
        for part in self.talk.results:
            index, slot = part.key
            if not self.talk.is_open(part):
                continue
            if len([p for p in self.talk.parts[index] if p.kind == "result"]) == 1:
                rest = self.talk.shape.replace(self.talk.messages[index], {slot: ""})
                found[part.key] = max(0, self.sizes[index] - self.scale.each([rest])[0])
            else:
                found[part.key] = self.scale.of_result(part)
        return found

    @cached_property
    def person_tokens(self) -> dict[int, int]:
        """Tokens of what people said, by message."""
        return {
            i: sum(self.tools.count(to_json(self.talk.parts[i][slot].text)) + 8 for slot in slots)
            for i in range(len(self.talk.messages))
            if (slots := self.talk.words(i))
        }

    def part(self, key: Key) -> Part:
        """A part by its place."""
        return next(part for part in self.talk.parts[key.message] if part.key == key)

    def lead(self, part: Part) -> str:
        """What a reduced result says beside its names."""
        if part.key not in self._leads:
            self.tools.check()
            self._leads[part.key] = self.tools.lead(part.text, LEAD_TOKENS) if part.text.strip() else ""
        return self._leads[part.key]

    def names(self, index: int) -> list[str]:
        """The names in a message, the most useful first."""
        if index not in self._names:
            self.tools.check()
            texts = [part.text or part.arguments for part in self.talk.parts[index]]
            self._names[index] = self.tools.names("\n".join(texts))
        return self._names[index]


@dataclass
class Draft:
    """Results that are reduced, and turns that are replaced by records."""

    material: Material
    reduced: dict[Key, tuple[Reason, bool]] = field(default_factory=dict)
    """Why, and whether a lead is said."""
    dropped: set[int] = field(default_factory=set)
    """Numbers of turns."""
    mute: bool = False
    """Records are as short as can be: no line for a turn, nothing that people said."""

    @property
    def talk(self) -> Conversation:
        """The conversation."""
        return self.material.talk

    def spans(self) -> list[list[int]]:
        """Dropped turns that stand next to each other."""
        spans: list[list[int]] = []
        for number in sorted(self.dropped):
            if spans and spans[-1][-1] == number - 1:
                spans[-1].append(number)
            else:
                spans.append([number])
        return spans

    def messages_of(self, span: list[int]) -> range:
        """Indexes of the messages of a span."""
        return range(self.talk.turns[span[0]].start, self.talk.turns[span[-1]].end)

    def estimate(self) -> int:
        """Tokens of the array without any names, roughly."""
        total = sum(self.material.sizes)
        gone = {index for span in self.spans() for index in self.messages_of(span)}
        for span in self.spans():
            said = 0 if self.mute else sum(self.material.person_tokens.get(i, 0) for i in self.messages_of(span))
            total += RECORD_TOKENS + said + (0 if self.mute else LINE_TOKENS * len(span))
        total -= sum(self.material.sizes[index] for index in gone)
        for key, (_, lead) in self.reduced.items():
            if key.message not in gone:
                total += MARKER_TOKENS + (LEAD_TOKENS if lead else 0) - self.material.result_tokens[key]
        return total


Id = Callable[[int, str], str | None]
"""The id of a removal, by its number and by what it removes; None where nothing is kept."""


class Writer:
    """Writes a draft out as an array, with an index of names in each thing that stands for something."""

    def __init__(self, draft: Draft, item_id: Id) -> None:
        self._draft = draft
        self._material = draft.material
        self._talk = draft.talk
        self._item_id = item_id
        self._session = self._talk.options.session_id
        self._numbers = {owner: number for number, owner in enumerate(self._owners())}

    def _owners(self) -> Iterator[Key | Turn]:
        """What is removed, in the order of the array."""
        dropped = {i for span in self._draft.spans() for i in self._draft.messages_of(span)}
        turns = {turn.start: turn for turn in (self._talk.turns[n] for n in self._draft.dropped)}
        turns = {start: turn for start, turn in turns.items() if not self.old_record(turn)}
        keys = sorted(key for key in self._draft.reduced if key.message not in dropped)
        owners: list[Key | Turn] = [*keys, *turns.values()]
        yield from sorted(owners, key=_begins)

    def write(self, names: dict[int, list[str]]) -> tuple[list[Message], list[Removal]]:
        """The array with these names, by the message that stands for where they were."""
        out: list[Message] = []
        removals: list[Removal] = []
        by_message: dict[int, list[Key]] = {}
        for owner in self._numbers:
            if isinstance(owner, Key):
                by_message.setdefault(owner.message, []).append(owner)
        spans = {self._talk.turns[span[0]].start: span for span in self._draft.spans()}
        index = 0
        while index < len(self._talk.messages):
            if index in spans:
                record, gone = self._record(spans[index], names.get(index, []))
                out += record
                removals += gone
                index = self._draft.messages_of(spans[index]).stop
                continue
            message = self._talk.messages[index]
            if keys := by_message.get(index):
                texts = {key.slot: self._marker(key, names.get(index, []) if key == keys[-1] else []) for key in keys}
                message = self._talk.shape.replace(message, texts)
                removals += [self._result_removal(key, texts[key.slot]) for key in keys]
            out.append(message)
            index += 1
        return out, removals

    def _marker(self, key: Key, names: list[str]) -> str:
        part = self._material.part(key)
        reason, lead = self._draft.reduced[key]
        tokens = self._material.result_tokens[key]
        lines = [result_marker(reason, tokens, self._item_id(self._numbers[key], part.original), self._session)]
        if lead and (said := self._material.lead(part)):
            lines.append(said)
        if names:
            lines.append(names_line(names))
        return "\n".join(lines)

    def _result_removal(self, key: Key, text: str) -> Removal:
        part = self._material.part(key)
        call = self._talk.calls[part.call_id]
        return Removal(
            number=self._numbers[key],
            index=key.message,
            kind="result",
            reason=self._draft.reduced[key][0],
            call_id=part.call_id,
            title=_call_line(call),
            original=part.original,
            stand_in=text,
            is_json=part.is_json,
            tokens_before=self._material.result_tokens[key],
            tokens_after=self._material.tools.count(to_json(text)),
        )

    def _record(self, span: list[int], names: list[str]) -> tuple[list[Message], list[Removal]]:
        """Messages for a span. A record that stands in it already is carried over, not archived once more."""
        indexes = self._draft.messages_of(span)
        messages = tokens = 0
        lines: list[str] = []
        removals = []
        for turn in (self._talk.turns[number] for number in span):
            if old := self.old_record(turn):
                messages, tokens = messages + old.messages, tokens + old.tokens
                lines += old.lines
                continue
            removal = self._turn_removal(turn)
            removals.append(removal)
            messages, tokens = messages + turn.end - turn.start, tokens + removal.tokens_before
            item_id = self._item_id(removal.number, removal.original)
            lines.append(f"{item_id}: {removal.title}" if item_id else f"- {removal.title}")
        if self._draft.mute:
            lines = _ids_alone(lines) if self._session is not None else []
        record = Record(messages, tokens, tuple(lines), self._draft.mute)
        said = [] if self._draft.mute else [(self._talk.messages[i], s) for i in indexes if (s := self._talk.words(i))]
        return self._talk.shape.record(write_record(record, names, self._session), said), removals

    def old_record(self, turn: Turn) -> Record | None:
        """The record of an earlier fit that a turn is."""
        return next((r for i in range(turn.start, turn.end) for r in self._talk.records(i)), None)

    def _line(self, turn: Turn) -> str:
        parts = [part for i in range(turn.start, turn.end) for part in self._talk.parts[i]]
        calls = [_call_line(part) for part in parts if part.kind == "call"]
        said = next((p.text for p in self._talk.parts[turn.start] if p.kind == "text" and p.text.strip()), "")
        return (" + ".join(calls) or " ".join(said.split()))[:MAX_LINE]

    def _turn_removal(self, turn: Turn) -> Removal:
        line = self._line(turn)
        return Removal(
            number=self._numbers[turn],
            index=turn.start,
            kind="turn",
            reason="oldTurn",
            call_id=None,
            title=line,
            stand_in=None,
            original=to_json(self._talk.messages[turn.start : turn.end]),
            is_json=True,
            tokens_before=sum(self._material.sizes[turn.start : turn.end]),
            tokens_after=0 if self._draft.mute else self._material.tools.count(line),
        )


def _begins(owner: Key | Turn) -> tuple[int, int]:
    return owner if isinstance(owner, Key) else (owner.start, 0)


def _ids_alone(lines: list[str]) -> list[str]:
    """One line with the ids of all turns; ids that only count on are written as a range."""
    runs: list[list[str]] = []
    for found in (match for line in lines for match in _ID.finditer(line.partition(": ")[0])):
        stem, number = found[1], int(found[2])
        if runs and runs[-1][-1] == f"{stem}{number - 1}":
            runs[-1].append(found[0])
        else:
            runs.append([found[0]])
    return [" ".join(run[0] if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)]


def _call_line(call: Part) -> str:
    """A call in a few words: its tool and the beginning of what it was given."""
    given = " ".join(call.arguments.split())
    return f"{call.tool} {given if len(given) <= 90 else given[:87] + '...'}"
