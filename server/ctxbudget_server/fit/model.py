"""What a fit works on and answers: neutral values, whatever the provider's shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, TypeAlias

from ctxbudget_server.fit.money import USUAL_PRICES, Prices
from ctxbudget_server.fit.unicode import well_formed

Message: TypeAlias = dict[str, Any]
"""One message or item as the caller sent it. It is never changed in place."""

Role: TypeAlias = Literal["system", "user", "assistant", "result"]
PartKind: TypeAlias = Literal["text", "call", "result", "opaque"]
Reason: TypeAlias = Literal["requested", "repeated", "superseded", "retried", "oldResult", "newestResult", "oldTurn"]


class Key(NamedTuple):
    """Where a part stands: the index of its message, and its place in there."""

    message: int
    slot: int


START = Key(0, 0)
"""Where an array begins."""


@dataclass(frozen=True, slots=True)
class Part:
    """One text, call or result; images, thinking and what else a provider invents are opaque."""

    key: Key
    kind: PartKind
    text: str = ""
    call_id: str = ""
    tool: str = ""
    arguments: str = ""
    """Of a call: its JSON text."""
    failed: bool = False
    """The provider's own flag on a result."""
    original: str = ""
    """What an archive keeps of a result: its text, or the JSON of its content where it is more than a text."""
    is_json: bool = False
    fixed: bool = False
    """A result in place of which the provider takes no text: it goes with its turn or not at all."""
    stays: bool = False
    """Its meaning is the provider's (what was said before, which tools and files there are): it never goes."""
    lasting: bool = False
    """It has something that only the provider can read, or has: it goes when nothing else can, and whole."""
    container: str = ""
    """The container that it works in. The provider finds a container by the latest item that names it."""

    given_id: str = ""
    """The id of its call in the array, where others have the same one."""

    @property
    def named_id(self) -> str:
        """The id of its call in the array."""
        return self.given_id or self.call_id

    @property
    def said(self) -> str:
        """What it says in plain words: its text, or the texts that a call was given."""
        if self.kind != "call":
            return self.text
        try:
            return well_formed("\n".join(_texts(json.loads(self.arguments))))
        except (ValueError, RecursionError):
            return self.arguments


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the agent said, with the results of its calls and what came after: messages `start` to `end` (excluded)."""

    start: int
    end: int

    @property
    def indexes(self) -> range:
        """Of its messages."""
        return range(self.start, self.end)


class Retrieval(NamedTuple):
    """How a model gets back what went."""

    session_id: str
    words: str | None = None
    """The host's own, in which `{itemId}` and `{sessionId}` are replaced; without `{itemId}` both follow as JSON."""

    def of(self, item_id: str) -> str:
        """The words for an item."""
        return self._words(item_id, f'"{item_id}"')

    @property
    def of_each(self) -> str:
        """The words for items whose ids stand elsewhere."""
        return self._words("ID", "ID")

    def _words(self, item_id: str, quoted: str) -> str:
        words = self.words or "context/get"
        if "{itemId}" in words:
            return words.replace("{sessionId}", self.session_id).replace("{itemId}", item_id)
        return f'{words} {{"sessionId": "{self.session_id}", "itemId": {quoted}}}'


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller asked for. Figures in tokens."""

    max_tokens: int
    keep_turns: int = 2
    pins: frozenset[int | str] = frozenset()
    spent: frozenset[str] = frozenset()
    """Ids of calls whose results are no longer needed: they are reduced also where there is room."""
    min_reclaim: int | None = None
    """Room to win below the limit; None: as much as pays at these prices."""
    prices: Prices = USUAL_PRICES
    focus: str | None = None
    holds: bool = False
    """Whether what earlier cuts wrote stays unless there is no other room, whatever it costs."""
    grows: bool = False
    """Whether the caller is known to send the conversation again and again, as it grows."""
    retrieval: Retrieval | None = None
    """Where markers send their reader; None: nothing is kept, and markers name no id."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What a fit cannot do itself."""

    count: Callable[[str], int]
    """Tokens of a text."""
    total: Callable[[list[str]], int]
    """Tokens of a text that is given in pieces, cut where counts can be summed."""
    names: Callable[[str], list[str]]
    """The names of a text that later work may refer to, the most useful first."""
    stands_in: Callable[[str, str], bool]
    """Whether a name is in a text, and not only as a part of a longer word."""
    lead: Callable[[str, int, str | None], str]
    """A text reduced to at most so many tokens, without an index of names; about a focus if there is one."""
    verdict: Callable[[str], str]
    """The verdict of a test run, in a line; empty for any other text."""
    check: Callable[[], None]
    """Raises when the caller no longer wants the answer."""
    model: str | None = None
    """That the tokens are counted for, where one is named."""
    written: dict[int, Any] = field(default_factory=dict)
    """What `Sizes` has made of message objects, by their `id`; it may serve the next fit of the same ones, too."""


