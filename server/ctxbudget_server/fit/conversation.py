"""An array read into parts and turns, and what of it no fit may touch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ctxbudget_server.fit.markers import Record, is_marker, read_record
from ctxbudget_server.fit.model import Message, Options, Part, Role, Turn
from ctxbudget_server.fit.pairs import paired
from ctxbudget_server.fit.people import is_hosts
from ctxbudget_server.fit.responses import REFERENCE, Responses
from ctxbudget_server.fit.shapes import BRIDGE, Shape
from ctxbudget_server.fit.vercel_ui import VercelUi, earlier_steps, step_starts


@dataclass(frozen=True)
class Conversation:
    """The parts of each message, and the turns. Messages before the first turn belong to none."""

    shape: Shape
    messages: list[Message]
    options: Options

    @cached_property
    def parts(self) -> list[list[Part]]:
        """By message."""
        return paired([self.shape.parts(index, message) for index, message in enumerate(self.messages)])

    @cached_property
    def turns(self) -> list[Turn]:
        """A turn begins where the agent begins to speak; parallel calls are one turn with all their results.

        If results are in the agent's own messages, it begins to speak again after each of these.
        """
        roles = self.roles
        waiting: set[str] = set()
        starts: list[int] = []
        for index, role in enumerate(roles):
            if role == "assistant" and not waiting and (not starts or not self._goes_on(index)):
                starts.append(index)
            for part in self.parts[index]:
                if part.kind == "call":
                    waiting.add(part.call_id)
                elif part.kind == "result":
                    waiting.discard(part.call_id)
        ends = [*starts[1:], len(self.messages)] if starts else []
        return [Turn(start, end) for start, end in zip(starts, ends, strict=True)]

    @cached_property
    def starts(self) -> set[int]:
        """Indexes where turns begin."""
        return {turn.start for turn in self.turns}

    @cached_property
    def turn_of(self) -> dict[int, int]:
        """Numbers of turns by message."""
        return {i: number for number, turn in enumerate(self.turns) for i in range(turn.start, turn.end)}

    @cached_property
    def calls(self) -> dict[str, Part]:
        """Calls by id."""
        return {part.call_id: part for parts in self.parts for part in parts if part.kind == "call"}

    @cached_property
    def results(self) -> list[Part]:
        """All results in order."""
        return [part for parts in self.parts for part in parts if part.kind == "result"]

    @cached_property
    def roles(self) -> list[Role]:
        """Whose message each is."""
        return [self.shape.role(message) for message in self.messages]

    @cached_property
    def _users(self) -> list[int]:
        return [i for i, role in enumerate(self.roles) if i >= self.start and role == "user" and not self.records(i)]

    @cached_property
    def start(self) -> int:
        """The first message that the provider shows the model: it leaves out all before the latest summary."""
        return first_sent(self.shape, self.messages)

    @cached_property
    def protected(self) -> set[int]:
        """Messages that stay byte for byte while the limit allows it: the untouchable ones, and the first of a user."""
        return self.untouchable | set(self._users[:1])

    @cached_property
    def droppable_turns(self) -> list[int]:
        """Numbers of the turns that may go as a whole, in the order in which they should."""
        lasting = {part.key.message for parts in self.parts for part in parts if part.lasting}
        free = [number for number in range(len(self.turns)) if number not in self.fixed_turns]
        return sorted(free, key=lambda number: not lasting.isdisjoint(self.turns[number].indexes))

    @cached_property
    def untouchable(self) -> set[int]:
        """Messages that stay byte for byte whatever the limit, with the calls that their results belong to."""
        users = self._users
        kept = set(users[-1:])
        spoken = [i for i in users if self.words(i)]
        if spoken:
            kept.add(spoken[-1])
        for index in range(len(self.messages)):
            needed = self.roles[index] == "system" or index in self._providers
            if self.is_pinned(index) or (needed and index >= self.start):
                kept.add(index)
        kept |= self.recent
        answered = {part.call_id for index in kept for part in self.parts[index] if part.kind == "result"}
        return kept | {call.key.message for call in self.calls.values() if call.call_id in answered}

    def is_pinned(self, index: int) -> bool:
        """Whether the caller wants a message to stay."""
        return index in self.options.pins or any(map(self.is_pinned_part, self.parts[index]))

    def is_pinned_part(self, part: Part) -> bool:
        """Whether the caller wants a call to stay, with its result; others in the same message may be reduced."""
        return bool(part.call_id) and part.named_id in self.options.pins

    def is_yielding(self, part: Part) -> bool:
        """Whether a result that stays as long as there is room may be reduced all the same, being too large."""
        index = part.key.message
        stays = part.fixed or part.lasting or is_marker(part.text) or index in self._providers
        is_pinned = index in self.options.pins or self.is_pinned_part(part)
        is_ours = index >= self.start and index in self.untouchable and not is_pinned
        return is_ours and not stays and part.call_id in self.calls

    def is_of_old_step(self, part: Part) -> bool:
        """Whether a part of a message that grew is older than the latest `keep_turns` steps."""
        return part.key.slot < self._old_slots.get(part.key.message, 0)

    @cached_property
    def _old_slots(self) -> dict[int, int]:
        """By message of the latest turns, the slot before which what it has is of old steps."""
        found: dict[int, int] = {}
        left = self.options.keep_turns
        for index in sorted(self.recent, reverse=True) if self.shape.grows else ():
            steps = self.steps(index)
            if len(steps) > left:
                found[index] = steps[-left] if left else max(steps) + 1
            left = max(0, left - len(steps))
        return found

    def steps(self, index: int) -> list[int]:
        """The slots where the steps of a message begin, as far as it tells."""
        return step_starts(self.messages[index]) if isinstance(self.shape, VercelUi) else []

    @cached_property
    def _providers(self) -> set[int]:
        """Messages that the provider needs as they are."""
        kept = {part.key.message for parts in self.parts for part in parts if part.stays}
        kept |= {part.key.message for part in self._in_containers.values()}
        if any(message.get("type") == REFERENCE for message in self.messages):  # the call may be one that it holds
            kept |= {part.key.message for part in self.results if part.call_id not in self.calls}
        return kept

    @cached_property
    def _in_containers(self) -> dict[str, Part]:
        """The latest part that works in each container."""
        return {part.container: part for parts in self.parts for part in parts if part.container}

    @cached_property
    def needed(self) -> set[int]:
        """The least that is legal: what is untouchable, with the results of its calls and what was said in one go."""
        results: dict[str, list[int]] = defaultdict(list)
        for part in self.results:
            results[part.call_id].append(part.key.message)
        needed: set[int] = set()
        waiting = list(self.untouchable)
        while waiting:
            index = waiting.pop()
            if index in needed:
                continue
            needed.add(index)
            for part in self.parts[index]:
                if part.kind == "call":
                    waiting += results[part.call_id]
                elif part.kind == "result" and part.call_id in self.calls:
                    waiting.append(self.calls[part.call_id].key.message)
            if self.roles[index] == "assistant":
                waiting += [index - 1] if index and self._goes_on(index) else []
                after = index + 1
                waiting += [after] if after < len(self.roles) and self._goes_on(after) else []
        return needed

    def _goes_on(self, index: int) -> bool:
        """Whether a message is the agent's, and so is the one before it, without an answer in between."""
        if self.roles[index] != "assistant" or self.roles[index - 1] != "assistant":
            return False
        return not any(part.kind == "result" for part in self.parts[index - 1])

    @cached_property
    def recent(self) -> set[int]:
        kept = self.turns[-self.options.keep_turns :] if self.options.keep_turns else []
        first = kept[0].start if kept else len(self.messages)
        return set(range(max(first, self.start), len(self.messages)))

    @cached_property
    def fixed_turns(self) -> set[int]:
        """Numbers of turns that cannot go as a whole: something in them stays byte for byte."""
        return {
            number
            for number, turn in enumerate(self.turns)
            if any(index in self.protected for index in range(turn.start, turn.end))
        }

    def words(self, index: int) -> list[int]:
        """Slots of a user message in which a person speaks."""
        if self.roles[index] != "user":
            return []
        return [p.key.slot for p in self.parts[index] if p.kind == "text" and _is_persons(p.text)]

    def is_open(self, part: Part) -> bool:
        """Whether a result may be reduced: it is neither protected nor reduced already."""
        if self.is_of_old_step(part):
            return self.is_yielding(part)
        stays = part.fixed or is_marker(part.text)
        return part.key.message not in self.protected and not stays and part.call_id in self.calls

    @cached_property
    def is_cut(self) -> bool:
        """Whether an earlier fit has written something in it."""
        return any(map(self.records, range(len(self.messages)))) or any(is_marker(part.text) for part in self.results)

    def records(self, index: int) -> list[Record]:
        """The records in a message, of turns that went before."""
        return self._records[index]

    def record_lines(self, index: int) -> list[str]:
        """The lines of the records in a message."""
        return [line for record in self.records(index) for line in record.lines]

    @cached_property
    def _records(self) -> list[list[Record]]:
        return [
            [record for part in parts if part.kind == "text" and (record := read_record(part.text))]
            for parts in self.parts
        ]

    def is_ours(self, index: int) -> bool:
        """Whether a message is a record whose lines stay true in ours, or the bridge beside one."""
        parts, records = self.parts[index], self.records(index)
        if records:
            return all(not record.lines or record.leads_to(self.options.retrieval) for record in records)
        return len(parts) == 1 and parts[0].text == BRIDGE

    def is_short(self, turn: Turn) -> bool:
        """Whether a turn is a record that is as short as can be."""
        return any(record.short for index in range(turn.start, turn.end) for record in self.records(index))


