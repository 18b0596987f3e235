"""A conversation as one text of at most so many tokens, for hosts whose compaction takes a text.

What people said comes first, since nothing else says what is to be done. Then what the agent said last; then a line
with an id for each turn, the latest ones whole; then names. Nothing is paraphrased.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from ctxbudget_server.fit.conversation import Conversation
from ctxbudget_server.fit.draft import MessageRun
from ctxbudget_server.fit.lines import about, beginning, call_line, ids_alone, is_short
from ctxbudget_server.fit.material import Material
from ctxbudget_server.fit.measuring import Sizes
from ctxbudget_server.fit.model import Fitted, Key, Message, Options, Removal, Tools
from ctxbudget_server.fit.shapes import SHAPES, to_json
from ctxbudget_server.fit.summary import Summary, Words, find_summary, indented, quoted
from ctxbudget_server.fit.titles import call_title
from ctxbudget_server.fit.words_in_text import WordsInText
from ctxbudget_server.fit.writer import Id

WORDS_SHARE = 0.6
"""Of the limit: what people said, word for word."""
LATEST_SHARE = 0.15
"""Of the limit: what the agent said last."""
NAMES_SHARE = 0.3
"""Of the limit: names, where there is room."""
FOREIGN_SHARES = (0.25, 0.1, 0.0)
"""Shares of the limit for the beginning of another program's summary: the first that has room is taken."""


SAID_ALONE = "what people said"
"""The line of messages in which nobody else spoke."""


KEPT_WORDS = "what people said earlier"
"""The line of words that came in an earlier text, and have no room any more."""


class AsText(NamedTuple):
    """The text, and what it tells of in short."""

    text: str
    fitted: Fitted


class _Run(NamedTuple):
    """What becomes one line."""

    original: str
    is_json: bool
    title: str
    line: str
    """Without its id."""
    at: int
    """Index of its first message."""
    tokens: int


def as_text(
    messages: Sequence[Message], form: str, options: Options, tools: Tools, item_id: Id, *, previous: str | None = None
) -> AsText:
    """`previous` is the text that precedes these messages: one of these, or another program's."""
    return _Telling(list(messages), form, options, tools, item_id).told(previous)