@dataclass(frozen=True, slots=True)
class Removal:
    """A part that is no longer whole. `index` is that of its message in the array that was given."""

    number: int
    """Counts from 0; the id is made from it."""
    index: int
    kind: Literal["result", "turn"]
    reason: Reason
    call_id: str | None
    title: str
    original: str
    stand_in: str | None
    """The text in its place, for a result."""
    is_json: bool
    tokens_before: int
    tokens_after: int
    item_id: str | None = None
    """The id under which an earlier cut archived it; `original` is empty then."""
    is_earlier: bool = False
    """Whether an earlier cut removed it."""


class Edit(NamedTuple):
    """Messages `start` to `end` (excluded) of an array, and what replaces them."""

    start: int
    end: int
    messages: tuple[Message, ...]


def edited(messages: Sequence[Message], edits: Sequence[Edit]) -> list[Message]:
    """The array with these edits, which are in order."""
    array: list[Message] = []
    done = 0
    for edit in edits:
        array += [*messages[done : edit.start], *edit.messages]
        done = edit.end
    return [*array, *messages[done:]]


def composed(first: Sequence[Edit], second: Sequence[Edit]) -> tuple[Edit, ...]:
    """Edits that do at once what `first` and then, on the outcome, `second` do."""
    shift = 0
    placed: list[_Placed] = [(e.start, e.end, None, e) for e in second]
    for edit in first:
        start = edit.start + shift
        placed.append((start, start + len(edit.messages), edit, None))
        shift += len(edit.messages) - (edit.end - edit.start)
    found: list[Edit] = []
    shift = 0
    for group in _overlapping(sorted(placed, key=lambda one: one[:2])):
        start, end = group[0][0], max(one[1] for one in group)
        written = {s + n: m for s, _, old, _ in group if old for n, m in enumerate(old.messages)}
        grown = sum(len(old.messages) - (old.end - old.start) for _, _, old, _ in group if old)
        messages: list[Message] = []
        place = start
        for edit in (new for _, _, _, new in group if new):
            messages += [*(written[n] for n in range(place, edit.start)), *edit.messages]
            place = edit.end
        messages += [written[n] for n in range(place, end)]
        found.append(Edit(start - shift, end - shift - grown, tuple(messages)))
        shift += grown
    return tuple(found)


_Placed: TypeAlias = "tuple[int, int, Edit | None, Edit | None]"
"""Where an edit is between two lists of edits: one of the first or one of the second."""


def _overlapping(placed: Sequence[_Placed]) -> list[list[_Placed]]:
    """Groups of edits, in order, that share a place; one that leaves nothing there belongs to what it touches."""
    found: list[list[_Placed]] = []
    end = -1
    for one in placed:
        is_empty = one[0] == one[1] or (found and found[-1][-1][0] == found[-1][-1][1] == one[0])
        if found and (one[0] < end or (is_empty and one[0] <= end)):
            found[-1].append(one)
        else:
            found.append([one])
        end = max(end, one[1])
    return found


@dataclass(frozen=True, slots=True)
class Fitted:
    """The array, and what became of it. `first_changed` is None where it is the array that was given."""

    messages: list[Message]
    tokens: int
    source_tokens: int
    fits: bool
    removals: tuple[Removal, ...]
    first_changed: int | None
    """Index from which on it differs from what was sent before, or from the array that was given."""
    stable_prefix: int
    untouchable: int
    """Tokens of the parts that no fit may touch."""
    reclaimed: int = 0
    """Tokens below the limit that were won on purpose."""
    held_out: int | None = None
    """Index of the message that explains why the array is far below what it may be: finer, it would not fit."""
    edits: tuple[Edit, ...] = ()
    """How the array comes from the one that was given."""
    is_estimated: bool = False
    """Whether the tokens hold estimates: of bytes, or of what is not known here."""
    uncut: int = 0
    """Tokens of what would have been sent without this cut."""
    rewrites: bool = False
    """Whether something changed before the end of an earlier cut."""