def _is_persons(text: str) -> bool:
    return bool(text.strip()) and not (is_hosts(text) or is_marker(text) or read_record(text))


def first_sent(shape: Shape, messages: Sequence[Message]) -> int:
    """The first message that the provider shows the model: it leaves out all before the latest summary."""
    indexes = range(len(messages) - 1, -1, -1)
    return next((index for index in indexes if shape.begins_anew(messages[index])), 0)


def end_of_stand_ins(shape: Shape, messages: Sequence[Message]) -> int:
    """Index of the first message behind what earlier fits wrote."""
    for index in range(len(messages) - 1, -1, -1):
        for part in shape.parts(index, messages[index]):
            if (part.kind == "result" and is_marker(part.text)) or (part.kind == "text" and read_record(part.text)):
                return index + 1
    return 0


def last_request(shape: Shape, messages: Sequence[Message]) -> list[Message]:
    """What the agent's last answer was given to: all before it, or the whole array where it never spoke.

    An answer is one message of the agent. UI messages of the Vercel AI SDK have several, and tell where each begins; in
    the Responses API it is all items since an output, or an item of someone else.
    """
    roles = [shape.role(message) for message in messages]
    start = next((index for index in range(len(roles) - 1, -1, -1) if roles[index] == "assistant"), len(roles))
    while isinstance(shape, Responses) and 0 < start < len(roles) and roles[start - 1] == "assistant":
        start -= 1
    is_in_steps = isinstance(shape, VercelUi) and start < len(roles)
    return [*messages[:start], *(earlier_steps(messages[start]) if is_in_steps else ())]


def turns(shape: Shape, messages: list[Message]) -> list[Turn]:
    """The turns of an array. Each but its results and what follows is the answer to one call."""
    return Conversation(shape, messages, Options(max_tokens=1)).turns


def by_text(parts: list[Part]) -> dict[str, list[Part]]:
    """Parts of the same text, in order."""
    groups: defaultdict[str, list[Part]] = defaultdict(list)
    for part in parts:
        groups[part.original].append(part)
    return groups
