"""Which names of what went are kept: those that later work is likely to use, and that stand nowhere else any more."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import sqrt

from ctxbudget_server.fit.draft import Draft
from ctxbudget_server.fit.markers import NAMES
from ctxbudget_server.fit.model import Edit

SHARE = 0.8
"""Of the tokens that a replacement wins: what its names may take."""

SHORT = 120
"""Tokens of a marker above which its further names must be worth it."""
PAYS = 0.005
"""Worth of such a name."""

BLOCK = 16
"""Names that are counted at once."""

RECENCY, RANK = 0.65, 0.4
"""How fast a name's worth falls with the turns since it was last seen, and with its rank in its message."""
SPOKEN, TOLD, KEPT, FIGURE, FOCUS = 4.0, 2.5, 4.0, 0.25, 8.0
"""What it means for a name's worth that the agent used it itself, that a record tells that it did, that an earlier cut
kept it, that it has a digit (a date, a hash, a number of something), and that it is asked for."""

KEPT_PLACES = 40
"""Places of an index from which on having been kept means half as much."""

_WORD = re.compile(r"\w+")
_FIGURE = re.compile(r"\d")


class NameOrder:
    """The names of what a draft removes, the most useful first; `edits` are those of the draft without any."""

    def __init__(self, draft: Draft, edits: Sequence[Edit]) -> None:
        self._draft = draft
        self._ranked, owners = _ranked(draft, edits)
        self._most = {start: owner.room for start, owner in owners.items()}
        order = sorted((-worth, name) for name, (worth, _) in self._ranked.items())
        self._order = list(self._that_pay(order, {start: owner.short for start, owner in owners.items()}))

    def within(self, room: int) -> dict[int, list[str]]:
        """As many as `room` tokens hold, roughly, by the message where their replacement begins."""
        found: dict[int, list[str]] = {}
        left = dict(self._most)
        free = room
        count = self._draft.material.tools.count
        for start in range(0, len(self._order), BLOCK):
            block = [name for _, name in self._order[start : start + BLOCK]]
            cost = count(" ".join(["", *block]))
            if cost > free:
                block = list(self._first(block, free))
            for name in block:
                owner = self._ranked[name][1]
                left[owner] -= 1 + len(name) // 3
                if left[owner] >= 0:
                    found.setdefault(owner, []).append(name)
            free -= cost
            if free <= 0:
                break
        return found

    def _that_pay(self, order: list[tuple[float, str]], left: dict[int, int]) -> Iterator[tuple[float, str]]:
        """Names in order; of those that make a marker longer than usual, only the ones that are worth it.

        That is where the array was cut before: what comes next will need the room, and every turn pays for it. One that
        may be cut only this once has as many names as it has room for.
        """
        is_cut_again = self._draft.talk.is_cut
        for worth, name in order:
            owner = self._ranked[name][1]
            left[owner] -= 1 + len(name) // 3
            if not is_cut_again or left[owner] >= 0 or -worth >= PAYS:
                yield worth, name

    def _first(self, names: list[str], room: int) -> Iterator[str]:
        """Those that have room, the most useful first."""
        for name in names:
            room -= self._draft.material.tools.count(" " + name)
            if room < 0:
                return
            yield name


class _Owner:
    """What was removed from a place, and what is there now without an index of names."""

    def __init__(self, draft: Draft, edit: Edit) -> None:
        material = draft.material
        self.indexes = range(edit.start, edit.end)
        parts = [part for message in edit.messages for part in material.talk.shape.parts(0, message)]
        self.text = "\n".join(part.said for part in parts)
        keys = [key for key in material.keys_of(edit.start) if key in draft.reduced]
        if keys and not draft.is_gone(edit.start):
            named = max(keys, key=material.result_tokens)
            stand_in = draft.reduced[named]
            now = material.stand_in_tokens(named, stand_in.reason) + stand_in.lead
            self.room = int(SHARE * (material.result_tokens(named) - now))
            self.short = self.room
            if stand_in.reason != "newestResult":
                said = material.count_json(material.lead(named, stand_in.lead)) if stand_in.lead else 0
                self.short = max(0, SHORT - material.stand_in_tokens(named, stand_in.reason) - said)
        else:
            before = sum(material.sizes[edit.start : edit.end])
            self.room = int(SHARE * (before - sum(map(material.scale.of_message, edit.messages))))
            self.short = self.room


def _ranked(draft: Draft, edits: Sequence[Edit]) -> tuple[dict[str, tuple[float, int]], dict[int, _Owner]]:
    """Worth and place of each name, and the places."""
    material = draft.material
    talk = draft.talk
    owners = {edit.start: _Owner(draft, edit) for edit in edits if edit.messages}
    edited = {index for edit in edits for index in range(edit.start, edit.end)}
    present: set[str] = set()
    for owner in owners.values():
        present.update(material.tools.names(owner.text))
    for index in range(len(talk.messages)):
        if index not in edited:
            present.update(material.names(index))
    if draft.leads:
        present |= material.stale_names
    uses = _Uses(draft)
    ranked: dict[str, tuple[float, int]] = {}
    for start, owner in owners.items():
        for index in owner.indexes:
            material.tools.check()
            for rank, name in enumerate(material.names(index)):
                if name in present or material.tools.stands_in(name.strip("`"), owner.text):
                    continue
                worth = uses.worth(name, rank)
                if name not in ranked or worth > ranked[name][0]:
                    ranked[name] = (worth, start)
    return ranked, owners


class _Uses:
    """How likely the agent is to use a name soon, for what the name costs.

    The weights are those of a logistic regression on recorded sessions that were cut again and again; what says little
    was left out, and what depends on a programming language.
    """

    def __init__(self, draft: Draft) -> None:
        material, talk = draft.material, draft.talk
        self._last = len(talk.messages)
        self._at: dict[str, int] = {}
        self._spoken: dict[str, int] = {}
        self._told: set[str] = set()
        """Names in the lines of records, which tell what the agent did."""
        self._kept: dict[str, int] = {}
        """Names in indexes, with their place: the first were worth most to earlier cuts."""
        self._focus = {word.lower() for word in _WORD.findall(talk.options.focus or "") if len(word) > 2}
        for index in range(self._last):
            material.tools.check()
            names = material.names(index)
            self._at.update(dict.fromkeys(names, index))
            if talk.records(index):
                for line in (line for part in talk.parts[index] for line in part.text.split("\n")):
                    if line.startswith(NAMES):
                        for place, name in enumerate(line.removeprefix(NAMES).split(" ")):
                            self._kept[name] = min(place, self._kept.get(name, place))
                    else:
                        self._told.update(material.tools.names(line))
            elif talk.roles[index] == "assistant":
                for name in names:
                    self._spoken[name] = self._spoken.get(name, 0) + 1

    def worth(self, name: str, rank: int) -> float:
        """The worth of a name; `rank` is its place, from 0, among the names of its message, the most useful first."""
        turns = (self._last - self._at[name]) / 2
        worth = float(1 / (pow(1 + turns, RECENCY) * pow(rank + 12, RANK) * (1 + len(name) / 4)))
        if times := self._spoken.get(name):
            worth *= SPOKEN * sqrt(times)
        if name in self._told:
            worth *= TOLD
        if (place := self._kept.get(name)) is not None:
            worth *= KEPT / (1 + place / KEPT_PLACES)
        if _FIGURE.search(name):
            worth *= FIGURE
        if self._focus and self._focus & {word.lower() for word in _WORD.findall(name)}:
            worth *= FOCUS
        return worth