class _Telling:
    def __init__(self, messages: list[Message], form: str, options: Options, tools: Tools, item_id: Id) -> None:
        shape = SHAPES[form]
        self._talk = Conversation(shape, messages, options)
        self._scale = Sizes(tools, shape)
        self._material = Material.of(self._talk, tools, self._scale)
        self._options = options
        self._count = tools.count
        self._item_id = item_id
        self._earlier = Summary()
        self._foreign = ""
        self._sources: list[str] = []
        self._said: dict[int, list[str]] = {}
        """What people said, by message."""
        self._unkept: dict[str, None] = {}
        """Words from an earlier text that are shortened now, and of which it did not say which item has them."""

    def told(self, previous: str | None) -> AsText:
        if previous:
            self._take(previous)
        for index in range(len(self._talk.messages)):
            self._said[index] = [rest for text in self._texts(index) if (rest := self._without_summary(text))]
        news = any(self._said.values()) or bool(self._talk.turns)
        is_told = not news and len(self._sources) == 1 and not self._foreign
        if is_told and self._count(self._sources[0]) <= self._options.max_tokens:
            return self._answer(self._sources[0], [])
        whole = self._whole()
        if whole is not None and self._count(whole) <= self._options.max_tokens:
            return self._answer(whole, [])
        runs = list(self._runs())
        text = self._fitted(runs)
        kept: list[str] = []
        while self._options.retrieval and len(self._unkept) > len(kept):
            kept = list(self._unkept)
            runs = [one for one in runs if one.is_json or one.title != KEPT_WORDS]
            words = "\n\n".join(kept)
            runs.insert(bool(self._earlier.whole), _Run(words, False, KEPT_WORDS, KEPT_WORDS, 0, self._count(words)))
            text = self._fitted(runs)
        return self._answer(text, runs)

    def _take(self, text: str) -> str:
        """A summary in a text, as what came before; what the text says besides."""
        found = find_summary(text)
        if found is None:
            self._foreign = "\n\n".join(filter(None, (self._foreign, text)))
            return ""
        self._add(found.summary, found.source)
        return found.rest

    def _without_summary(self, text: str) -> str:
        found = find_summary(text)
        if found is None:
            return text
        self._add(found.summary, found.source)
        return found.rest

    def _add(self, new: Summary, source: str) -> None:
        if source in self._sources:
            return
        self._sources.append(source)
        old = self._earlier
        self._earlier = Summary(
            old.messages + new.messages, old.tokens + new.tokens, tuple(dict.fromkeys([*old.words, *new.words])),
            new.latest or old.latest, (*old.lines, *new.lines), (*old.names, *new.names),
            "\n".join(filter(None, (old.whole, new.whole))), new.foreign or old.foreign,
        )  # fmt: skip

    def _texts(self, index: int) -> list[str]:
        return [self._material.said(Key(index, slot)) for slot in self._talk.words(index)]

    # -------------------------------------------------------------- all of it

    def _whole(self) -> str | None:
        """All that was said; None where some of it is there in short only."""
        earlier = self._earlier
        if earlier.lines or self._foreign:
            return None
        rows = [earlier.whole] if earlier.whole else []
        for index, parts in enumerate(self._talk.parts):
            if self._talk.records(index):
                return None
            rows += [quoted(Words(text)) for text in self._said[index]]
            person = set(self._talk.words(index))
            for part in parts:
                if part.kind == "call":
                    rows.append(indented(f"call: {part.tool} {part.arguments}"))
                elif part.text.strip() and part.key.slot not in person:
                    rows.append(
                        indented(f"{'result' if part.kind == 'result' else self._talk.roles[index]}: {part.text}")
                    )
        return Summary(*self._figures(), whole="\n\n".join(rows)).text(None)

    # -------------------------------------------------------------- in short

    def _runs(self) -> Iterator[_Run]:
        """What is archived: what earlier was there whole, what precedes the first turn, and the turns."""
        if self._earlier.whole:
            tokens = self._count(self._earlier.whole)
            yield _Run(self._earlier.whole, False, "earlier conversation", "earlier conversation", 0, tokens)
        if self._foreign:
            yield _Run(self._foreign, False, "earlier summary", "earlier summary", 0, self._count(self._foreign))
        starts = [turn.start for turn in self._talk.turns]
        bounds = [*([0] if starts[:1] != [0] else []), *starts, len(self._talk.messages)]
        for start, end in pairwise(bounds):
            if start < end and any(not self._is_ours(index) for index in range(start, end)):
                yield self._run(MessageRun(start, end, False))

    def _is_ours(self, index: int) -> bool:
        """Whether a message has nothing but what was told before: a record, or a summary."""
        if self._talk.records(index):
            return True
        return bool(self._talk.words(index)) and not self._said[index] and len(self._talk.parts[index]) == 1

    def _run(self, run: MessageRun) -> _Run:
        parts = [part for i in range(run.start, run.end) for part in self._talk.parts[i]]
        told = [about(self._material.parts_but_words(run.start, run.end), call_line)]
        told += self._material.verdicts(run.start, run.end)
        original = to_json(self._talk.messages[run.start : run.end])
        tokens = sum(self._material.sizes[run.start : run.end])
        line = " | ".join(filter(None, told)) or SAID_ALONE
        return _Run(original, True, about(parts, call_title), line, run.start, tokens)

    def _fitted(self, runs: Sequence[_Run]) -> str:
        limit = self._options.max_tokens
        ids = [self._item_id(number, run.original) for number, run in enumerate(runs)]
        earlier = self._earlier
        lines = [*earlier.lines, *self._records(), *_lines(runs, ids)]
        words = WordsInText(self._words(runs, ids), self._material.tools, self._note_unkept)
        words.within(int(limit * WORDS_SHARE))
        summary = Summary(*self._figures(), words.told, self._latest(int(limit * LATEST_SHARE)))
        for share in FOREIGN_SHARES:
            summary = self._with_lines(summary._replace(foreign=self._beginning_of_foreign(share)), lines)
            if self._tokens(summary) <= limit:
                break
        if self._tokens(summary) > limit:
            summary = self._with_lines(summary._replace(latest=""), lines)
        while (over := self._tokens(summary) - limit) > 0 and words.say_less(over):
            summary = self._with_lines(summary._replace(words=words.told), lines)
        return self._with_names(summary).text(self._options.retrieval)

    def _figures(self) -> tuple[int, int]:
        """Messages and tokens of what it tells of."""
        new = [index for index in range(len(self._talk.messages)) if not self._is_ours(index)]
        records = [record for index in range(len(self._talk.messages)) for record in self._talk.records(index)]
        messages = self._earlier.messages + len(new) + sum(record.messages for record in records)
        tokens = sum(self._material.sizes[index] for index in new) + sum(record.tokens for record in records)
        return messages, self._earlier.tokens + tokens

    def _tokens(self, summary: Summary) -> int:
        return self._count(summary.text(self._options.retrieval))

    def _records(self) -> list[str]:
        """Lines of records in the messages: their turns are not archived once more."""
        indexes = range(len(self._talk.messages))
        return [line for index in indexes for record in self._talk.records(index) for line in record.lines]

    def _words(self, runs: Sequence[_Run], ids: Sequence[str | None]) -> list[Words]:
        """What people said, each with the id of what has it."""
        found = list(self._earlier.words)
        if self._earlier.whole:
            found = [words if words.item_id else words._replace(item_id=ids[0]) for words in found]
        for run, item_id in zip(runs, ids, strict=True):
            if not run.is_json and run.title == KEPT_WORDS:
                found = [one._replace(item_id=item_id) if self._is_unkept(one) else one for one in found]
        starts = [(run.at, item_id) for run, item_id in zip(runs, ids, strict=True) if run.is_json]
        for index, texts in self._said.items():
            owner = next((item_id for start, item_id in reversed(starts) if start <= index), None)
            found += [Words(text, owner) for text in texts]
        latest = {words.text: number for number, words in enumerate(found)}
        return [words for number, words in enumerate(found) if latest[words.text] == number]

    def _latest(self, room: int) -> str:
        """What the agent said last; failing that, what is known of it."""
        told: list[str] = []
        for index in range(len(self._talk.messages) - 1, -1, -1):
            if self._talk.roles[index] == "assistant" and not self._talk.records(index):
                texts = [part.text for part in self._talk.parts[index] if part.kind == "text" and part.text.strip()]
                if texts:
                    told.append(f"agent: {self._cut(chr(10).join(texts), room)}")
                    break
        verdicts = self._material.verdicts(0, len(self._talk.messages))
        return "\n".join([*(told or [self._earlier.latest]), *verdicts[-1:]]).strip()

    def _beginning_of_foreign(self, share: float) -> str:
        """Of the latest one; it stays when the text comes back."""
        room = int(self._options.max_tokens * share)
        return beginning(self._foreign or self._earlier.foreign, room, self._count) if room else ""

    def _cut(self, text: str, room: int) -> str:
        return text if self._count(text) <= room else beginning(text, room, self._count)

    def _with_lines(self, summary: Summary, lines: Sequence[str]) -> Summary:
        """As many of the latest lines as there is room for; of the others the ids."""

        def having(whole: int) -> Summary:
            first, last = lines[: len(lines) - whole], lines[len(lines) - whole :]
            return summary._replace(lines=(*ids_alone(first), *last))

        low, high = 0, len(lines)
        while low < high:
            middle = (low + high + 1) // 2
            if self._tokens(having(middle)) <= self._options.max_tokens:
                low = middle
            else:
                high = middle - 1
        return having(low)

    def _with_names(self, summary: Summary) -> Summary:
        """With the names that are not in the text, the most useful first."""
        text = summary.text(self._options.retrieval)
        room = min(int(self._options.max_tokens * NAMES_SHARE), self._options.max_tokens - self._count(text) - 4)
        chosen: list[str] = []
        for name in self._ranked():
            if name in text or " " in name or is_short(name):
                continue
            room -= self._count(" " + name)
            if room < 0:
                break
            chosen.append(name)
        return summary._replace(names=tuple(chosen))

    def _ranked(self) -> list[str]:
        """Names of what went, and those of earlier summaries."""
        worth: dict[str, float] = {name: 0.5 / (rank + 12) for rank, name in enumerate(self._earlier.names)}
        last = max(1, len(self._talk.messages))
        spoken = {name for i in range(last) if self._said_by_agent(i) for name in self._material.names(i)}
        for index in range(len(self._talk.messages)):
            for rank, name in enumerate(self._material.names(index)):
                value = (0.5 + 0.5 * index / last) / (rank + 12) * (4 if name in spoken else 1)
                worth[name] = max(worth.get(name, 0.0), value)
        return sorted(worth, key=lambda name: (-worth[name], name))

    def _said_by_agent(self, index: int) -> bool:
        return index < len(self._talk.messages) and self._talk.roles[index] == "assistant"

    def _is_unkept(self, words: Words) -> bool:
        return words.item_id is None and words.text in self._unkept

    def _note_unkept(self, words: Words) -> None:
        if words.item_id is None and not words.is_short:
            self._unkept[words.text] = None

    # -------------------------------------------------------------- the answer

    def _answer(self, text: str, runs: Sequence[_Run]) -> AsText:
        tokens = self._count(text)
        removals = tuple(
            Removal(
                number=number, index=run.at, kind="turn", reason="oldTurn", call_id=None, title=run.title,
                original=run.original, stand_in=None, is_json=run.is_json, tokens_before=run.tokens,
                tokens_after=self._count(run.line),
            )
            for number, run in enumerate(runs)
        )  # fmt: skip
        shape = self._talk.shape
        fitted = Fitted(
            messages=list(shape.record(text, [], ("user",))),
            tokens=tokens,
            source_tokens=self._scale.total(self._talk.messages),
            fits=tokens <= self._options.max_tokens,
            removals=removals,
            first_changed=0,
            stable_prefix=0,
            untouchable=0,
            is_estimated=self._scale.is_estimated(self._talk.messages),
        )
        return AsText(text, fitted)


def _lines(runs: Sequence[_Run], ids: Sequence[str | None]) -> list[str]:
    return [f"{item_id}: {run.line}" if item_id else f"- {run.line}" for run, item_id in zip(runs, ids, strict=True)]
