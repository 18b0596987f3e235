"""What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.excerpt import excerpt
from ctxbudget_server.fit.lines import beginning, said_briefly
from ctxbudget_server.fit.markers import Record, is_marker, result_marker, without_frames, write_record
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Key, Message, Part, Reason, Tools
from ctxbudget_server.fit.shapes import replaced, to_json

LEAD_TOKENS = 60
"""Of what a reduced result says beside its names."""
LEAD_SHARE = 4
"""Of a smaller result it says a quarter."""
FRAME_TOKENS = 10
"""Of a block or message around what a person said, at most."""
BRIEF_FRAME = 3
"""Of what a person said in brief, beside its own: most of these stand under one label."""
JOINT_TOKENS = 3
"""What may be added where texts meet in one message."""
MAX_FOCUS = 2_000
"""Characters of what a person said last that are looked for."""
VERDICT = "Tests: "
"""How a test run's verdict begins."""

_ANY_ID = "i" + "0" * 15

LineKey: TypeAlias = "tuple[int, int]"
"""A line of a record: the message that it comes from, and which of that message's it is."""


def lead_tokens(tokens: int) -> int:
    """Tokens of what a reduced result of so many tokens says beside its names."""
    return min(LEAD_TOKENS, tokens // LEAD_SHARE)


@dataclass
class Material:
    """What all drafts of one fit share: the conversation, its figures, and texts that take long to make."""

    talk: Conversation
    tools: Tools
    scale: Sizes
    sizes: list[int]
    _leads: dict[tuple[Key, int], str] = field(default_factory=dict)
    _names: dict[int, list[str]] = field(default_factory=dict)
    _results: dict[Key, int] = field(default_factory=dict)
    _stand_ins: dict[tuple[Key, Reason], int] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _beginnings: dict[tuple[Key, int], str] = field(default_factory=dict)
    _briefs: dict[Key, str | None] = field(default_factory=dict)
    _verdicts: dict[Key, str] = field(default_factory=dict)

    @classmethod
    def of(cls, talk: Conversation, tools: Tools, scale: Sizes) -> Material:
        """Count all messages."""
        return cls(talk, tools, scale, scale.each(talk.messages))

    @cached_property
    def open_results(self) -> dict[Key, Part]:
        """The results that may be reduced, by their place."""
        return {part.key: part for part in self.talk.results if self.talk.is_open(part)}

    @cached_property
    def newest_results(self) -> dict[Key, Part]:
        """Results of the latest turns that are not pinned; they stay whole while the newest results have room."""
        yielding = (part for part in self.talk.results if self.talk.is_yielding(part))
        return {part.key: part for part in yielding if not self.talk.is_of_old_step(part)}

    def part(self, key: Key) -> Part:
        """A result by its place."""
        return self.open_results.get(key) or self.newest_results[key]

    @cached_property
    def focus(self) -> str | None:
        """What the newest results are reduced to: what was asked for, or what a person said last."""
        if self.talk.options.focus is not None:
            return self.talk.options.focus
        for index in range(len(self.talk.messages) - 1, -1, -1):
            if slots := self.talk.words(index):
                return " ".join(self.said(Key(index, slot)) for slot in slots)[:MAX_FOCUS]
        return None

    def keys_of(self, index: int) -> list[Key]:
        """The results of a message that may be reduced."""
        return self._keys.get(index, [])

    @cached_property
    def _keys(self) -> dict[int, list[Key]]:
        found: dict[int, list[Key]] = {}
        for key in (*self.open_results, *self.newest_results):
            found.setdefault(key.message, []).append(key)
        return found

    @cached_property
    def brought_along(self) -> set[int]:
        """Messages with what people said that a record before them has brought along: its turns have ids already."""
        found: set[int] = set()
        for index, role in enumerate(self.talk.roles):
            follows = index - 1 in found or (index > 0 and bool(self.talk.records(index - 1)))
            if follows and role == "user" and not self.talk.shape.alternates and index not in self.talk.untouchable:
                found.add(index)
        return found

    def result_tokens(self, key: Key) -> int:
        """Tokens of what may go of a result, as its message's JSON holds it."""
        if key not in self._results:
            index, slot = key
            if len([part for part in self.talk.parts[index] if part.kind == "result"]) == 1:
                rest = self.reduced(index, {slot: ""})
                self._results[key] = max(0, self.sizes[index] - self.scale.each([rest])[0])
            else:
                whole = self.scale.of_result(self.part(key))
                self._results[key] = whole - (self._kept_tokens(key) if self.keeps_blocks(key) else 0)
        return self._results[key]

    def _kept_tokens(self, key: Key) -> int:
        """Tokens of what stays of a result's content, whatever its text becomes."""
        bare = self.reduced(key.message, {key.slot: ""})
        left = next(part for part in self.talk.shape.parts(key.message, bare) if part.key == key)
        return self.scale.of_result(left) if left.is_json else 0

    def keeps_blocks(self, key: Key) -> bool:
        """Whether blocks other than text stay when a result is reduced: those of the newest ones do."""
        return key in self.newest_results and self.newest_results[key].is_json

    def reduced(self, index: int, texts: Mapping[int, str]) -> Message:
        """A message with texts in place of its results, by slot."""
        keep = [slot for slot in texts if self.keeps_blocks(Key(index, slot))]
        return replaced(self.talk.shape, self.talk.messages[index], texts, keep)

    def results_over(self, least: int) -> list[Key]:
        """Open results of more than so many tokens. Where a whole message has no more, none is looked at."""
        return [key for key in self.open_results if self.sizes[key.message] > least and self.result_tokens(key) > least]

    @property
    def any_id(self) -> str | None:
        """An id as costly as every other one; None where nothing is kept."""
        return _ANY_ID if self.talk.options.retrieval is not None else None

    def stand_in_tokens(self, key: Key, reason: Reason) -> int:
        """Tokens of the least that replaces a result: a marker, and a test run's verdict."""
        if (key, reason) not in self._stand_ins:
            marker = result_marker(reason, self.result_tokens(key), self.any_id, self.talk.options.retrieval)
            verdict = self.verdict(key)
            made = self.tools.count(to_json(f"{marker}\n{verdict}" if verdict else marker))
            self._stand_ins[key, reason] = made + JOINT_TOKENS
        return self._stand_ins[key, reason]

    @cached_property
    def record_tokens(self) -> int:
        """Tokens of a record without its lines, and of the messages around it."""
        text = write_record(Record(1_000, 1_000_000, (), short=False), [], self.talk.options.retrieval)
        return sum(self.scale.of_message(one) for one in self.talk.shape.record(text, [], ("user", "assistant")))

    def count_json(self, text: str) -> int:
        """Tokens of a text as JSON holds it."""
        if text not in self._counts:
            self._counts[text] = self.tools.count(to_json(text))
        return self._counts[text]

    def word_tokens(self, key: Key) -> int:
        """Tokens of what a person said, with the block or message around it."""
        return self.count_json(self.said(key)) + FRAME_TOKENS

    def said(self, key: Key) -> str:
        """What a person said."""
        return next(part.text for part in self.talk.parts[key.message] if part.key == key)

    def beginning(self, key: Key, tokens: int) -> str:
        """What stands of a person's words: what they state, or else the first of them; nothing that is not valid."""
        if (key, tokens) not in self._beginnings:
            self._beginnings[key, tokens] = self._beginning(key, tokens) if tokens > 0 else ""
        return self._beginnings[key, tokens]

    def _beginning(self, key: Key, tokens: int) -> str:
        from ctxbudget_server.fit.statements import telling, without

        in_brief = self.brief(key)
        count = self.tools.count
        if in_brief and count(in_brief) <= tokens:
            return in_brief
        left_out = self.replaced.get(key, frozenset())
        said = without(self.said(key), left_out) if left_out else self.said(key)
        if said and count(" ".join(said.split())) > tokens and (stated := telling(said, tokens, count, left_out)):
            return stated
        return beginning(said, tokens, count) if said else ""

    def brief(self, key: Key) -> str | None:
        """All that is valid of a person's words, in brief; None where they are too long for that."""
        if key not in self._briefs:
            from ctxbudget_server.fit.statements import brief, without

            left_out = self.replaced.get(key, frozenset())
            said = without(self.said(key), left_out) if left_out else self.said(key)
            self._briefs[key] = brief(said) if said else None
        return self._briefs[key]

    def brief_tokens(self, key: Key) -> int:
        """Tokens of a person's words in brief; of all of them where they are too long for that."""
        return self.count_json(self.brief(key) or self.said(key)) + BRIEF_FRAME

    @property
    def replaced(self) -> dict[Key, frozenset[str]]:
        """Sentences of people in place of which a later one of theirs stands; all, where they said the same later."""
        return self._replaced[0]

    @property
    def replaced_lines(self) -> dict[LineKey, frozenset[str]]:
        """The same of what stands in brief in a record."""
        return self._replaced[1]

    @cached_property
    def _replaced(self) -> tuple[dict[Key, frozenset[str]], dict[LineKey, frozenset[str]]]:
        from ctxbudget_server.fit.statements import replaced, sentences

        places: list[Key | LineKey] = []
        texts: list[str] = []
        for index in range(len(self.talk.messages)):
            lines = enumerate(self.talk.record_lines(index))
            briefs = {(index, n): said for n, line in lines if (said := said_briefly(line)) is not None}
            keys = [Key(index, slot) for slot in self.talk.words(index)]
            places += [*briefs, *keys]
            texts += [*briefs.values(), *map(self.said, keys)]
        split = [sentences(text) for text in texts]
        last = {sentence: number for number, told in enumerate(split) for sentence in told}
        whole = {" ".join(text.split()): number for number, text in enumerate(texts)}
        found: tuple[dict[Key, frozenset[str]], dict[LineKey, frozenset[str]]] = ({}, {})
        for number, (place, changed) in enumerate(zip(places, replaced(texts, self.tools.check), strict=True)):
            is_again = whole[" ".join(texts[number].split())] > number
            again = {one for one in split[number] if is_again or (changed and last[one] > number)}
            gone = changed | again
            if gone and isinstance(place, Key):
                found[0][place] = gone
            elif gone:
                found[1][place] = gone
        return found

    @cached_property
    def stale_names(self) -> frozenset[str]:
        """Names of what people said that is no longer valid, and that are nowhere else."""
        gone = [one for left_out in (*self.replaced.values(), *self.replaced_lines.values()) for one in left_out]
        return frozenset(name for text in gone for name in self.tools.names(text) if self._times[name] == 1)

    def stated(self, key: Key) -> list[float]:
        """How much each sentence of a person's words states, as far as it is valid."""
        from ctxbudget_server.fit.statements import stated

        self.tools.check()
        return stated(self.said(key), self.replaced.get(key, frozenset()))

    def has_lead(self, key: Key, tokens: int) -> bool:
        """Whether so many tokens have room for something that a person stated, or else for half of what was said."""
        from ctxbudget_server.fit.statements import telling

        left_out = self.replaced.get(key, frozenset())
        is_half = 2 * tokens >= self.brief_tokens(key)
        return is_half or bool(telling(self.said(key), tokens, self.tools.count, left_out))

    def parts_but_words(self, start: int, end: int) -> list[Part]:
        """The parts of messages, without what people said."""
        return [
            part
            for index in range(start, end)
            for part in self.talk.parts[index]
            if part.kind != "text" or part.key.slot not in self.talk.words(index)
        ]

    def verdict(self, key: Key) -> str:
        """What a result says of a test run; empty if it is none."""
        if key not in self._verdicts:
            self._verdicts[key] = self.tools.verdict(self.part(key).text)
        return self._verdicts[key]

    def verdicts(self, start: int, end: int) -> list[str]:
        """What the results of these messages say of test runs."""
        found = []
        for part in (part for index in range(start, end) for part in self.talk.parts[index] if part.kind == "result"):
            if is_marker(part.text):
                found += [line for line in part.text.split("\n") if line.startswith(VERDICT)][:1]
            elif part.key in self.open_results and (verdict := self.verdict(part.key)):
                found.append(verdict)
        return found

    def lead(self, key: Key, tokens: int, focus: str | None = None) -> str:
        """What a reduced result says beside its verdict and its names."""
        if (key, tokens) not in self._leads:
            self.tools.check()
            text = self.part(key).text
            self._leads[key, tokens] = self._lead(text, tokens, focus) if text.strip() and tokens > 0 else ""
            self._leads[key, tokens] = self._leads[key, tokens].removeprefix(self.verdict(key)).strip("\n")
        return self._leads[key, tokens]

    def _lead(self, text: str, tokens: int, focus: str | None) -> str:
        """What is telling; where there is room for more than that, the text itself, as far as it goes."""
        if tokens <= LEAD_TOKENS:
            return self.tools.lead(text, tokens, focus)
        return excerpt(text, tokens, focus, self.count_json)

    def names_tokens(self, index: int) -> int:
        """Tokens of a message's names, roughly; those that stand elsewhere too hardly count."""
        return int(sum((1 + len(name) // 4) / self._times[name] ** 2 for name in self.names(index)))

    @cached_property
    def _times(self) -> Counter[str]:
        return Counter(name for index in range(len(self.talk.messages)) for name in self.names(index))

    def names(self, index: int) -> list[str]:
        """The names in a message, the most useful first."""
        if index not in self._names:
            self.tools.check()
            text = without_frames("\n".join(part.said for part in self.talk.parts[index]))
            self._names[index] = self.tools.names(text)
        return self._names[index]
